"""What has changed since an earlier run: a part of the summary, and a member of the JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from refute.judgement import Judgement, percentage
from refute.report import heading, line, plural, printable, prose, rest
from refute.report.change import Change

MOST = 5
"""How many of each kind are named; the rest is counted."""


def against(change: Change, console: Console) -> None:
    """Print the change against the base."""
    heading(console, "Since the base")
    if change.limits:
        prose(console, change.limits, 2)
    before, after = change.before, change.after
    if before is not None and after is not None and None not in (before.score, after.score):
        was, now = before.score or 0.0, after.score or 0.0
        points = "the same" if was == now else f"{100 * (now - was):+.1f} points"
        text = f"score {percentage(was)} -> {percentage(now)} ({points})"
        prose(console, text, 2)
    if change.new is not None:
        gone = "" if change.gone is None else f", {len(change.gone):,} gone"
        prose(console, f"{plural(len(change.new), 'finding')} new{gone}", 2)
    for title, items in (
        ("noticed by the base, and no longer", change.lost),
        ("not noticed by the base, and noticed now", change.won),
    ):
        if items:
            prose(console, f"{plural(len(items), 'fault')} {title}:", 2)
        for item in items[:MOST]:
            one = item.mutant
            spot = printable(f"{one.file}:{one.line}")
            line(
                console, "    ", (spot, "cyan"), f"  {printable(one.function)}  ", (one.id, "bold")
            )
        rest(console, len(items) - MOST, "fault")


def change_document(base: Judgement, change: Change) -> dict[str, Any]:
    """The change as plain JSON values."""
    before, after = change.before, change.after
    return {
        "base": {"commit": base.environment.commit, "version": base.version},
        "limits": change.limits,
        "score_before": None if before is None else before.score,
        "score_after": None if after is None else after.score,
        "new_findings": None if change.new is None else sorted(change.new),
        "gone_findings": None if change.gone is None else [one.id for one in change.gone],
        "lost": [item.mutant.id for item in change.lost],
        "won": [item.mutant.id for item in change.won],
    }
