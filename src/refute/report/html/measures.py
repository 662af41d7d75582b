"""The five measures: each with its definition, its denominator, and how it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from refute.judgement import Past, Speed, before
from refute.report import plural
from refute.report.change import compare
from refute.report.html.material import Beside, Document, Material


@dataclass(frozen=True, slots=True)
class Share:
    """A number with what it is made of. ``whole`` is 0 where it is no share."""

    value: float
    part: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the five, for readers."""

    key: str
    name: str
    #: ``share``: from 0 to 1, more is better. ``seconds``: less is better.
    unit: str
    definition: str
    #: What the denominator counts.
    of: str
    #: None when it was not measured; ``why`` then says what to do.
    value: Share | None
    why: str
    #: The earlier value, if one is known.
    earlier: Share | None
    #: Further sentences, each a fact.
    facts: tuple[str, ...]


def measures(material: Material) -> list[dict[str, Any]]:
    """The five measures, in one order, as JSON values."""
    known = earlier(material)
    found = (
        _score(material, known),
        _defects(material),
        _stability(material),
        _speed(material, known),
        _clarity(material, known),
    )
    return [asdict(one) for one in found]


def earlier(material: Material) -> Past | None:
    """The run to compare with, if the history knows it and no base is given."""
    if material.base is not None:
        return None
    part = material.judgement.selection.part
    return before(material.history, material.report, part)


def _score(material: Material, known: Past | None) -> Measure:
    counts, foretold = material.judgement.counts, material.judgement.estimate
    facts: list[str] = []
    unjudged = counts.error + counts.unstable
    if foretold is not None:
        facts.append(
            f"Stopped early: {plural(counts.pending, 'fault')} left to try. The whole is "
            f"foretold as {100 * foretold.low:.1f} to {100 * foretold.high:.1f}%, with 95% "
            "confidence."
        )
    if counts.candidates and not counts.pending:
        facts.append(f"{counts.scored:,} of {plural(counts.candidates, 'fault')} could be judged.")
    if unjudged:
        facts.append(f"{unjudged:,} could not be judged and don't count.")
    if counts.survived:
        facts.append(
            f"The oracle gap: {plural(counts.survived, 'fault')} on lines that tests run, and "
            "nobody checks."
        )
    return Measure(
        "score",
        "Mutation score",
        "share",
        "Of all small faults put into your code, one at a time, how many made a test fail or hang.",
        "faults",
        _of(counts.detected, counts.scored),
        "No fault could be judged.",
        _earlier_score(material, known),
        tuple(facts),
    )


def _earlier_score(material: Material, known: Past | None) -> Share | None:
    """The score to compare with; None where the two would not be of the same thing."""
    if material.base is not None:
        old = compare(material.base, material.judgement).before
        return None if old is None else _of(old.counts.detected, old.counts.scored)
    if known is None or known.partial or material.judgement.partial:
        return None
    return _of(known.noticed, known.scored)


def _defects(material: Material) -> Measure:
    found, why = _defect_counts(material.beside)
    was, _ = _defect_counts(material.base_beside)
    return Measure(
        "defects",
        "Defect detection",
        "share",
        "Of the bugs that this project once had, put back one at a time, how many do today's "
        "tests notice.",
        "past bugs",
        found,
        why,
        was,
        (),
    )


def _defect_counts(beside: Beside) -> tuple[Share | None, str]:
    if isinstance(beside.defects, str):
        return None, _sentence(beside.defects)
    members = _member(beside.defects, "metrics", "defects")
    detected, missed = _number(members, "detected"), _number(members, "missed")
    if detected is None or missed is None:
        return None, "The report of `refute defects` can't be read."
    share = _of(detected, detected + missed)
    return share, "" if share else "No past bug could be replayed."


def _stability(material: Material) -> Measure:
    found, why, facts = _stability_counts(material.beside)
    was, _, _ = _stability_counts(material.base_beside)
    return Measure(
        "stability",
        "Stability",
        "share",
        "Of the tests that pass, how many still pass when nothing but their world changes: "
        "order, clock, seeds, zone, schedule.",
        "tests",
        found,
        why,
        was,
        facts,
    )


def _stability_counts(beside: Beside) -> tuple[Share | None, str, tuple[str, ...]]:
    if isinstance(beside.stability, str):
        return None, _sentence(beside.stability), ()
    counts = _member(beside.stability, "counts")
    stable, judged = _number(counts, "stable"), _number(counts, "judged")
    if stable is None or judged is None:
        return None, "The report of `refute stability` can't be read.", ()
    share = _of(stable, judged)
    causes = _member(counts, "causes")
    told = [f"{number} {name}" for name in causes if (number := _number(causes, name))]
    facts = (f"Unstable: {', '.join(told)}.",) if told else ()
    return share, "" if share else "No test could be judged.", facts


def _speed(material: Material, known: Past | None) -> Measure:
    speed = material.judgement.speed
    was: float | None = None
    if material.base is not None and material.base.speed is not None:
        was = _waited(material.base.speed)
    elif known is not None:
        was = known.first_failure
    value = None if speed is None else _waited(speed)
    return Measure(
        "speed",
        "Speed",
        "seconds",
        "How long until the first test fails when a fault is in: the median over all noticed "
        "faults, in the suite's own order.",
        "noticed faults",
        None if value is None or speed is None else Share(value, _kills(speed), 0),
        "No fault was noticed, so nothing says how soon one is.",
        None if was is None else Share(was),
        () if speed is None else tuple(_costs(speed)),
    )


def _waited(speed: Speed) -> float | None:
    return None if speed.first_failure is None else speed.first_failure.at_most


def _kills(speed: Speed) -> int:
    return 0 if speed.first_failure is None else speed.first_failure.kills


def _costs(speed: Speed) -> Iterable[str]:
    yield f"The whole suite takes {speed.suite_seconds:,.2f} s."
    for taken, words in (
        (speed.redundant, "told of nothing that a quicker test is not told of, too"),
        (speed.sleeping, "that sleep"),
        (speed.real, "that leave their process"),
    ):
        if taken is not None and taken.tests:
            yield f"{plural(taken.tests, 'test')} {words}: {taken.seconds:,.2f} s."


def _clarity(material: Material, known: Past | None) -> Measure:
    found = material.judgement.clarity
    value = None if found is None else _of(found.clear, found.taken)
    was: Share | None = None
    if material.base is not None:
        old = material.base.clarity
        was = None if old is None else _of(old.clear, old.taken)
    elif known is not None and known.clear is not None and known.taken:
        was = _of(known.clear, known.taken)
    facts: list[str] = []
    if found is not None and found.taken:
        facts.append(f"Taken of {found.taken:,} of {plural(found.assertions, 'assertion')}.")
        facts.append(f"{found.named:,} name the function that holds the fault.")
    return Measure(
        "clarity",
        "Clarity",
        "share",
        "Of the failure texts under a fault, how many show both values: what was expected and "
        "what came.",
        "failure texts",
        value,
        "No failure text was taken.",
        was,
        tuple(facts),
    )


def _of(part: int, whole: int) -> Share | None:
    return Share(part / whole, part, whole) if whole else None


def _member(document: Document, *names: str) -> Document:
    """A member of members; empty where it is missing."""
    for name in names:
        found = document.get(name)
        document = found if isinstance(found, Mapping) else {}
    return document


def _number(document: Document, name: str) -> int | None:
    found = document.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _sentence(text: str) -> str:
    return f"Not measured: {text}."
