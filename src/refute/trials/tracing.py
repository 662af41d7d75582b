"""What became of survivors: which of them are looked into, against which tests.

Each goes to one warm child, which runs a few tests without and with the mutant, and tells what
differed in what doubles and boundaries received and in what came back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from refute.baseline import Baseline
from refute.observed import Seen
from refute.trials.outcome import Began
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import Limits, began_in
from refute.trials.slot import Record

MOST = 300
"""Survivors that one run looks into at the most."""
TESTS = 4
"""Tests that one survivor is looked at in."""
LONGEST = 1.0
"""Seconds; a test that takes longer is not run three times more."""

Told = Mapping[int, Record | None]
"""What differed in each test, as the child says it (see ``refute_child.observe.differing``);
None where nothing did. Tests that could not be looked at are missing."""


@dataclass(slots=True)
class Tracing:
    """Decides what is run next, and takes in the replies; knows no process.

    ``records`` holds, by fault id, what a child needs to put the fault in. ``tell`` gets what
    was found out of one survivor; nothing is told of those that could not be looked into.
    """

    baseline: Baseline
    limits: Limits
    records: Mapping[str, Record]
    tell: Callable[[str, Told], None]
    #: What is known of a survivor in these tests already, if it is.
    known: Callable[[str, list[int]], Told | None] = lambda id, tests: None
    #: Hears all that was found out, with the tests that were asked and what began there.
    heard: Callable[[str, list[int], Told, Began], None] = lambda id, tests, told, began: None
    #: Hears of each how many are done, of how many.
    on_done: Callable[[int, int], None] = lambda done, total: None
    _done: int = 0
    _total: int = 0
    _queue: deque[tuple[str, list[int]]] = field(default_factory=deque)

    def begin(self, survivors: Iterable[tuple[str, Iterable[int]]]) -> int:
        """Queue survivors by id, those most worth a look first, each with the tests that it
        makes or may make a difference in; returns how many will be looked into.
        """
        known = 0
        for id, tests in survivors:
            if len(self._queue) + known >= MOST:
                break
            chosen = choose(self.baseline, tests)
            record = self.records.get(id)
            # What runs in other processes is not seen from here.
            if chosen and record is not None and not record["elsewhere"]:
                told = self.known(id, chosen)
                if told is None:
                    self._queue.append((id, chosen))
                    continue
                known += 1
                if told:
                    self.tell(id, told)
        self._total = len(self._queue)
        return self._total

    def next_request(self, mode: str | None) -> Request | None:
        """The next survivor; None when none is left."""
        if not self._queue:
            return None
        id, tests = self._queue.popleft()
        record: Record = {
            "op": "traces",
            "id": id,
            "mutant": self.records[id],
            "tests": tests,
            "limits": [self.limits.of(self.baseline.tests[test].seconds) for test in tests],
        }
        return Request(record, ZYGOTE, (id, tests))

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply."""
        id, tests = request.about
        told = {int(test): one for test, one in reply.get("found", {}).items()}
        if "found" in reply and "broken" not in reply:
            self.heard(id, tests, told, began_in(reply.get("starts")))
        if told:
            self.tell(id, told)
        self._done += 1
        self.on_done(self._done, self._total)


def choose(baseline: Baseline, tests: Iterable[int]) -> list[int]:
    """Tests with doubles first, then in the suite's order, so that each run chooses the same;
    none that takes long.
    """

    def order(test: int) -> tuple[bool, int]:
        return not _has_doubles(baseline, test), test

    quick = [test for test in tests if baseline.tests[test].seconds <= LONGEST]
    return sorted(quick, key=order)[:TESTS]


def _has_doubles(baseline: Baseline, test: int) -> bool:
    seen = baseline.observed.tests.get(test, Seen())
    return any(double.calls for double in seen.doubles)
