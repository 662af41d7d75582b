"""What came of a gate: what failed, by how much, and where to look first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from refute.gate import GateResult, Line, State
from refute.report import heading, line, plural, printable, prose, rest

LOOK = 3
"""So many places are named for each line that does not hold."""

FILES = 3

STYLES = {
    State.FAILED: "bold red",
    State.UNMEASURED: "bold yellow",
    State.UNDECIDED: "bold yellow",
    State.HELD: "green",
}


def render(result: GateResult, changed: Sequence[str], console: Console) -> None:
    """Print all lines, those that don't hold first. ``changed`` are files that are no longer as
    the report saw them.
    """
    bad = [one for one in result.lines if one.state is not State.HELD]
    total = len(result.lines)
    if bad:
        does = "does" if len(bad) == 1 else "do"
        heading(console, f"The gate fails: {len(bad):,} of {plural(total, 'line')} {does} not hold")
    else:
        verb = "holds" if total == 1 else "hold"
        heading(console, f"The gate holds: {plural(total, 'line')}, and all {verb}")
    held = [one for one in result.lines if one.state is State.HELD]
    for one in (*bad, *held):
        _line(one, console)
    for note in result.notes:
        prose(console, printable(f"Note: {note}"))
    if changed:
        named = ", ".join(map(printable, changed[:FILES]))
        more = f" and {len(changed) - FILES} more" if len(changed) > FILES else ""
        text = f"Note: {named}{more} changed since the report: `refute run` judges them anew."
        prose(console, text, style="yellow")


def _line(one: Line, console: Console) -> None:
    name = one.metric + (f" of {one.scope}" if one.scope else "")
    accepted = f" ({plural(one.accepted, 'finding')} accepted)" if one.accepted else ""
    state = f"{one.state.value:<12} "
    line(console, "  ", (state, STYLES[one.state]), printable(f"{name}: {one.said}{accepted}"))
    for text in one.look[:LOOK]:
        line(console, "      ", (printable(text), "dim"))
    rest(console, len(one.look) - LOOK if one.look else 0, "place to look at", "places to look at")
