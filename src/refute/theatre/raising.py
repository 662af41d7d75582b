"""What doubles were made to raise: what to ask about it, and what follows from the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from refute.baseline import Baseline, TestOutcome
from refute.observed import Call, Double, Lie, Observed, Seen, Site
from refute.raised import LIES, OUTSIDE, Answer, Chance, Question
from refute.theatre.identity import double_id

CHANCES = 3
"""Tests in which one question is asked, at the most."""
_ARTEFACTS = frozenset({"AssertionError", "StopIteration", "StopAsyncIteration"})
"""What a double raises because it checks, or because it has nothing more to give."""

Answers = Mapping[Question, Answer]


@dataclass(frozen=True, slots=True)
class MergedRaise:
    """An exception that a double raises, and whether the real one could."""

    exception: str
    #: The way from the double to what raises it; empty for itself.
    method: str
    #: ``lies``, ``escapes`` or ``not_examined``.
    verdict: str
    #: The evidence, or the reason, in words.
    why: str
    tests: tuple[int, ...]


def questions(baseline: Baseline, units: Mapping[Site, tuple[str, int]]) -> tuple[Question, ...]:
    """All there is to ask, in the order of the tests. ``units`` has the outermost function
    around a call, by name and line, where it can be changed.
    """
    found: dict[tuple[str, str, str], list[tuple[int, Site]]] = {}
    for test, seen in sorted(baseline.observed.tests.items()):
        if baseline.tests[test].outcome is not TestOutcome.PASSED:
            continue
        for double, call in _raising(seen):
            key = (double_id(double), call.method, call.returned)
            found.setdefault(key, []).append((test, call.site))
    return tuple(
        Question(
            *key,
            tests=tuple(dict.fromkeys(test for test, _ in met)),
            chances=tuple(_chances(met, units)),
        )
        for key, met in found.items()
    )


def _raising(seen: Seen) -> Iterable[tuple[Double, Call]]:
    for double in seen.doubles:
        for call in double.calls:
            if call.result == "raises" and call.returned not in _ARTEFACTS:
                yield double, call


def _chances(
    met: Iterable[tuple[int, Site]], units: Mapping[Site, tuple[str, int]]
) -> Iterable[Chance]:
    ready = [(test, site) for test, site in met if site in units]
    for test, site in ready[:CHANCES]:
        unit, line = units[site]
        yield Chance(site, unit, line, test)


def with_lies(observed: Observed, answers: Answers) -> Observed:
    """What was observed, with the lies that were found out since."""
    lies = {
        question.key: Lie(
            "raises",
            f"it raises {question.exception}, and the real {answer.real} never lets that out: "
            f"{answer.why}",
        )
        for question, answer in answers.items()
        if answer.verdict == LIES
    }
    if not lies:
        return observed
    return Observed(
        {
            test: replace(seen, doubles=tuple(_lying(double, lies) for double in seen.doubles))
            for test, seen in observed.tests.items()
        }
    )


def _lying(double: Double, lies: Mapping[tuple[str, str, str], Lie]) -> Double:
    id = double_id(double)
    told = dict.fromkeys(
        lies[key]
        for call in double.calls
        if call.result == "raises" and (key := (id, call.method, call.returned)) in lies
    )
    return replace(double, lies=(*double.lies, *told)) if told else double


def raises_by_double(answers: Answers) -> dict[str, tuple[MergedRaise, ...]]:
    """What was found out, by id of the double; nothing of what is not the project's."""
    found: dict[str, list[MergedRaise]] = {}
    for question, answer in answers.items():
        if answer.verdict != OUTSIDE:
            found.setdefault(question.double, []).append(
                MergedRaise(
                    question.exception, question.method, answer.verdict, answer.why, question.tests
                )
            )
    return {
        id: tuple(sorted(raises, key=lambda one: (one.method, one.exception)))
        for id, raises in found.items()
    }
