"""What is other in a judgement than in an earlier one, as far as the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refute.judgement import Counts, Finding, Judged, Judgement, TestVerdict, Verdict

NOTICED = (Verdict.KILLED, Verdict.TIMEOUT)
MISSED = (Verdict.SURVIVED, Verdict.NO_COVERAGE)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The measures that are set beside each other."""

    counts: Counts
    #: Judged tests, and those of them that are good witnesses or can't fail; None: not judged.
    tests: int | None
    witnesses: int | None
    prayers: int | None

    @property
    def score(self) -> float | None:
        """The mutation score, from 0 to 1."""
        return self.counts.score


@dataclass(frozen=True, slots=True)
class Change:
    """The difference; None stands for what can't be told from these two."""

    #: Why the two can't be compared, or not in full; empty when they can.
    limits: str
    #: The measures of both; None when they are of different parts of the code.
    before: Numbers | None
    after: Numbers | None
    #: Ids of the findings that the base lacks.
    new: frozenset[str] | None
    #: Findings of the base that are no more.
    gone: tuple[Finding, ...] | None
    #: Mutants that the base noticed, and that go unnoticed now.
    lost: tuple[Judged, ...]
    #: Mutants the other way round.
    won: tuple[Judged, ...]


def compare(base: Judgement, now: Judgement) -> Change:
    """Set a judgement beside an earlier one.

    Scores are compared if both are of the same part of the code, to the end; a part can tell
    what is new against an earlier judgement of the whole.
    """
    limits = _limits(base, now)
    if limits:
        ended = not (base.partial or base.stopped)
        whole = ended and not base.selection.part and _same_rules(base, now)
        new = _new(base, now) if whole else None
        return Change(limits, None, None, new, None, *_moved(base, now))
    ids = {one.id for one in now.findings}
    gone = tuple(one for one in base.findings if one.id not in ids and one.accepted is None)
    both = (numbers(base), numbers(now))
    return Change("", *both, _new(base, now), gone, *_moved(base, now))


def numbers(judgement: Judgement) -> Numbers:
    """The measures of one judgement."""
    theatre = judgement.theatre
    if theatre is None:
        return Numbers(judgement.counts, None, None, None)
    verdicts = [one.verdict for one in theatre.strengths]
    unjudged = (TestVerdict.UNJUDGED, TestVerdict.FLAKY)
    return Numbers(
        judgement.counts,
        sum(one not in unjudged for one in verdicts),
        verdicts.count(TestVerdict.WITNESS),
        verdicts.count(TestVerdict.PRAYER),
    )


def _limits(base: Judgement, now: Judgement) -> str:
    if base.partial or base.stopped:
        return "The base was stopped before its end, so the numbers can't be compared."
    if now.partial or now.stopped:
        return "This run was stopped before its end, so the numbers can't be compared."
    if base.selection.part != now.selection.part:
        return "The base is of another part of the code, so the numbers can't be compared."
    if not _same_rules(base, now):
        return "The base was made with other operators or rules: the numbers can't be compared."
    return ""


def _same_rules(base: Judgement, now: Judgement) -> bool:
    one, two = base.selection, now.selection
    return (one.operators, one.rules_off) == (two.operators, two.rules_off)


def _new(base: Judgement, now: Judgement) -> frozenset[str]:
    known = {one.id for one in base.findings}
    return frozenset(one.id for one in now.findings if one.id not in known)


def _moved(base: Judgement, now: Judgement) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    before: Mapping[str, Verdict] = {item.mutant.id: item.verdict for item in base.judged}
    lost, won = [], []
    for item in now.judged:
        was = before.get(item.mutant.id)
        if was in NOTICED and item.verdict in MISSED:
            lost.append(item)
        elif was in MISSED and item.verdict in NOTICED:
            won.append(item)
    return tuple(lost), tuple(won)
