"""``refute merge``: the shards of one run put together."""

from __future__ import annotations

from pathlib import Path

import click

from refute.cli.options import root_option
from refute.errors import ExitCode


@click.command(short_help="Put the shards of a run together.")
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@root_option
@click.option("--plain", is_flag=True, help="No colour.")
def merge(reports: tuple[Path, ...], root: Path, plain: bool) -> ExitCode:
    """Put the reports of all shards of one run together, and show the whole.

    REPORTS are the files that `refute run --shard I/N` wrote, or folders with them. All N have
    to be there, of the same code, tests and options. The merged report becomes the last run of
    the project, so that `refute show` and the others know it.

    \b
    Examples:
      refute run --shard 1/3                    on each machine its own part
      refute merge shard-1/report.json shard-2/report.json shard-3/report.json
      refute merge downloads/*                  folders with a report.json in each
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import load_report, save
    from refute.judgement import merge as put_together
    from refute.report import console_for, terminal

    whole = put_together([load_report(path) for path in reports])
    save(whole, root.resolve())
    terminal.render(whole, console_for(plain=plain))
    if whole.partial:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if whole.counts.scored else ExitCode.NOTHING_JUDGED
