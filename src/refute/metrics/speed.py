"""Speed: what the tests cost, and how soon a fault would be seen.

All times are wall-clock seconds of the unchanged suite, in its own order. How soon a fault is
seen is computed, and no time under a fault is taken: a fault is seen when the first test that
fails on it has ended. Which test that is may not be known, because a trial stops at the first
kill and the likeliest killer runs first; so it is given as two bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

WEIGHTY = 0.8
"""The slowest tests that take this share of the time are looked at one by one."""

MOST = 20
"""No more than so many of them."""


@dataclass(frozen=True, slots=True)
class TimedTest:
    """One test of the unchanged suite, by its place in it."""

    seconds: float
    passed: bool
    #: Mutants that it is known to notice.
    kills: int = 0
    #: True when a quicker test is told of all that it is told of; None: not looked for.
    redundant: bool | None = None
    #: It slept, or started, connected to or wrote something real.
    sleeps: bool = False
    real: bool = False


@dataclass(frozen=True, slots=True)
class Kill:
    """A killed mutant: positions of the tests that are known to notice it, of those that are
    known not to, and of those that might.
    """

    noticed: frozenset[int]
    passed: frozenset[int] = frozenset()
    covered: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """Seconds until the first failing test has ended: medians over so many kills.

    ``at_most`` waits for the first test that is known to fail, ``at_least`` for the first that
    is not known to pass.
    """

    kills: int
    at_least: float
    at_most: float


@dataclass(frozen=True, slots=True)
class SlowTest:
    """A test that takes much of the time, and what it notices for that."""

    #: Its position in the suite.
    test: int
    seconds: float
    kills: int
    kills_per_second: float


@dataclass(frozen=True, slots=True)
class Taken:
    """So many tests of one kind, and the seconds that they take together."""

    tests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Speed:
    """What the tests cost."""

    #: The whole suite, once, without collecting it; and the sum over its tests.
    suite_seconds: float
    test_seconds: float
    #: None when nothing was killed.
    first_failure: FirstFailure | None
    #: Of the slowest tests those with the fewest kills a second first.
    slowest: tuple[SlowTest, ...]
    #: Tests that could go without loss; None when that was not looked for.
    redundant: Taken | None
    #: Tests that sleep; None where sleeping can't be seen.
    sleeping: Taken | None
    #: Tests that leave the process, and so may wait for something.
    real: Taken


def measure(
    tests: Sequence[TimedTest],
    kills: Iterable[Kill],
    suite_seconds: float,
    *,
    sleeps_seen: bool = True,
) -> Speed:
    """All there is to say of the suite's speed; ``tests`` are in the suite's own order."""
    redundant = [test for test in tests if test.redundant]
    looked = any(test.redundant is not None for test in tests)
    return Speed(
        suite_seconds=suite_seconds,
        test_seconds=sum(test.seconds for test in tests),
        first_failure=first_failure(tests, kills),
        slowest=slowest(tests),
        redundant=_taken(redundant) if looked else None,
        sleeping=_taken([test for test in tests if test.sleeps]) if sleeps_seen else None,
        real=_taken([test for test in tests if test.real]),
    )


def first_failure(tests: Sequence[TimedTest], kills: Iterable[Kill]) -> FirstFailure | None:
    """How long one waits for the first failing test, as a median over the kills."""
    ends = list(accumulate(test.seconds for test in tests))
    late: list[float] = []
    early: list[float] = []
    for kill in kills:
        if kill.noticed:
            late.append(ends[min(kill.noticed)])
            early.append(ends[min(kill.noticed | (kill.covered - kill.passed))])
    if not late:
        return None
    return FirstFailure(len(late), median(early), median(late))


def slowest(tests: Sequence[TimedTest]) -> tuple[SlowTest, ...]:
    """The tests that most of the time goes into, those that notice least for it first."""
    ranked = sorted(
        (number for number, test in enumerate(tests) if test.passed and test.seconds > 0),
        key=lambda number: (-tests[number].seconds, number),
    )
    enough = WEIGHTY * sum(tests[number].seconds for number in ranked)
    spent, found = 0.0, []
    for number in ranked[:MOST]:
        if spent >= enough:
            break
        test = tests[number]
        spent += test.seconds
        found.append(SlowTest(number, test.seconds, test.kills, test.kills / test.seconds))
    return tuple(sorted(found, key=lambda one: (one.kills_per_second, -one.seconds, one.test)))


def _taken(tests: Sequence[TimedTest]) -> Taken:
    return Taken(len(tests), sum(test.seconds for test in tests))
