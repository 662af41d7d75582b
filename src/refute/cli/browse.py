"""``refute browse``: the last report on the whole screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from refute.errors import ExitCode, fail


@click.command(short_help="Look through the last report, by keyboard.")
@click.argument("report", default=".", type=click.Path(path_type=Path))
def browse(report: Path) -> ExitCode:
    """Look through findings and survivors on the whole screen, by keyboard.

    A list above; below it the source at the place, and beside it what `refute show` says: the
    change, the verdict, the evidence, the tests. j and k or the arrows move, Enter reads, a slash
    searches, f chooses a kind, s sorts, o opens the place in $EDITOR, y copies the command that
    reproduces it, ? lists the keys, q quits. Nothing is run.

    REPORT is a project's root, a folder with a report, or the report itself; the current folder
    if not given. Needs the extra: pip install 'refute[browse]'.

    \b
    Examples:
      refute browse                               the last run here
      refute browse downloads/report.json         of another place
    """
    # Textual is an extra, and takes a while to import.
    from refute.judgement import FOLDER, load_report, report_file

    try:
        from refute.browse.app import Browse
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "textual":
            raise
        fail("browse-extra", "Textual is not installed beside refute.")
    place = report_file(report)
    judgement = load_report(place)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("This needs a terminal. `refute report` prints the same run.")
    folder = place.resolve().parent
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    Browse(judgement, folder.parent if folder.name == FOLDER else Path.cwd(), editor).run()
    return ExitCode.OK
