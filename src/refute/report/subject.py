"""What a report is made of, and the words that several formats share. All of it is pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from refute.gate import GateResult, State
from refute.judgement import (
    Advice,
    Finding,
    Judged,
    Judgement,
    Slug,
    Suggested,
    percent,
    percentage,
)
from refute.report import plural, printable
from refute.report.change import Change, compare
from refute.report.headline import VAGUE

TOKENS = 2000
"""The size of the agent's answer, if no other is asked for."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One judgement, and what is known beside it."""

    judgement: Judgement
    #: An earlier judgement of the same project, to compare with.
    base: Judgement | None = None
    #: What came of the gate that this very judgement was held against; None: nobody asked.
    gate: GateResult | None = None
    #: The project's folder within its repository, with a slash at the end; empty: it is the root.
    prefix: str = ""
    #: So many tokens the agent's answer may have at the most.
    tokens: int = TOKENS
    #: What `refute suggest` has proven for this very judgement.
    suggested: Suggested = field(default_factory=Suggested)

    @property
    def change(self) -> Change | None:
        """What is other than in the base; None without one."""
        return None if self.base is None else compare(self.base, self.judgement)

    @property
    def gate_words(self) -> str:
        """What came of the gate, in a sentence; empty where nobody asked."""
        if self.gate is None:
            return ""
        total = len(self.gate.lines)
        bad = sum(line.state is not State.HELD for line in self.gate.lines)
        if not bad:
            verb = "holds" if total == 1 else "hold"
            return f"The gate holds: {plural(total, 'line')}, and all {verb}."
        does = "does" if bad == 1 else "do"
        return f"The gate fails: {bad:,} of {plural(total, 'line')} {does} not hold."


def score(judgement: Judgement) -> str:
    """The score in a few words with its denominator, or why there is none."""
    counts, foretold = judgement.counts, judgement.estimate
    if counts.pending:
        # Survivors that were known before the first trial are no part of what was tried.
        tried = counts.tried - counts.settled
        said = f"{counts.detected:,} of {plural(tried, 'fault')} tried so far noticed"
        if foretold is None or foretold.high - foretold.low > VAGUE:
            return f"{said}, too little to foretell the score"
        return (
            f"{said}, which foretells a score of {percentage(foretold.score)} (95% confidence "
            f"{percentage(foretold.low)} to {percentage(foretold.high)})"
        )
    if not counts.scored:
        return "nothing was judged"
    share = percent(counts.detected, counts.scored)
    return f"{share} of faults noticed ({counts.detected:,} of {counts.scored:,})"


def part(judgement: Judgement) -> str:
    """What the judgement does not speak of, in a sentence; empty: it is of all code."""
    asked = judgement.selection.part
    said = [f"Judged: {printable(asked)} alone." if asked else ""]
    if judgement.stopped or (judgement.partial and not judgement.spent):
        said.append("The run was stopped before its end.")
    elif judgement.partial:
        said.append("The time was spent before all faults were tried.")
    return " ".join(one for one in said if one)


def still_open(subject: Subject) -> tuple[Finding, ...]:
    """Findings that nobody accepted: those that the base lacks first, else in their order."""
    found = [one for one in subject.judgement.findings if one.accepted is None]
    change = subject.change
    if change is None or change.new is None:
        return tuple(found)
    new = change.new
    return tuple(sorted(found, key=lambda one: one.id not in new))


ABOUT_TESTS = (Slug.PRAYER, Slug.ECHO, Slug.SMOKE_TEST, Slug.FAINT_WITNESS, Slug.DEAF_TEST)
"""Findings about a test, which a suggestion for that test mends."""


def advice(subject: Subject, finding: Finding) -> tuple[Advice, ...]:
    """The suggestions that mend a finding, the one that mends most of it first."""
    suggested = subject.suggested
    if not suggested.advice or finding.slug not in ABOUT_TESTS:
        return suggested.noticing(finding.evidence)
    defined = f"{finding.file}:{finding.line}"
    tests = {test.id for test in subject.judgement.tests if test.defined == defined}
    return tuple(one for one in suggested.advice if not tests.isdisjoint(one.tests))


def added(one: Advice) -> list[str]:
    """The lines of a suggestion's patch that are taken away or put in, each with its mark."""
    lines = one.patch.splitlines()
    return [line for line in lines if line[:1] in "+-" and not line.startswith(("--- ", "+++ "))]


def leading(judgement: Judgement) -> dict[str, Judged]:
    """All mutants by id."""
    return {item.mutant.id: item for item in judgement.judged}


def first_mutant(finding: Finding, mutants: dict[str, Judged]) -> Judged | None:
    """The mutant that a finding shows first; None for one that is about something else."""
    return mutants.get(finding.evidence[0]) if finding.evidence else None


DEPTH = 4
"""So deep are members and items of a document on lines of their own; what is below is not."""


def as_json(document: Any) -> str:
    """A document with one record a line; what no encoding can show becomes the escape JSON has."""
    text = "".join(_lines(document, 0)) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _lines(value: Any, depth: int) -> Iterator[str]:
    if depth == DEPTH or not value or not isinstance(value, (dict, list)):
        yield _compact(value)
        return
    named = isinstance(value, dict)
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    yield "{" if named else "["
    for number, (name, item) in enumerate(items):
        yield ("," if number else "") + "\n" + " " * (depth + 1)
        yield f"{_compact(name)}: " if named else ""
        yield from _lines(item, depth + 1)
    yield "\n" + " " * depth + ("}" if named else "]")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
