"""The matrix for a person at a terminal, and what to look at first."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refute.chaos.values import MEANINGS, Cell, Chaos, Verdict
from refute.faults.toxic import NAMES
from refute.report import crop, heading, line, plural, printable, prose, rest

SHOWN = 6
"""So many findings are shown with their commands."""
ROWS = 25
NOTES = 3

SIGNS = {
    Verdict.CORRUPTED: ("X", "bold red"),
    Verdict.HUNG: ("H", "red"),
    Verdict.WRONG: ("W", "red"),
    Verdict.UNCLEAR: ("U", "yellow"),
    Verdict.CLEAN: ("c", "green"),
    Verdict.TOLERATED: ("t", "green"),
    Verdict.UNMET: ("-", "dim"),
    Verdict.UNTRIED: ("?", "dim"),
}
"""The sign of each verdict in the matrix, and how it is printed."""

HEADS = {
    "timeout": "time",
    "down": "down",
    "limit_data_upstream": "cut>",
    "reset_peer": "rst",
    "limit_data": "<cut",
    "latency": "late",
    "slicer": "slic",
    "bandwidth": "band",
    "slow_close": "clos",
}
"""The columns, in few letters."""


def render(found: Chaos, console: Console) -> None:
    """Print the matrix of each link, what its signs mean, and how the worst is reproduced."""
    tried = len(found.cells) - found.count(Verdict.UNTRIED)
    bad = len(found.findings)
    head = f"{bad:,} of {plural(tried, 'trial')} over bad links came to a bad end"
    line(console, (head, "bold"), f"  ({plural(found.runs, 'run')})")
    if found.partial:
        prose(console, "Stopped: this is what was known by then.", style="yellow")
    elif found.untried:
        prose(console, f"The budget is spent: {plural(found.untried, 'trial')} left untried.")
    for link in found.links:
        _matrix(link.name, found, console)
    seen = [verdict for verdict in Verdict if found.count(verdict)]
    line(console)
    for verdict in seen:
        sign, style = SIGNS[verdict]
        words = f" {verdict.value} ({found.count(verdict):,}): {MEANINGS[verdict]}"
        line(console, "  ", (sign, style), words)
    groups = _groups(found.findings)
    for cells in groups[:SHOWN]:
        _finding(cells, console)
    rest(console, len(groups) - SHOWN, "finding")
    if found.aside:
        heading(console, "Set aside")
        for test, why in list(found.aside.items())[:NOTES]:
            prose(console, f"{printable(test)}: {printable(why)}", margin=2, style="dim")
        rest(console, len(found.aside) - NOTES, "test")
    if not found.invariant:
        line(console)
        prose(
            console,
            "No invariant was given: what a test does not look at may be corrupted all the "
            "same. Name a function: --invariant MODULE:FUNCTION.",
            style="dim",
        )
    prose(console, "All of it, with a command for each: .refute/chaos.json", style="dim")


def _matrix(link: str, found: Chaos, console: Console) -> None:
    cells: dict[str, dict[str, Verdict]] = {}
    order = list(Verdict)
    for cell in found.cells:
        if cell.link == link:
            row = cells.setdefault(cell.test, {})
            # Of several seeds the worst counts.
            worst = min(cell.verdict, row.get(cell.bad.name, cell.verdict), key=order.index)
            row[cell.bad.name] = worst
    names = [name for name in NAMES if any(name in row for row in cells.values())]
    heading(console, f"Link {printable(link)}")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, overflow="ellipsis")
    for name in names:
        table.add_column(HEADS[name], justify="center", no_wrap=True)
    width = max(20, console.width - 6 * len(names) - 4)
    for test, row in sorted(cells.items(), key=lambda item: _badness(item[1]))[:ROWS]:
        signs = [Text(*SIGNS[row[name]]) if name in row else Text("") for name in names]
        table.add_row(Text("  " + crop(printable(test), width)), *signs)
    console.print(table)
    rest(console, len(cells) - ROWS, "test")


def _badness(row: dict[str, Verdict]) -> list[int]:
    order = list(Verdict)
    return sorted(order.index(verdict) for verdict in row.values())


def _groups(findings: list[Cell]) -> list[list[Cell]]:
    """What one test came to in the same way over one link."""
    groups: dict[tuple[str, str, Verdict], list[Cell]] = {}
    for cell in findings:
        groups.setdefault((cell.test, cell.link, cell.verdict), []).append(cell)
    return list(groups.values())


def _finding(cells: list[Cell], console: Console) -> None:
    cell = cells[0]
    sign, style = SIGNS[cell.verdict]
    line(console)
    line(console, (sign, style), f" {printable(cell.test)}", (f"  {cell.verdict.value}", style))
    line(console, f"  {printable(cell.link)}: {NAMES[cell.bad.name]} ({cell.bad.spec})")
    others = list(dict.fromkeys(each.bad.name for each in cells[1:]))
    if others:
        line(console, f"  and under {', '.join(others)}")
    if cell.words:
        line(console, (f"  {printable(cell.words)}", "red"))
    line(console, f"  {printable(cell.reproduce)}")
