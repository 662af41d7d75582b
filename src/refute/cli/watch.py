"""``refute watch``: judge what just changed when a file is saved."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from refute.cli.options import CHOOSING, PROJECT, TRIALS, path_argument, with_options
from refute.errors import ExitCode
from refute.settings import load

ALWAYS = ("--quiet", "--plain", "--score-only")
"""A save is answered in a few lines; what tests and doubles are worth takes a whole run."""

_CHOOSING = {name: CHOOSING[name] for name in ("paths", "operators", "rules_off")}
"""What changed chooses the rest."""


@click.command(short_help="Judge what changed, at each save.")
@path_argument
@with_options(_CHOOSING, PROJECT, TRIALS)
@click.option("--plain", is_flag=True, help="No colour.")
def watch(path: Path, plain: bool, **given: Any) -> ExitCode:
    """Judge what just changed, each time that a file is saved.

    After a save of a source file its faults are tried, and you see those of the functions that
    changed: how many are noticed, which are not, what got better or worse. After a save of a
    test file the same is done for the source files that its tests execute. The first save is
    held against the last report, so that a `refute run` before makes the answers better.

    Saved again while it runs, it begins anew; a file that does not compile is said and waited
    for. Ctrl-C ends, with code 0. The report is that of the last run here, for `refute show`;
    what tests and doubles are worth takes a whole `refute run`.

    PATH is the project's root, the folder where you would type pytest; the current one if not
    given.

    \b
    Examples:
      refute watch                            the whole project
      refute watch --paths src/shop           source files in one folder alone
      refute watch --pytest-args "-m 'not slow'"
    """
    # Imported late, so that --help and completion are quick.
    from refute.report import console_for
    from refute.watching.session import Watch
    from refute.watching.telling import Teller

    # Which files a run takes up is said at each save.
    words = [*ALWAYS, *_words({**given, "paths": ()})]
    session = Watch(partial(load, path, given), words, Teller(console_for(plain=plain)))
    try:
        session.run()
    except KeyboardInterrupt:
        # The usual way to end it.
        click.echo("Stopped.", err=True)
    return ExitCode.OK


def _words(given: Mapping[str, Any]) -> Iterator[str]:
    """Options as they would be typed for another command, from what click has made of them."""
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            yield option
        elif name == "pytest_args" and value:
            yield f"{option}={shlex.join(value)}"
        elif isinstance(value, tuple):
            yield from (f"{option}={one}" for one in value)
        elif value not in (None, False):
            yield f"{option}={value}"
