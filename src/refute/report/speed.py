"""What the tests cost, in a few lines."""

from __future__ import annotations

from rich.console import Console

from refute.judgement import Judgement, Speed
from refute.report import crop, heading, line, plural, printable

SLOW = 3
"""So many slow tests are named."""

NOTABLE = 1.0
"""Seconds of the suite below which nobody needs to hear of its speed."""


def speed(judgement: Judgement, console: Console) -> None:
    """Print the measures of speed; nothing for a suite of a moment."""
    found = judgement.speed
    if found is None or found.suite_seconds < NOTABLE:
        return
    heading(console, f"Speed: the suite takes {_seconds(found.suite_seconds)}")
    _first(found, console)
    taken = (
        (found.redundant, "told of nothing that a quicker test is not told of, too"),
        (found.sleeping, "in tests that sleep"),
        (found.real, "in tests that leave their process"),
    )
    for part, words in taken:
        if part is not None and part.tests:
            text = f"  {_seconds(part.seconds):>8}  {words} ({plural(part.tests, 'test')})"
            line(console, (text, "dim"))
    slow = [one for one in found.slowest if one.seconds * 20 > found.test_seconds][:SLOW]
    for one in slow:
        name = crop(printable(judgement.tests[one.test].id), max(30, console.width - 44))
        kills = f"{plural(one.kills, 'known kill')}, {one.kills_per_second:.3g} a second"
        line(console, f"  {_seconds(one.seconds):>8}  {name}  ", (kills, "dim"))


def _first(found: Speed, console: Console) -> None:
    first = found.first_failure
    if first is not None:
        low, high = _seconds(first.at_least), _seconds(first.at_most)
        when = low if low == high else f"{low} to {high}"
        text = f"  {when:>8}  until the first test fails when a fault is in (median)"
        line(console, (text, "dim"))


def _seconds(value: float) -> str:
    if value < 0.0095:
        return f"{1000 * value:.2g} ms"
    return f"{value:.2f} s" if value < 9.95 else f"{value:,.0f} s"
