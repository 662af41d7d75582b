"""What stands outside the score: tests that were set aside, faults that were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console

from refute.judgement import Finding, Judgement, Slug, Verdict
from refute.report import heading, line, plural, printable, prose, rest

TESTS = 5
REASONS = 6
"""How many of each kind are shown; the rest is counted."""

OUTSIDE = {
    Verdict.SUPPRESSED: "in places that rules leave alone",
    Verdict.EQUIVALENT: "that change nothing",
    Verdict.UNVIABLE: "that do not compile",
    Verdict.UNSTABLE: "without a stable verdict",
    Verdict.ERROR: "that could not be run",
    Verdict.PENDING: "not tried yet",
}
"""Verdicts outside the score, in words that follow "faults"."""

_ONE = {
    Verdict.SUPPRESSED: "in a place that rules leave alone",
    Verdict.EQUIVALENT: "that changes nothing",
    Verdict.UNVIABLE: "that does not compile",
}
"""Those that are put otherwise where there is but one."""


def in_words(verdict: Verdict, number: int) -> str:
    """So many faults outside the score, and why."""
    words = _ONE.get(verdict, OUTSIDE[verdict]) if number == 1 else OUTSIDE[verdict]
    return f"{plural(number, 'fault')} {words}"


def set_aside(findings: Iterable[Finding], console: Console) -> None:
    """Name the tests that could not be used, and the seal if there was none."""
    aside = [one for one in findings if one.slug in (Slug.RED_TEST, Slug.FLAKY_TEST, Slug.UNSEALED)]
    if aside:
        console.print()
    for finding in aside[:TESTS]:
        line(console, ("Note: ", "bold yellow"), printable(finding.message))
    rest(console, len(aside) - TESTS, "such note")
    red = [one.reproduce for one in aside[:TESTS] if one.slug is Slug.RED_TEST]
    if red and aside[0].slug is not Slug.UNSEALED:
        command = printable(" ".join([red[0], *(one.removeprefix("pytest ") for one in red[1:])]))
        line(console, "To run outside the seal: ", (command, "bold cyan"))


def left_out(judgement: Judgement, console: Console) -> None:
    """Count the faults without a score, by the reason."""
    reasons: dict[Verdict, Counter[str]] = {}
    for one in judgement.left_out:
        if one.verdict is not Verdict.PENDING:
            reasons.setdefault(one.verdict, Counter())[one.reason] += one.count
    if not reasons:
        return
    heading(console, "Left out of the score")
    for verdict in OUTSIDE:
        if verdict in reasons:
            counted = reasons[verdict].most_common()
            named = ", ".join(f"{why} ({number:,})" for why, number in counted[:REASONS] if why)
            more = len(counted) - REASONS
            others = f" and {plural(more, 'other reason')}" if more > 0 else ""
            number = sum(reasons[verdict].values())
            text = in_words(verdict, number) + (f": {named}{others}" if named else "")
            prose(console, printable(text), 2)
