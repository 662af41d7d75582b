"""``refute merge``: the shards of one run put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refute.cli.options import root_option
from refute.cli.run import ended
from refute.errors import ExitCode

if TYPE_CHECKING:
    from refute.judgement import Judgement


@click.command(short_help="Put the shards of a run together.")
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@root_option
@click.option("--plain", is_flag=True, help="No colour.")
def merge(reports: tuple[Path, ...], root: Path, plain: bool) -> ExitCode:
    """Put the reports of all shards of one run together, and show the whole.

    REPORTS are the files that `refute run --shard I/N` wrote, or folders with them. All N have
    to be there, of the same code, tests and options. The merged report becomes the last run of
    the project, so that `refute show` and the others know it. What you have accepted is read
    from the root, so run it where the same commit is checked out.

    \b
    Examples:
      refute run --shard 1/3                    on each machine its own part
      refute merge shard-1/report.json shard-2/report.json shard-3/report.json
      refute merge downloads/*                  folders with a report.json in each
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import load_report, remember, save
    from refute.judgement import merge as put_together
    from refute.report import console_for, terminal

    root = root.resolve()
    whole = _accepted(put_together([load_report(path) for path in reports]), root, plain=plain)
    remember(whole, save(whole, root), root)
    terminal.render(whole, console_for(plain=plain))
    return ended(whole)


def _accepted(whole: Judgement, root: Path, *, plain: bool) -> Judgement:
    """The judgement with those findings marked that somebody has accepted: they were made anew."""
    from refute.acceptance import accept
    from refute.console import Console
    from refute.diary import Diary

    tests = [test.id for test in whole.tests]
    today = date.today().isoformat()
    made = accept(whole.findings, root, tests, today, sources=whole.project.source)
    with Console(plain=plain) as console:
        diary = Diary(console.handle)
        for slug, text in made.warnings:
            diary.warn(slug, text)
    return replace(whole, findings=made.findings, notes=(*whole.notes, *diary.remarks))
