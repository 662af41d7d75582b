"""``refute gate``: hold the last report against floors, ceilings and the ratchet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from refute.cli.options import path_argument, with_options
from refute.errors import ExitCode, RefuteError, fail

if TYPE_CHECKING:
    from refute.gate import Entry, Gate, GateResult, Material
    from refute.imports import Results
    from refute.judgement import Judgement

F = TypeVar("F", bound=Callable[..., Any])

FILES: dict[str, Callable[[Any], Any]] = {
    "benchmark": click.option(
        "--benchmark", metavar="FILE", help="Results of pytest-benchmark (--benchmark-json)."
    ),
    "benchmark_baseline": click.option(
        "--benchmark-baseline", metavar="FILE", help="Earlier results, to compare with."
    ),
    "sarif": click.option(
        "--sarif", multiple=True, metavar="FILE", help="A scanner's results; may be repeated."
    ),
    "coverage": click.option(
        "--coverage", metavar="FILE", help="Coverage XML, as `coverage xml` writes it."
    ),
}
"""Files of other tools; each is the twin of a key of [tool.refute.gate.imports]."""


@click.command(short_help="Hold the last report against your floors and ceilings.")
@path_argument
@with_options(FILES)
@click.option("--plain", is_flag=True, help="No colour.")
def gate(path: Path, plain: bool, **files: Any) -> ExitCode:
    """Hold the last report against the floors and ceilings of [tool.refute.gate].

    Nothing is run: the command reads .refute/report.json, and the reports of `refute defects`
    and `refute stability` where a metric comes from those. It says what failed, by how much, and
    where to look first; the exit code is 1 if anything failed or could not be measured. What
    `refute ratchet` wrote must not have got worse either.

    PATH is the project's root, the folder that `refute run` judged; the current one if not given.

    \b
    In pyproject.toml:
      [tool.refute.gate]
      mutation-score = 80              a floor, in percent
      prayers = 0                      a ceiling
      [tool.refute.gate."src/shop/**"]
      mutation-score = 90              for these files

    \b
    Examples:
      refute gate                             the last run
      refute run --gate                       run, then hold
      refute gate --coverage coverage.xml     with a file of another tool
    """
    # The engine is imported late, so that --help and completion are quick.
    from refute.judgement import load

    root = path.resolve()
    bounds, ratchet, results = configured(root, files)
    return hold(root, load(root), bounds, ratchet, results, plain=plain)


def configured(
    root: Path, files: dict[str, Any] | None = None
) -> tuple[Gate, tuple[Entry, ...], Results]:
    """The project's gate, its ratchet, and what other tools' files hold.

    Raises RefuteError no-gate when there is nothing to hold a report against.
    """
    from refute.gate import RATCHET_FILE, read_gate, read_ratchet

    bounds, ratchet = read_gate(root, files), read_ratchet(root)
    if not (bounds.rules or ratchet):
        fail("no-gate", f"{root} has no floor, no ceiling, and no {RATCHET_FILE}.")
    return bounds, ratchet, imported(root, bounds)


def imported(root: Path, bounds: Gate) -> Results:
    """What the files of other tools hold. Raises RefuteError no-such-path, bad-import."""
    from refute.imports import read_results

    given = bounds.imports
    return read_results(
        root,
        benchmark=given.benchmark,
        baseline=given.benchmark_baseline,
        sarif=given.sarif,
        coverage=given.coverage,
    )


def material(root: Path, judgement: Judgement, results: Results) -> Material:
    """All that metrics are measured by, as of today."""
    from refute.gate import Documents, Material
    from refute.judgement import read_document

    documents = Documents(
        defects=read_document(root, "defects.json"),
        stability=read_document(root, "stability.json"),
    )
    return Material(judgement, date.today().isoformat(), documents, results)


def hold(
    root: Path,
    judgement: Judgement,
    bounds: Gate,
    ratchet: tuple[Entry, ...],
    results: Results,
    *,
    plain: bool,
) -> ExitCode:
    """Hold a judgement against its gate, say what came of it, and return the exit code.

    The result is kept beside the report, so that `refute report` can show it.
    """
    from refute.gate import check, save_gate
    from refute.judgement import changed_since
    from refute.report import console_for
    from refute.report.gate import render

    found: GateResult = check(bounds, ratchet, material(root, judgement, results))
    changed = changed_since(judgement, root)
    render(found, changed, console_for(plain=plain))
    # Where nothing can be written, the answer is the same.
    with suppress(OSError, RefuteError):
        save_gate(root, found)
    return ExitCode.OK if found.holds else ExitCode.FINDINGS
