"""Whether real functions let out what their doubles raise: which test is asked, and the replies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from refute.baseline import Baseline
from refute.raised import NOT_EXAMINED, Answer, Chance, Question
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import Limits
from refute.trials.slot import Record

MOST = 200
"""Questions that one run asks at the most."""
BESIDE = 45.0
"""Seconds, beside what the test itself takes, for the calls of the real function."""


@dataclass(slots=True)
class Asking:
    """Decides what is run next, and takes in the replies; knows no process.

    ``tell`` gets one answer to each question that was asked; ``on_done`` hears of each how many
    are done, of how many.
    """

    root: Path
    baseline: Baseline
    limits: Limits
    tell: Callable[[Question, Answer], None]
    on_done: Callable[[int, int], None] = lambda done, total: None
    _done: int = 0
    _total: int = 0
    _queue: deque[tuple[Question, int]] = field(default_factory=deque)

    def begin(self, questions: Iterable[Question]) -> None:
        """Queue these, in their order."""
        for number, question in enumerate(questions):
            if number >= MOST:
                self.tell(question, Answer(NOT_EXAMINED, "there were too many to ask"))
            elif question.chances:
                self._queue.append((question, 0))
            else:
                self.tell(question, Answer(NOT_EXAMINED, "the call runs where it can't be changed"))
        self._total = len(self._queue)

    def next_request(self, mode: str | None) -> Request | None:
        """The next question; None when none is left."""
        if not self._queue:
            return None
        question, number = self._queue.popleft()
        chance = question.chances[number]
        cpu, wall = self.limits.of(self.baseline.tests[chance.test].seconds)
        record: Record = {
            "op": "asking",
            "id": f"{question.double} {question.exception}",
            "fault": self._fault(chance),
            "test": chance.test,
            "limit": [cpu + BESIDE, wall + BESIDE],
        }
        return Request(record, ZYGOTE, (question, number))

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply; what was not answered is asked in the next test, if there is one."""
        question, number = request.about
        answer = _answer(question, reply)
        if answer.verdict == NOT_EXAMINED and number + 1 < len(question.chances):
            self._queue.append((question, number + 1))
        else:
            self.tell(question, answer)
            self._done += 1
            self.on_done(self._done, self._total)

    def _fault(self, chance: Chance) -> Record:
        """Where the hook goes, as a child needs to know it."""
        site = chance.site
        return {
            "path": str(self.root / site.file),
            "unit": chance.unit,
            "unit_line": chance.unit_line,
            "elsewhere": False,
            "double": {
                "line": site.line,
                "column": site.column,
                "end_line": site.end_line,
                "end_column": site.end_column,
            },
        }


def _answer(question: Question, reply: Record) -> Answer:
    for found in reply.get("found", ()):
        if found["exception"] == question.exception:
            return Answer(found["verdict"], found["why"], found.get("real", ""))
    if "unswappable" in reply:
        return Answer(NOT_EXAMINED, "the call can't be changed while it runs")
    return Answer(NOT_EXAMINED, "it did not raise again when it was asked")
