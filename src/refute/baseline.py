"""The unchanged suite, run and observed: outcome, time and lines reached of each test."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from refute.observed import Observed


class TestOutcome(StrEnum):
    """What a test did on unchanged code. Only ``passed`` ones are put to faults."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    FLAKY = "flaky"
    """Passed in one observed run and not in another (other order, other process)."""


@dataclass(frozen=True, slots=True)
class Test:
    """One collected test as the baseline saw it."""

    __test__ = False

    id: str
    outcome: TestOutcome
    #: Wall-clock seconds of set-up, call and tear-down together.
    seconds: float
    #: Why it was set aside, in pytest's own words; empty for passed tests.
    detail: str = ""
    #: Seconds of the quicker of its two observed runs; 0 where that is not known.
    least: float = 0.0
    #: Where its function is written, as ``path:line``; empty where that is not known.
    defined: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lines of which file each test executed, and which ran at import."""

    #: file -> line -> indices of tests.
    by_line: Mapping[str, Mapping[int, frozenset[int]]]
    #: file -> lines executed while the suite was collected.
    at_import: Mapping[str, frozenset[int]]
    #: file -> lines whose execution depends on what ran before (caches, lazy set-up).
    order_dependent: Mapping[str, frozenset[int]]
    #: file -> lines executed in other interpreters -> indices of tests.
    elsewhere: Mapping[str, Mapping[int, frozenset[int]]]

    def tests_on(self, file: str, ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
        """Indices of the tests that executed any line of the closed ranges."""
        lines = self.by_line.get(file, {})
        found: set[int] = set()
        for first, last in ranges:
            for line in range(first, last + 1):
                found |= lines.get(line, frozenset())
        return frozenset(found)

    def elsewhere_on(self, file: str, ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
        """Indices of the tests that executed any of the lines in another interpreter."""
        lines = self.elsewhere.get(file)
        if lines is None:
            return frozenset()
        wanted = [n for first, last in ranges for n in range(first, last + 1) if n in lines]
        return frozenset(test for line in wanted for test in lines[line])


@dataclass(frozen=True, slots=True)
class Baseline:
    """The observed run of the unchanged suite."""

    tests: tuple[Test, ...]
    coverage: Coverage
    #: Wall-clock seconds: collecting once, and running all tests once.
    collect_seconds: float
    suite_seconds: float
    #: Version strings of the judged environment: ``python``, ``pytest``.
    versions: Mapping[str, str]
    #: Real boundaries that tests crossed, in words, with the number of tests.
    boundaries: Mapping[str, int]
    #: test index -> exceptions that it shows in project code without any fault.
    accidents: Mapping[int, frozenset[str]] = field(default_factory=dict)
    #: test index -> real boundaries that it crosses, in words.
    crossings: Mapping[int, frozenset[str]] = field(default_factory=dict)
    #: The test file of each test, as a number.
    test_files: tuple[int, ...] = ()
    #: Tests that start interpreters which could not be observed.
    unseen: frozenset[int] = frozenset()
    #: Tests that execute no line of the project and yet use what it defines at import.
    importing: frozenset[int] = frozenset()
    #: Mutant id -> tests in which the mutated expression had another value; mutants whose
    #: difference could not be looked for are missing.
    infected: Mapping[str, frozenset[int]] = field(default_factory=dict)
    #: Real paths of those files.
    files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    #: Doubles and crossings of each test, as seen in the suite's own order.
    observed: Observed = field(default_factory=Observed)

    def names_in(self, folder: Path) -> dict[str, str]:
        """The ids of tests, by what pytest calls them when it is started in this folder: that
        differs where its configuration lies elsewhere.
        """
        names = {}
        real = os.path.realpath(folder)
        for test, number in zip(self.tests, self.test_files, strict=False):
            _, colons, rest = test.id.partition("::")
            printed = os.path.relpath(self.files[number], real) + colons + rest
            if printed != test.id:
                names[printed] = test.id
        return names
