"""``refute html``: the report as one file for a browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refute.errors import ExitCode

if TYPE_CHECKING:
    from refute.report.html import Beside


@click.command(short_help="Write the last report as one HTML file.")
@click.argument("report", default=".", type=click.Path(path_type=Path))
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it. Default: beside the report, as report.html.",
)
@click.option(
    "--base",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="An earlier report to compare with. Default: what is remembered of the last run.",
)
def html(report: Path, show: bool, output: Path | None, base: Path | None) -> ExitCode:
    """Write a report as one HTML file, to read in a browser.

    The file holds all it needs: it works from disk, asks nobody for anything, and can be sent to
    others or kept by a CI job. It shows the five measures, a map of the sources, each file with
    its survivors in the margin, what tests and doubles are worth, where the suite meets reality,
    and past scores. What you search and filter is in the address, so that a view can be shared.
    Nothing is run.

    REPORT is a project's root, a folder with a report, or the report itself; the current folder
    if not given. The reports of `refute defects` and `refute stability`, and what `refute
    suggest` has proven, are read where they lie beside it.

    \b
    Examples:
      refute html --open                          the last run here
      refute html --base main/report.json         with what changed since then
      refute html ci/report.json --output site/index.html
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import (
        digest_of,
        load_report,
        read_history,
        read_suggested,
        report_file,
        write_beside,
    )
    from refute.report.html import Beside, Material, render

    place = report_file(report)
    earlier = None if base is None else load_report(base)
    page = render(
        Material(
            judgement=load_report(place),
            beside=_beside(place.parent),
            base=earlier,
            base_beside=Beside() if base is None else _beside(report_file(base).parent),
            history=read_history(place.parent),
            report=digest_of(place.read_bytes()),
            suggested=read_suggested(place),
        )
    )
    target = (place.with_suffix(".html") if output is None else output).absolute()
    write_beside(target, page)
    click.echo(f"Written: {target} ({len(page) / 1e6:.1f} MB)")
    if show and not webbrowser.open(target.as_uri()):
        click.echo("No browser could be opened; open the file by hand.", err=True)
    return ExitCode.OK


def _beside(folder: Path) -> Beside:
    """The reports of other commands in a report's own folder."""
    from refute.judgement import read_report
    from refute.report.html import Beside

    none = Beside()
    return Beside(
        defects=read_report(folder / "defects.json", none.defects),
        stability=read_report(folder / "stability.json", none.stability),
    )
