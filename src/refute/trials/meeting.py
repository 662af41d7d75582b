"""Tests that are put to faults in what runs at import, after the hunt: all those that are named,
not only up to the first that notices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from refute.faults.plan import Planned
from refute.strength import Pair
from refute.trials.outcome import Failure, Result
from refute.trials.pool import Request
from refute.trials.requests import RESULTS, Requests, Try, told_failure
from refute.trials.slot import Record


@dataclass(slots=True)
class Meeting:
    """Asks for such trials. ``tell`` hears what became of each pair; those that can't be run are
    ``BROKEN``. ``on_done`` hears how many faults are settled, of how many.
    """

    requests: Requests
    tell: Callable[[Pair, Result, Failure | None], object]
    on_done: Callable[[int, int], None] = lambda done, total: None
    _queue: deque[tuple[Planned, list[int]]] = field(default_factory=deque)
    _again: deque[Request] = field(default_factory=deque)
    _done: int = 0
    _total: int = 0

    def begin(self, planned: Iterable[Planned], wanted: Mapping[str, Sequence[int]]) -> None:
        """Queue these faults for the tests that each is wanted for, a file at a time."""
        chosen = [one for one in planned if wanted.get(one.mutant.id)]
        chosen.sort(key=lambda one: (one.mutant.file, one.mutant.id))
        self._queue.extend((one, list(wanted[one.mutant.id])) for one in chosen)
        self._total = len(chosen)

    def next_request(self, mode: str | None) -> Request | None:
        """The next trial."""
        if self._again:
            return self._again.popleft()
        if not self._queue:
            return None
        planned, tests = self._queue.popleft()
        return self.requests.trial(Try(planned, tests), self.requests.path(planned))

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply; tests behind one that noticed have their turn next."""
        if reply["result"] == "slot-died" and request.deaths < 2:
            self._again.append(request)
            return
        about: Try = request.about
        assert about.planned is not None
        id, tests = about.planned.mutant.id, about.tests
        ran = int(reply.get("ran", 0))
        result = RESULTS.get(reply["result"], Result.BROKEN)
        left: list[int] = []
        if result is Result.PASSED:
            self._tell_all(id, tests, result)
        elif result is Result.BROKEN or not 0 < ran <= len(tests):
            self._tell_all(id, tests, Result.BROKEN)
        else:
            test = tests[ran - 1]
            self._tell_all(id, tests[: ran - 1], Result.PASSED)
            self.tell((id, test), result, told_failure(self.requests.baseline, reply, test))
            left = tests[ran:]
        if left:
            self._queue.appendleft((about.planned, left))
            return
        self._done += 1
        self.on_done(self._done, self._total)

    def _tell_all(self, fault: str, tests: Iterable[int], result: Result) -> None:
        for test in tests:
            self.tell((fault, test), result, None)
