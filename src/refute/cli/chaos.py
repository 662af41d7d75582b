"""``refute chaos``: what becomes of tests when the links to their dependencies go bad?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from refute.cli.options import OUTPUT, PROJECT, TRIALS, path_argument, with_options
from refute.cli.stability import repeated
from refute.errors import ExitCode
from refute.formats import seconds
from refute.settings import load

_TOXICS = (
    "timeout", "down", "limit_data_upstream", "reset_peer", "limit_data", "latency", "slicer",
    "bandwidth", "slow_close",
)  # fmt: skip


def _toxic(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[tuple[str, dict[str, int]], ...]:
    """``NAME`` or ``NAME:KEY=NUMBER,...``, each."""
    found = []
    for text in value:
        name, _, rest = text.partition(":")
        if name not in _TOXICS:
            raise click.BadParameter(f"{name!r} is none of {', '.join(_TOXICS)}.", ctx, param)
        try:
            pairs = [pair.split("=") for pair in rest.split(",") if pair]
            found.append((name, {key: int(number) for key, number in pairs}))
        except ValueError:
            raise click.BadParameter(f"{rest!r} is no KEY=NUMBER,...", ctx, param) from None
    return tuple(found)


def _seconds(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    return None if value is None else seconds(param.name or "", f"--{param.name}", value)


def _function(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    module, _, function = (value or "").partition(":")
    if value and not (module and function):
        raise click.BadParameter("a function is named as MODULE:FUNCTION.", ctx, param)
    return value or ""


@click.command(short_help="Make links to dependencies bad, and see what becomes of tests.")
@path_argument
@click.option("--link", "links", multiple=True, metavar="HOST:PORT",
              help="Only this link; may be repeated. Default: all that the tests use.")  # fmt: skip
@click.option("--toxic", "toxics", multiple=True, metavar="NAME", callback=_toxic,
              help=f"Only this toxic, with amounts if you like (latency:latency=900); may be "
              f"repeated. Default: {', '.join(_TOXICS)}.")  # fmt: skip
@click.option("--invariant", metavar="MODULE:FUNCTION", callback=_function,
              help="A function of yours that is called after each test, over good links: it "
              "raises, or returns False, when something is corrupted. Its parameters are "
              "fixtures of the test.")  # fmt: skip
@click.option("--deadline", metavar="TIME", callback=_seconds,
              help="What takes longer is called hung. Default: 10s, and five times what the "
              "test takes usually.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S",
              help="Of all chances: where links are cut, how late answers come.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
              help="Seeds to be tried, one after the other.")  # fmt: skip
@click.option("--budget", metavar="TIME",
              help="Stop after this time, such as 5m; what tells most comes first.")  # fmt: skip
@click.option("--only", metavar="TEST", help="Run this test alone, and print what pytest prints.")
@with_options(PROJECT, TRIALS, OUTPUT)
def chaos(path: Path, **given: Any) -> ExitCode:
    """Make the links to dependencies bad, one at a time, and see what becomes of the tests.

    A link is a service on this machine's loopback that your tests use: a database, a broker, an
    HTTP server. Nothing has to be changed in the tests: the seal they run in carries these
    connections, and makes them bad while a test is called: silent, refused, cut off in the
    middle, reset, late, in small pieces, slow. Fixtures before and after it use good links.

    Each test ends in one of these ways: tolerated (it passed), clean (it failed with a clear
    error, in time), unclear (with an error that does not speak of the link), wrong (no error,
    and a wrong answer), hung, corrupted (an invariant of yours no longer holds, or the test fails
    from then on). The first two are good.

    What tests do to the service is real: use one that is meant for tests. The exit code is 1 if
    anything came to a bad end.

    \b
    Examples:
      refute chaos
      refute chaos --invariant tests.invariants:nothing_is_lost --seeds 5
      refute chaos --link 127.0.0.1:5432 --toxic timeout --toxic latency:latency=3000
      refute chaos --only tests/test_a.py::test_b --toxic limit_data:bytes=12
    """
    own = ("links", "toxics", "invariant", "deadline", "seed", "seeds", "only")
    mine = {name: given.pop(name) for name in own}
    settings = load(path, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute.chaos import session
    from refute.chaos.text import render
    from refute.console import Console
    from refute.report import console_for

    wish = session.Wish(**mine | {"only": mine["only"] or ""})
    if wish.only:
        cells = session.repeat(settings, wish)
        for cell in cells:
            click.echo(f"refute: {cell.verdict.value} ({cell.link}, {cell.bad.spec}) {cell.words}")
        return ExitCode.FINDINGS if any(cell.is_finding for cell in cells) else ExitCode.OK
    with Console(quiet=settings.quiet, plain=settings.plain) as progress:
        found = session.run(settings, wish, repeated(path, given), progress)
    render(found, console_for(plain=settings.plain))
    if found.partial:
        return ExitCode.INTERRUPTED
    return ExitCode.FINDINGS if found.findings else ExitCode.OK
