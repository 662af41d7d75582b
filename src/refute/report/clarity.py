"""How well failures can be understood, in one line and a few quotes."""

from __future__ import annotations

from rich.console import Console

from refute.judgement import Clarity, Judgement, Kind, Reading, Slug, base, percent
from refute.report import crop, heading, line, plural, printable, prose, rest

QUOTES = 3
"""So many of the worst failures are quoted."""

_WORDS = {
    Kind.PARTIAL: "in part",
    Kind.ERROR: "by an error in the test's own code",
    Kind.NOT_CALLED: "only that something was not called",
    Kind.BARE: "bare",
}


def clarity(judgement: Judgement, console: Console) -> None:
    """Print the measure; nothing where no text was taken."""
    found = judgement.clarity
    if found is None or not found.taken:
        return
    share = percent(found.clear, found.taken)
    of = plural(found.taken, "failure text")
    heading(console, f"Clarity: both values are shown in {found.clear:,} of {of} ({share})")
    others = _others(found)
    if others:
        prose(console, others, 2, "dim")
    worst = _worst(judgement, found)
    for one in worst[:QUOTES]:
        name = printable(judgement.tests[one.test].id)
        line(console, f"  {crop(name, max(30, console.width - 2))}")
        shown = " / ".join(printable(text.strip()) for text in one.quote)
        prose(console, shown, 4, "red")
    rest(console, len(worst) - QUOTES, "unclear failure")


def _others(found: Clarity) -> str:
    """What the others say, and how many were taken."""
    parts = [f"{found.kinds[kind]:,} {words}" for kind, words in _WORDS.items()]
    said = [part for part, kind in zip(parts, _WORDS, strict=True) if found.kinds[kind]]
    if found.far:
        said.append(f"{found.far:,} far from a fault that it does not name")
    if found.taken < found.assertions:
        said.append(f"taken of {found.taken:,} of {plural(found.assertions, 'assertion')}")
    return "; ".join(said)


def _worst(judgement: Judgement, found: Clarity) -> list[Reading]:
    """One a test function, without those that somebody accepted."""
    blamed = {
        mutant
        for one in judgement.findings
        if one.slug is Slug.UNCLEAR_FAILURE and not one.accepted
        for mutant in one.evidence
    }
    firsts: dict[str, Reading] = {}
    for one in found.unclear:
        if one.mutant in blamed:
            firsts.setdefault(base(judgement.tests[one.test].id), one)
    return list(firsts.values())
