"""``refute defects``: past bugs, put back one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from refute.cli.options import OUTPUT, PROJECT, TRIALS, path_argument, with_options
from refute.errors import ExitCode
from refute.settings import load

_TRIALS = {name: option for name, option in TRIALS.items() if name in ("jobs", "timeout_factor")}


@click.command(short_help="Put past bugs back and see whether the tests find them.")
@path_argument
@click.option(
    "--rule",
    "pattern",
    metavar="REGEX",
    help="Commits whose message matches are bug fixes, in the place of the usual rule. "
    "Case does not matter.",
)
@click.option(
    "--since",
    metavar="REV",
    help="Only commits after this revision, or from this day (YYYY-MM-DD) on.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Replay the newest N fixes. Default: 100.",
)
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Replay the patches of this folder, one bug each, in the place of the history.",
)
@with_options(PROJECT, _TRIALS, OUTPUT)
def defects(
    path: Path,
    pattern: str | None,
    since: str | None,
    limit: int | None,
    catalogue: Path | None,
    **given: Any,
) -> ExitCode:
    """Find out whether today's tests would find the bugs that the project once had.

    Reads the git history for bug fixes, by their messages. Takes the source part of each back
    out of today's code, alone, and runs today's tests: detected, missed, or not replayable, with
    the reason. Your files, your work tree and git's index stay as they are.

    \b
    Examples:
      refute defects                          the newest 100 fixes
      refute defects --since v2.0 --limit 20  fewer
      refute defects --rule '^fix[(:]'        if your fixes are named so
      refute defects --catalogue bugs/        bugs that you keep as patches
      refute show b-1a2b3c4d                  then one of them in full
    """
    settings = load(path, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute import defects as measure
    from refute.console import Console
    from refute.history.options import read
    from refute.report import console_for
    from refute.report.defects import render

    words = {"pattern": pattern, "since": since, "limit": limit, "catalogue": catalogue}
    options = read(settings.root, words)
    with Console(quiet=settings.quiet, plain=settings.plain) as progress:
        found = measure.run(settings, options, progress)
    render(found, console_for(plain=settings.plain))
    return measure.exit_code(found)
