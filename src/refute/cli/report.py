"""``refute report``: a saved judgement in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refute.errors import ExitCode, fail

if TYPE_CHECKING:
    from refute.report.subject import Subject

NAMES = (
    "terminal",
    "markdown",
    "json",
    "sarif",
    "stryker",
    "junit",
    "github",
    "badge",
    "badge-json",
    "agent",
)
"""The formats; a test holds them to those that there are."""


@click.command(short_help="Render a saved run: Markdown, SARIF, JUnit and others.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "name",
    type=click.Choice(NAMES),
    default="terminal",
    show_default=True,
    help="What to render it as.",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An earlier report, or a folder with one: what has changed since is shown.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write into FILE, whole or not at all, instead of to standard output.",
)
@click.option(
    "--prefix",
    default="",
    metavar="FOLDER",
    help="The project's folder within its repository, for paths in sarif and github.",
)
@click.option(
    "--tokens",
    type=click.IntRange(min=300),
    default=2000,
    show_default=True,
    metavar="N",
    help="The size of the agent's answer: so many tokens at the most.",
)
@click.option("--plain", is_flag=True, help="No colour.")
def report(
    path: Path,
    name: str,
    base: Path | None,
    output: Path | None,
    prefix: str,
    tokens: int,
    plain: bool,
) -> ExitCode:
    """Render a saved run as a page, a comment, or a file for another program.

    Nothing is run: the command reads .refute/report.json, and the same report always gives the
    same bytes. What `refute gate` said of it is shown as well.

    PATH is the project's root, a report file, or a folder with one; the current folder if not
    given.

    \b
    Formats:
      terminal     the summary of `refute run`
      markdown     a comment for a pull request, 20 findings at the most
      json         the report itself, with the change against --base
      sarif        SARIF 2.1.0, for code scanning
      stryker      all mutants, for the viewers of Stryker's format
      junit        all mutants and findings, for the test panes of CI systems
      github       annotations for a run of GitHub Actions
      badge        the score as SVG; badge-json: as shields.io reads it
      agent        what to fix next, for a coding agent

    \b
    Examples:
      refute report --format markdown --base main/report.json -o comment.md
      refute report --format sarif -o refute.sarif
      refute report --format agent --tokens 4000
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.report import console_for
    from refute.report.formats import FORMATS, show

    if base is not None and not FORMATS[name].compares:
        raise click.UsageError(f"{name} shows one run alone: leave --base out.")
    subject = _subject(path, base, prefix, tokens)
    if name == "terminal" and output is None:
        show(subject, console_for(plain=plain))
        return ExitCode.OK
    data = FORMATS[name].render(subject).encode("utf-8", "backslashreplace")
    if output is None or str(output) == "-":
        # Bytes: neither the platform's line ends nor its encoding may change the document.
        sys.stdout.buffer.write(data)
    else:
        _write(output, data)
    return ExitCode.OK


def _subject(path: Path, base: Path | None, prefix: str, tokens: int) -> Subject:
    """What is to be rendered. Raises RefuteError no-report, bad-report."""
    from refute.gate import read_gate_result
    from refute.judgement import load_report, read_suggested, report_file
    from refute.report.subject import Subject

    file = report_file(path)
    return Subject(
        load_report(file),
        base=None if base is None else load_report(base),
        gate=read_gate_result(file),
        prefix=_folder(prefix),
        tokens=tokens,
        suggested=read_suggested(file),
    )


def _write(output: Path, data: bytes) -> None:
    """Write a report. Raises RefuteError no-such-path, read-only-tree."""
    from refute.judgement import write_beside

    if output.is_dir():
        fail("no-such-path", f"{output} is a folder, not a file.")
    if output.exists() and not output.is_file():
        # A device or a pipe is written to, and never replaced by a file.
        with output.open("wb") as stream:
            stream.write(data)
        return
    target = output.resolve()
    if not target.parent.is_dir():
        fail("no-such-path", f"There is no folder {target.parent}.")
    write_beside(target, data)


def _folder(prefix: str) -> str:
    """A folder with a slash at its end, or nothing."""
    parts = [part for part in prefix.replace("\\", "/").split("/") if part not in ("", ".")]
    return "".join(f"{part}/" for part in parts)
