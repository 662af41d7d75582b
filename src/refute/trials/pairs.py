"""Pairs of faults and tests: each test against the faults that its verdict needs.

The score phase stops at the first test that notices a fault. Here it is the tests that are
judged: whoever asks says, test by test, which faults a test is to meet next. Warm children do
the work; what they leave open, or conclude too lightly, is tried again in forks of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from refute.baseline import Baseline
from refute.trials.outcome import Began, Failure, Result
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import LONG, RESULTS, Limits, began_in, starts_in, told_failure
from refute.trials.slot import Record

FIRST = 3
"""Pairs that a test's first warm child runs, since the first may decide; then twice as many."""
BATCH = 24
"""Pairs that one warm child runs at the most."""

Pair = tuple[str, int]
"""A fault's id and a test's index."""
Wanted = Callable[[int], list[Pair]]
"""What a test's verdict needs next; nothing more when it is decided."""
Tell = Callable[[Pair, Result, Failure | None], None]
Heard = Callable[[Sequence[Pair], Began], None]
"""Called with pairs that were run in one child, and the functions that began there."""


@dataclass(slots=True)
class _Work:
    """Pairs under way for one test."""

    subject: int
    pairs: list[Pair]


@dataclass(slots=True)
class Pairs:
    """Decides what is run next, and what each reply means; knows no process.

    ``records`` holds, by fault id, what a child needs to put the fault in. ``tell`` gets one
    result a pair: PASSED, FAILED with its failure, TIMEOUT, DIED, or BROKEN where it could not
    be run. ``silent`` says of a test with nothing more to run whether it noticed nothing: then
    each of its pairs is run once more, in a fork of its own, before that is believed.
    """

    baseline: Baseline
    limits: Limits
    records: Mapping[str, Record]
    wanted: Wanted
    silent: Callable[[int], bool]
    tell: Tell
    #: Hears how many tests are decided.
    on_done: Callable[[int], None]
    heard: Heard = lambda pairs, began: None
    #: Hears of each test that is decided.
    settled: Callable[[int], None] = lambda test: None
    _done: int = 0
    _subjects: deque[int] = field(default_factory=deque)
    _single: deque[_Work] = field(default_factory=deque)
    #: Those over which a slot has died once.
    _again: deque[Request] = field(default_factory=deque)
    _met: dict[int, list[Pair]] = field(default_factory=dict)
    _alone: set[Pair] = field(default_factory=set)
    _confirmed: set[int] = field(default_factory=set)
    _waiting: dict[int, int] = field(default_factory=dict)
    _size: dict[int, int] = field(default_factory=dict)

    def begin(self, tests: Iterable[int]) -> None:
        """Queue these tests."""
        self._subjects.extend(tests)

    def next_request(self, mode: str | None) -> Request | None:
        """The next batch or fork; None when nothing is left to be sent now."""
        while True:
            if self._again:
                return self._again.popleft()
            if self._single:
                return self._one(self._single.popleft())
            if not self._subjects:
                return None
            subject = self._subjects.popleft()
            pairs = self.wanted(subject)
            if pairs:
                return self._batch(_Work(subject, pairs))
            self._settle(subject)

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply."""
        work: _Work = request.about
        if request.record["op"] == "batch":
            self._on_batch(work, reply)
        else:
            self._on_single(work, request, reply)

    def _batch(self, work: _Work) -> Request:
        """As many of the pairs as one warm child should run; the rest is asked for again."""
        taken: list[Pair] = []
        trials: list[Record] = []
        ahead = 0.0
        size = self._size.get(work.subject, FIRST)
        self._size[work.subject] = min(2 * size, BATCH)
        for fault, test in work.pairs[:size]:
            if ahead >= LONG:
                break
            seconds = self.baseline.tests[test].seconds
            ahead += seconds
            taken.append((fault, test))
            trials.append(self._trial(fault, test) | {"limits": [self.limits.quick(seconds)]})
        return Request({"op": "batch", "trials": trials}, ZYGOTE, _Work(work.subject, taken))

    def _one(self, work: _Work) -> Request:
        fault, test = work.pairs[0]
        limit = self.limits.of(self.baseline.tests[test].seconds)
        record = self._trial(fault, test) | {"op": "trial", "limits": [limit]}
        return Request(record, ZYGOTE, work)

    def _trial(self, fault: str, test: int) -> Record:
        return {"id": fault, "mutant": self.records[fault], "tests": [test]}

    def _on_batch(self, work: _Work, reply: Record) -> None:
        """Results come in the order of the pairs; the first that is missing ended the child."""
        results = list(reply.get("results", ()))
        self.heard(work.pairs[: len(results)], began_in(starts_in(results)))
        for pair, result in zip(work.pairs, results, strict=False):
            self._take(work.subject, pair, result)
        # The first without a result is what ended the child, or was not proven.
        self._queue_single(work.subject, work.pairs[len(results) :][:1])
        if not self._waiting.get(work.subject):
            self._subjects.appendleft(work.subject)

    def _on_single(self, work: _Work, request: Request, reply: Record) -> None:
        if reply["result"] == "slot-died" and request.deaths < 2:
            self._again.append(request)
            return
        self._waiting[work.subject] -= 1
        self._alone.add(work.pairs[0])
        self.heard(work.pairs, began_in(reply.get("starts")))
        self._take(work.subject, work.pairs[0], reply)
        if not self._waiting[work.subject]:
            self._subjects.appendleft(work.subject)

    def _queue_single(self, subject: int, pairs: list[Pair]) -> None:
        self._waiting[subject] = self._waiting.get(subject, 0) + len(pairs)
        self._single.extend(_Work(subject, [pair]) for pair in pairs)

    def _take(self, subject: int, pair: Pair, reply: Record) -> None:
        if pair[1] == subject:
            self._met.setdefault(subject, []).append(pair)
        result = RESULTS.get(reply["result"], Result.BROKEN)
        if reply.get("effects") == 0:
            # The double was not called there, or not with what the fault would change.
            result = Result.BROKEN
        failure = told_failure(self.baseline, reply, pair[1]) if result is Result.FAILED else None
        self.tell(pair, result, failure)

    def _settle(self, subject: int) -> None:
        """Nothing more is wanted of a test: believe its silence only after a second look."""
        if subject not in self._confirmed and self.silent(subject):
            self._confirmed.add(subject)
            again = [pair for pair in self._met.get(subject, ()) if pair not in self._alone]
            if again:
                self._queue_single(subject, again)
                return
        self._met.pop(subject, None)
        self._size.pop(subject, None)
        self._done += 1
        self.settled(subject)
        self.on_done(self._done)
