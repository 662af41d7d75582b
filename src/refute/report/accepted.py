"""Findings that somebody has accepted, with the reasons."""

from __future__ import annotations

from rich.console import Console

from refute.judgement import Judgement
from refute.report import heading, line, plural, printable, rest

MOST = 8
"""So many are shown; the rest is counted."""


def accepted_ids(judgement: Judgement) -> frozenset[str]:
    """The ids of the accepted findings."""
    return frozenset(one.id for one in judgement.findings if one.accepted is not None)


def accepted(judgement: Judgement, console: Console) -> None:
    """List them: they were found, and count for no gate."""
    found = [one for one in judgement.findings if one.accepted is not None]
    if not found:
        return
    heading(console, f"Accepted: {plural(len(found), 'finding')}")
    for one in found[:MOST]:
        if one.accepted is not None:
            until = f", until {one.accepted.until}" if one.accepted.until else ""
            said = f"{one.accepted.reason}{until} ({one.accepted.where})"
            line(console, f"  {one.slug.value}: {printable(one.message)}")
            line(console, "    ", (printable(said), "dim"))
    rest(console, len(found) - MOST, "finding")
