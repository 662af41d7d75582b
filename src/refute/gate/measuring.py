"""How each metric is measured from the judgement: small pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refute.gate.material import Material
from refute.gate.values import Unmeasured, Value
from refute.judgement import Counts, Finding, Severity, Slug, Speed, TestOutcome, TestVerdict

Measure = Callable[[Material], Value | Unmeasured]

NO_FAULT = Unmeasured("no fault was judged", "Look at what `refute run` leaves out, and why.")
NO_TESTS = Unmeasured("the run judged the score alone", "Run `refute run` without `--score-only`.")
OLD = Unmeasured("the report is of an older refute", "Run `refute run` again.")

NOT_JUDGED = (TestVerdict.UNJUDGED, TestVerdict.FLAKY)


def percent(part: Callable[[Counts], int], whole: Callable[[Counts], int]) -> Measure:
    """A share of counts of mutants."""

    def measure(material: Material) -> Value | Unmeasured:
        counts = material.counts
        return share(part(counts), whole(counts), "faults") or NO_FAULT

    return measure


def share(part: int, whole: int, of: str = "") -> Value | None:
    """A percentage; None of nothing."""
    return Value(100 * part / whole, part, whole, of) if whole else None


def told_share(material: Material) -> Value | Unmeasured:
    """Kills by an assertion, of all kills."""
    counts = material.counts
    found = share(counts.told, counts.detected, "kills")
    return found or Unmeasured("no fault was noticed", "")


def survivors(material: Material) -> Value | Unmeasured:
    """Mutants that ran unnoticed, on lines that nobody accepted."""
    counts = material.counts
    if not counts.scored:
        return NO_FAULT
    accepted = material.accepted_evidence(Slug.SURVIVOR)
    spared = sum(item.mutant.id in accepted for item in material.judged)
    return Value(counts.survived - spared, whole=counts.scored, of="faults")


def counted(pick: Callable[[Counts], int]) -> Measure:
    """A number of mutants."""

    def measure(material: Material) -> Value | Unmeasured:
        if not material.counts.candidates:
            return NO_FAULT
        return Value(pick(material.counts), whole=material.counts.candidates, of="faults")

    return measure


def found(*slugs: Slug) -> Measure:
    """A number of findings that were not accepted."""

    def measure(material: Material) -> Value | Unmeasured:
        return Value(len(material.findings(slugs)))

    return measure


def about_code(slug: Slug) -> Measure:
    """The same, of findings that need faults to be judged."""

    def measure(material: Material) -> Value | Unmeasured:
        return found(slug)(material) if material.counts.scored else NO_FAULT

    return measure


def about_tests(slug: Slug) -> Measure:
    """The same, of findings that need tests to be judged."""

    def measure(material: Material) -> Value | Unmeasured:
        if material.judgement.theatre is None:
            return NO_TESTS
        return Value(len(material.findings([slug])), whole=len(material.tests), of="tests")

    return measure


def about_judged_tests(slug: Slug) -> Measure:
    """The same, of findings that only a test which was judged can have."""

    def measure(material: Material) -> Value | Unmeasured:
        if material.judgement.theatre is None:
            return NO_TESTS
        number = len(material.findings([slug]))
        return Value(number, whole=len(_judged(material)), of="judged tests")

    return measure


def from_theatre(slug: Slug) -> Measure:
    """The same, of findings that are about doubles or boundaries."""

    def measure(material: Material) -> Value | Unmeasured:
        return NO_TESTS if material.judgement.theatre is None else found(slug)(material)

    return measure


def all_findings(severity: Severity | None) -> Measure:
    """All findings that were not accepted; of one severity, if it is given."""

    def measure(material: Material) -> Value | Unmeasured:
        return Value(len(of_severity(material, severity)))

    return measure


def of_severity(material: Material, severity: Severity | None) -> list[Finding]:
    """The findings of a severity, or all."""
    return [one for one in material.findings(Slug) if severity in (None, one.severity)]


def blind_places(material: Material) -> Value | Unmeasured:
    """Arguments of calls on doubles that nobody looks at."""
    theatre = material.judgement.theatre
    if theatre is None:
        return NO_TESTS
    accepted = material.accepted_evidence(Slug.BLIND_PLACE)
    places = [one for one in theatre.blind_places if material.inside(one.file)]
    return Value(sum(not accepted.intersection(one.faults) for one in places))


def blind_doubles(material: Material) -> Value | Unmeasured:
    """Doubles that are handed something which nobody looks at."""
    theatre = material.judgement.theatre
    if theatre is None:
        return NO_TESTS
    accepted = material.accepted_evidence(Slug.BLIND_PLACE)
    blind = {one.id for one in theatre.blind_places if not accepted.intersection(one.faults)}
    doubles = [one for one in theatre.doubles if material.inside(one.file)]
    number = sum(not blind.isdisjoint(one.blind_places) for one in doubles)
    return Value(number, whole=len(doubles), of="doubles")


def lying_doubles(material: Material) -> Value | Unmeasured:
    """Doubles that do what the real one could not."""
    theatre = material.judgement.theatre
    if theatre is None:
        return NO_TESTS
    lying = {one.evidence[0] for one in material.findings([Slug.LYING_DOUBLE])}
    return Value(len(lying), whole=len(theatre.doubles), of="doubles")


def witness_share(material: Material) -> Value | Unmeasured:
    """Witnesses, of the judged tests."""
    if material.judgement.theatre is None:
        return NO_TESTS
    judged = _judged(material)
    good = judged.count(TestVerdict.WITNESS)
    return share(good, len(judged), "judged tests") or Unmeasured("no test was judged")


def _judged(material: Material) -> list[TestVerdict]:
    verdicts = [strength.verdict for _, strength in material.tests if strength is not None]
    return [verdict for verdict in verdicts if verdict not in NOT_JUDGED]


def unjudged_tests(material: Material) -> Value | Unmeasured:
    """Passed tests that too little could be tried on."""
    if material.judgement.theatre is None:
        return NO_TESTS
    usable = [one for one in material.tests if one[0].outcome is TestOutcome.PASSED]
    number = sum(one is not None and one.verdict is TestVerdict.UNJUDGED for _, one in usable)
    return Value(number, whole=len(usable), of="passed tests")


def tests_of(*outcomes: TestOutcome) -> Measure:
    """A number of tests by how they fared on unchanged code."""

    def measure(material: Material) -> Value | Unmeasured:
        number = sum(test.outcome in outcomes for test, _ in material.tests)
        return Value(number, whole=len(material.tests), of="tests")

    return measure


def suite_seconds(material: Material) -> Value | Unmeasured:
    """The whole suite's time; below a scope that of its tests."""
    if not material.scope:
        return Value(material.judgement.baseline.suite_seconds)
    return Value(sum(test.seconds for test, _ in material.tests))


def slowest_seconds(material: Material) -> Value | Unmeasured:
    """The time of the slowest test."""
    seconds = [test.seconds for test, _ in material.tests]
    return Value(max(seconds)) if seconds else Unmeasured("there is no test")


def slow_tests(material: Material) -> Iterator[str]:
    """The slowest tests, for a look."""
    tests = sorted((test for test, _ in material.tests), key=lambda test: -test.seconds)
    for test in tests:
        yield f"{test.id}: {test.seconds:.3g} s"


def of_speed(pick: Callable[[Speed], float | None], why: str) -> Measure:
    """A time that is among the measures of speed; ``why`` there may be none."""

    def measure(material: Material) -> Value | Unmeasured:
        speed = material.judgement.speed
        if speed is None:
            return OLD
        seconds = pick(speed)
        return Unmeasured(why) if seconds is None else Value(seconds)

    return measure
