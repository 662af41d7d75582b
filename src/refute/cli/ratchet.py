"""``refute ratchet``: write down what was reached, so that it can't get worse unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refute.cli.gate import imported, material
from refute.cli.options import root_option
from refute.errors import ExitCode, fail, nearest

if TYPE_CHECKING:
    from refute.gate import Entry, Metric


@click.command(short_help="Keep what was reached: it must not get worse.")
@click.argument("metrics", nargs=-1, metavar="[METRIC]...")
@click.option("--in", "scope", default="", metavar="GLOB", help="Only what lies in these files.")
@click.option(
    "--loosen", is_flag=True, help="Also write values that got worse; otherwise they stay."
)
@root_option
def ratchet(metrics: tuple[str, ...], scope: str, loosen: bool, root: Path) -> ExitCode:
    """Write the last report's values to refute-ratchet.toml, and say what changed.

    `refute gate` fails when a value there gets worse, and offers this command when one gets
    better. The file is small and meant to be reviewed and committed. A METRIC is a name of
    docs/gates.md; without any, those that the file holds are brought up to date, and a first
    file gets the score and what tests and doubles are blamed for.

    \b
    Examples:
      refute ratchet                                     keep what was reached
      refute ratchet survivors                           and one metric more
      refute ratchet mutation-score --in "src/shop/**"   for some files
      refute ratchet prayers --loosen                    accept that it got worse
    """
    # The engine is imported late, so that --help and completion are quick.
    from refute.gate import (
        RATCHET_FILE,
        Material,
        propose,
        ratchet_text,
        read_gate,
        read_ratchet,
    )
    from refute.judgement import load, write_beside

    folder = root.resolve()
    held = read_ratchet(folder)
    whole = material(folder, load(folder), imported(folder, read_gate(folder)))
    if whole.unfinished or whole.judgement.selection.part:
        part = "was stopped early" if whole.unfinished else "covers a part of the code alone"
        fail("partial-report", f"The last run {part}: its values are not those of the project.")
    wanted = _wanted(metrics, scope, held)

    def within(part: str) -> Material:
        return Material(whole.judgement, whole.day, whole.documents, whole.results, part)

    proposal = propose(held, wanted, within, loosen=loosen)
    for line in (*proposal.changes, *proposal.left):
        click.echo(line)
    if not proposal.changes:
        click.echo(f"{RATCHET_FILE} stays as it is." if held else "There is nothing to keep.")
        return ExitCode.OK
    target = write_beside(folder / RATCHET_FILE, ratchet_text(proposal.entries).encode())
    click.echo(f"Wrote {target}. Review it, and commit it.")
    return ExitCode.OK


def _wanted(metrics: Sequence[str], scope: str, held: Sequence[Entry]) -> list[tuple[Metric, str]]:
    """The metrics to write down, each with its files: those that are named, else those that are
    held, else the usual ones.
    """
    from refute.gate import DEFAULT_RATCHET, METRICS, find_metric

    names = [(name, scope) for name in metrics]
    if not names:
        names = [(one.metric.name, one.scope) for one in held if scope in ("", one.scope)]
        names = names or [(name, scope) for name in DEFAULT_RATCHET]
    wanted = []
    for name, part in names:
        metric = find_metric(name)
        if metric is None:
            raise click.UsageError(f"There is no metric `{name}`: {nearest(name, METRICS)}")
        if not metric.ratchet:
            raise click.UsageError(f"`{name}` varies from run to run; give it a ceiling instead.")
        if part and not metric.by_path:
            raise click.UsageError(f"`{name}` is known for the whole project only.")
        wanted.append((metric, part))
    return wanted
