"""``refute stability``: do tests fail, and for the right reason?"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from refute.cli.options import OUTPUT, PROJECT, TRIALS, path_argument, with_options
from refute.errors import ExitCode
from refute.settings import load

_KINDS = (
    "nothing", "order", "process", "hash", "random", "clock", "zone", "cwd", "schedule", "again",
)  # fmt: skip


@click.command(short_help="Find flaky, order-dependent and brittle tests.")
@path_argument
@click.option("--runs", type=click.IntRange(min=1), metavar="N",
              help="Runs of the suite, each in another world. Default: 20. With --only: run the "
              "test until it fails, at most so often.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S",
              help="Where the seeds begin; with --only the seed itself.")  # fmt: skip
@click.option("--rewrites", type=click.IntRange(min=0), default=100, show_default=True,
              metavar="N", help="Changes that keep what the code does, to be tried at the "
              "most.")  # fmt: skip
@click.option("--only", metavar="TEST", help="Run this test alone, and print what pytest prints.")
@click.option("--after", multiple=True, metavar="TEST",
              help="With --only: run this test before it; may be repeated.")  # fmt: skip
@click.option("--whole", is_flag=True,
              help="With --only: run all tests that come before it, too.")  # fmt: skip
@click.option("--perturb", type=click.Choice(_KINDS), help="With --only: what is changed.")
@click.option("--rewrite", metavar="ID", help="With --only: the rewrite to be put in.")
@with_options(PROJECT, TRIALS, OUTPUT)
def stability(path: Path, **given: Any) -> ExitCode:
    """Find tests that fail though the code is right.

    The suite is run again and again, each time in a world that differs in one respect: the order
    of the tests, the hash seed, the random seed, the time of day, the time zone, the working
    folder, the schedule of asyncio tasks, each test in a process of its own, a second run on
    what the first one left. A test that fails there is run again until it is known why: by
    chance, by the change (with the seed that repeats it), or after which other test. Then the
    code is rewritten so that it does the same, to see which tests break all the same.

    Your files stay as they are. The exit code is 1 if anything was found. With `--only` it is 1
    if the test failed.

    \b
    Examples:
      refute stability                    20 runs, then the reasons
      refute stability --runs 60 --seed 9
      refute stability --only tests/test_a.py::test_b --after tests/test_a.py::test_c
      refute stability --only tests/test_a.py::test_b --perturb hash --seed 3
    """
    own = ("runs", "seed", "rewrites", "only", "after", "whole", "perturb", "rewrite")
    mine = {name: given.pop(name) for name in own}
    settings = load(path, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute.console import Console
    from refute.faults.perturbation import Kind, Perturbation
    from refute.report import console_for
    from refute.stability import session
    from refute.stability.text import render

    if mine["only"]:
        kind = Kind(mine["perturb"] or "nothing")
        wish = session.Wish(
            mine["only"], mine["after"], Perturbation(kind, mine["seed"]), mine["whole"],
            mine["rewrite"] or "", mine["runs"] or 1,
        )  # fmt: skip
        return session.repeat(settings, wish)
    for name in ("after", "whole", "perturb", "rewrite"):
        if mine[name]:
            raise click.UsageError(f"--{name} goes with --only.")
    with Console(quiet=settings.quiet, plain=settings.plain) as progress:
        found = session.run(
            settings, mine["runs"] or 20, mine["seed"], mine["rewrites"],
            repeated(path, given), progress,
        )  # fmt: skip
    render(found, console_for(plain=settings.plain))
    if found.partial:
        return ExitCode.INTERRUPTED
    return ExitCode.FINDINGS if found.found else ExitCode.OK


def repeated(path: Path, given: dict[str, Any]) -> list[str]:
    """Options of the command line without which another command would do something else."""
    words = [] if path == Path(".") else [str(path)]
    for name in ("source", "tests", "exclude", "pytest_args", "python", "unsealed"):
        value = given.get(name)
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif name == "pytest_args" and value:
            words.append(f"{option}={shlex.join(value)}")
        elif isinstance(value, tuple):
            words += [word for one in value for word in (option, f"{one}")]
        elif value:
            words += [option, value]
    return words
