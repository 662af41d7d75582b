"""What pytest says of failures: which tests are run once more for their text, under which fault.

Each text is asked of one fork: the test under one mutant that it is known to notice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from refute.baseline import Baseline
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import Limits
from refute.trials.slot import Record

LONGEST = 5.0
"""Seconds; a test that takes longer is not run once more for its text."""

SLOW = f"its test takes longer than {LONGEST:g} s"
APART = "the fault works in a process that the test starts"
ENDED = "the test's process ended"
PASSED = "the test did not fail again"
ELSEWHERE = "the test failed at another line this time"
GONE = "the fault could not be put in again"


@dataclass(frozen=True, slots=True)
class Ask:
    """A test, by its position, and a mutant that makes it fail at this line of the tests."""

    test: int
    line: int
    mutant: str


@dataclass(slots=True)
class Telling:
    """Decides what is run next, and takes in the replies; knows no process.

    ``records`` holds, by mutant id, what a child needs to put it in. ``tell`` gets for each
    that was asked what the child said, or the reason why there is no text.
    """

    baseline: Baseline
    limits: Limits
    records: Mapping[str, Record]
    tell: Callable[[Ask, Record | str], None]
    _queue: deque[Ask] = field(default_factory=deque)

    def begin(self, asked: Iterable[Ask]) -> None:
        """Queue these, in their order."""
        for ask in asked:
            record = self.records.get(ask.mutant)
            if record is None:
                self.tell(ask, GONE)
            elif record["elsewhere"]:
                self.tell(ask, APART)
            elif self.baseline.tests[ask.test].seconds > LONGEST:
                self.tell(ask, SLOW)
            else:
                self._queue.append(ask)

    def next_request(self, mode: str | None) -> Request | None:
        """The next text; None when none is left."""
        if not self._queue:
            return None
        ask = self._queue.popleft()
        record: Record = {
            "op": "telling",
            "id": ask.mutant,
            "mutant": self.records[ask.mutant],
            "test": ask.test,
            "limit": self.limits.of(self.baseline.tests[ask.test].seconds),
        }
        return Request(record, ZYGOTE, ask)

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply."""
        ask: Ask = request.about
        self.tell(ask, _answer(ask, reply))


def _answer(ask: Ask, reply: Record) -> Record | str:
    if "unswappable" in reply:
        return GONE
    if "passed" in reply:
        return PASSED
    told: Record | None = reply.get("told")
    if told is None:
        return ENDED
    return told if told["at"] == ask.line else ELSEWHERE
