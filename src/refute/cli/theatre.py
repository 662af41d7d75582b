"""``refute theatre``: what the tests and their doubles are worth, by the last run."""

from __future__ import annotations

from pathlib import Path

import click

from refute.cli.options import path_argument
from refute.errors import ExitCode


@click.command(short_help="Show what tests and doubles are worth.")
@path_argument
@click.option("--plain", is_flag=True, help="No colour.")
def theatre(path: Path, plain: bool) -> ExitCode:
    """Show what the last run found out about your tests and their doubles.

    Which tests can fail at all, and which only know that nothing crashed. Which mocks swallow
    faults, and which of their arguments nobody looks at. Which tests really leave their process,
    and which only say so. `refute run` ends with the same part; here it stands alone, and
    nothing is run.

    PATH is the project's root, the folder that `refute run` judged; the current one if not given.

    \b
    Examples:
      refute theatre                          the last run here
      refute theatre ../service | less        of another project, page by page
      refute show test_refund                 then one test,
      refute show shop.cloud.run_kubectl      or one double
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import load
    from refute.report import console_for
    from refute.report.lookup import theatre_of
    from refute.report.theatre import render

    judgement = load(path.resolve())
    theatre_of(judgement)
    render(judgement, console_for(plain=plain))
    return ExitCode.OK
