"""``refute run``: judge the suite."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refute.cli.gate import configured, hold
from refute.cli.options import (
    CHOOSING,
    OUTPUT,
    PROJECT,
    TRIALS,
    path_argument,
    with_options,
)
from refute.errors import ExitCode
from refute.settings import CHOICES, load

if TYPE_CHECKING:
    from refute.judgement import Judgement


@click.command(short_help="Judge a pytest suite.")
@path_argument
@with_options(CHOOSING, PROJECT, TRIALS)
@click.option(
    "--isolation",
    type=click.Choice(CHOICES["isolation"]),
    help="fork (default): fast, in forks of the collected suite. "
    "cold: a fresh process for each mutant, slow; the reference.",
)
@click.option(
    "--score-only",
    is_flag=True,
    default=None,
    help="The mutation score and no more: tests and doubles are not judged, in about half the "
    "time.",
)
@click.option(
    "--gate",
    "gated",
    is_flag=True,
    help="Hold the result against [tool.refute.gate] and the ratchet, as `refute gate` does.",
)
@with_options(OUTPUT)
def run(path: Path, gated: bool, **given: Any) -> ExitCode:
    """Judge a pytest suite: which faults in the code would it notice?

    PATH is the project's root, the folder where you would type pytest; the current one if not
    given. No configuration is needed; refute says what it found and why. Your files are not
    changed. Ctrl-C is fine: you get a report on what was done, and the same command goes on.

    \b
    Examples:
      refute run                                  the whole project
      refute run --paths src/shop/orders.py       one file
      refute run --since origin/main              what this branch changes
      refute run --budget 60s                     as much as fits, and the score foretold
      refute run --operators=-number,-string      without these operators
      refute run ../service --python 3.12         another project, under python3.12
      refute run --pytest-args "-m 'not slow'"    with some tests left out
    """
    settings = load(path, given)
    # What is wrong with the gate is said before the work, not after.
    bounds = configured(settings.root) if gated else None
    # The engine is imported late, so that --help and completion are quick.
    from refute import pipeline
    from refute.console import Console
    from refute.report import console_for, screen, terminal

    with Console(quiet=settings.quiet, plain=settings.plain) as progress:
        judgement = pipeline.run(settings, progress)
    out = console_for(plain=settings.plain)
    # Colours can be asked for in a log as well, where nobody has a screen to fill.
    if sys.stdout.isatty() and not settings.plain:
        screen.fit(judgement, out, out.height)
    else:
        terminal.render(judgement, out)
    unchanged = bool(judgement.selection.changes) and not judgement.judged
    held = ExitCode.OK
    if bounds is not None and unchanged and not judgement.selection.changed_tests:
        click.echo("The gate is not asked: nothing has changed that it could look at.")
    elif bounds is not None:
        held = hold(settings.root, judgement, *bounds, plain=settings.plain)
    code = ended(judgement)
    return held if code is ExitCode.OK else code


def ended(judgement: Judgement) -> ExitCode:
    """How a run, or the shards of one, came to an end; the summary has said why."""
    # A budget that is spent is what was asked for.
    if judgement.stopped or (judgement.partial and not judgement.spent):
        return ExitCode.INTERRUPTED
    # A change of texts alone is nothing to complain about; neither is a shard that no fault fell
    # to, since the others have them.
    chosen = judgement.selection
    empty = bool(chosen.shard) or (bool(chosen.changes) and not judgement.judged)
    return ExitCode.OK if judgement.counts.scored or empty else ExitCode.NOTHING_JUDGED
