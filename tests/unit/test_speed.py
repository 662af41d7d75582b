"""Speed: what tests cost, and how soon a fault would be seen."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import baseline, fault, killed, survived
from tests.unit.theatre_factory import stage

from refute.baseline import Test, TestOutcome
from refute.judgement import Verdict, from_json, measure_speed, to_json
from refute.metrics.speed import (
    Kill,
    SlowTest,
    Speed,
    TimedTest,
    first_failure,
    measure,
    slowest,
)
from refute.observed import Crossing, Observed, Seen
from refute.strength import Matrix, Notice

NOBODY: frozenset[int] = frozenset()
TESTS = [TimedTest(seconds, passed=True) for seconds in (1.0, 2.0, 4.0, 8.0)]


def kill(noticed: Set[int], passed: Set[int] = NOBODY, covered: Set[int] = NOBODY) -> Kill:
    return Kill(frozenset(noticed), frozenset(passed), frozenset(covered))


def test_a_fault_is_seen_when_the_first_test_that_fails_has_ended() -> None:
    found = first_failure(TESTS, [kill({1, 3})])
    assert found is not None
    assert (found.kills, found.at_least, found.at_most) == (1, 3.0, 3.0)


def test_a_test_that_may_fail_earlier_makes_two_bounds() -> None:
    found = first_failure(TESTS, [kill({3}, passed={0}, covered={0, 1, 3})])
    assert found is not None
    assert (found.at_least, found.at_most) == (3.0, 15.0)


def test_the_median_is_over_kills_that_somebody_noticed() -> None:
    found = first_failure(TESTS, [kill({0}), kill({0}), kill({3}), kill(set(), covered={1})])
    assert found is not None
    assert (found.kills, found.at_most) == (3, 1.0)
    assert first_failure(TESTS, []) is None


def test_the_slowest_tests_that_notice_least_come_first() -> None:
    tests = [
        TimedTest(8.0, passed=True, kills=4),
        TimedTest(1.0, passed=True, kills=0),
        TimedTest(6.0, passed=True, kills=0),
        TimedTest(50.0, passed=False),
        TimedTest(0.0, passed=True),
    ]
    assert slowest(tests) == (SlowTest(2, 6.0, 0, 0.0), SlowTest(0, 8.0, 4, 0.5))


def test_what_was_not_looked_for_is_not_zero() -> None:
    found = measure(TESTS, [], 16.0, sleeps_seen=False)
    assert (found.redundant, found.sleeping, found.first_failure) == (None, None, None)
    known = [replace(TESTS[0], redundant=True, sleeps=True), replace(TESTS[1], redundant=False)]
    more = measure(known, [], 3.5)
    assert more.redundant is not None
    assert (more.redundant.tests, more.redundant.seconds) == (1, 1.0)
    assert more.sleeping is not None
    assert (more.sleeping.tests, more.sleeping.seconds) == (1, 1.0)
    assert (more.real.tests, more.suite_seconds, more.test_seconds) == (0, 3.5, 3.0)


_positions = st.frozensets(st.integers(0, 9))


@given(
    st.lists(st.floats(0, 100), min_size=10, max_size=10),
    st.lists(st.builds(Kill, _positions, _positions, _positions)),
)
def test_bounds_are_in_order_and_within_the_suite(seconds: list[float], kills: list[Kill]) -> None:
    tests = [TimedTest(one, passed=True) for one in seconds]
    found = first_failure(tests, kills)
    if found is not None:
        assert 0 <= found.at_least <= found.at_most <= sum(seconds) * (1 + 1e-9)
        assert found.kills == sum(bool(one.noticed) for one in kills)


def _of(python: str = "3.13.0") -> Speed:
    """Three tests: the last was asked first and killed, the strength phase then asked the first."""
    tests = [Test(f"t.py::test_{name}", TestOutcome.PASSED, 1.0) for name in "abc"]
    seen = Observed({1: Seen(crossings=(Crossing("sleep", ""), Crossing("process", "true")))})
    base = replace(
        baseline(tests),
        observed=seen,
        versions={"python": python, "pytest": "9"},
        suite_seconds=3.5,
    )
    names = tuple(test.id for test in tests)
    dead = killed(fault("and", "or"), names[2], covered_by=names)
    late = replace(killed(fault("100", "101"), names[0]), verdict=Verdict.TIMEOUT)
    matrix = Matrix({dead.mutant.id: {0: Notice.NONE, 1: Notice.CRASHED}})
    return measure_speed(base, [dead, late, survived(fault("if", "while"))], None, matrix)


def test_speed_comes_from_the_score_and_from_the_strength_of_tests() -> None:
    found = _of()
    assert found.first_failure is not None
    assert (found.first_failure.kills, found.first_failure.at_least) == (1, 2.0)
    assert found.first_failure.at_most == 2.0
    assert {one.test: one.kills for one in found.slowest} == {0: 0, 1: 1, 2: 1}
    assert found.sleeping is not None
    assert (found.sleeping.tests, found.real.tests) == (1, 1)
    assert found.redundant is None


def test_sleeping_is_unknown_where_it_cannot_be_seen() -> None:
    assert _of("3.12.1").sleeping is None


@pytest.mark.parametrize("speed", [_of(), _of("3.11.7"), None], ids=["all", "some", "none"])
def test_speed_comes_back_from_the_document(speed: Speed | None) -> None:
    found = replace(stage(), speed=speed)
    assert from_json(to_json(found)) == found
