"""What a survivor changed, seen in one fork: each test twice on the original code, then once
under the mutant, with all kept that doubles and boundaries receive and that comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .bench import Bench
from .swap import Unswappable
from .watch import Limit
from .wire import Record

if TYPE_CHECKING:
    # It brings unittest.mock along, which only a fork that needs it imports.
    from .observe.received import Event, Received

_ENDLESS = 1 << 60


class Traces:
    """Answers requests for one mutant and a few tests, each in a fork.

    Tests are left out that fail, also under the mutant: there it was noticed.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def answer(self, request: Record) -> Record:
        """Gives ``found``: the difference for each test by its index, as text."""
        mutant, tests = request["mutant"], request["tests"]
        self._bench.arming.prepare(mutant)
        # The board's places: all tests unchanged, once more, then under the mutant.
        each = [Limit(*limit) for limit in request["limits"]]
        _, told = self._bench.forks.run(lambda _: self.run(mutant, tests), 3 * each)
        if not told or "broken" in told[-1] or "test" in told[-1]:
            self._bench.forget_output()
        found = {str(one["test"]): one["difference"] for one in told if "test" in one}
        reply = {"event": "trial", "id": request["id"], "found": found}
        if told and "broken" in told[-1]:
            reply["broken"] = told[-1]["traceback"]
        return reply

    def run(self, mutant: Record, tests: Sequence[int]) -> Record:
        """In the fork: tells one record a test, ``{"test": index, "difference": ...}``; returns
        ``unswappable`` if the mutant can't be put in.
        """
        from .observe.differing import differ
        from .observe.received import Received

        bench = self._bench
        received = Received(*bench.sides)
        received.start()
        bench.suite.runner.before = received.begin
        bench.ticks.begin(_ENDLESS, lambda: None)
        # All of them in turn, so that each is preceded by the same one the second time as under
        # the mutant: what tests leave behind for one another must not be taken for its doing.
        count = len(tests)
        first, second = (
            [self._events(received, test, turn * count + n) for n, test in enumerate(tests)]
            for turn in range(2)
        )
        try:
            bench.arm(mutant)
        except Unswappable as reason:
            return {"unswappable": str(reason)}
        for position, test in enumerate(tests):
            one, two = first[position], second[position]
            if one is None or two is None:
                continue
            under = self._events(received, test, 2 * count + position)
            if under is not None:
                found = differ(one, two, under, received.secrets)
                bench.forks.tell({"test": test, "difference": found})
        return {}

    def _events(self, received: Received, test: int, position: int) -> list[Event] | None:
        """What a test sends and gets back; None if it does not pass."""
        bench = self._bench
        bench.forks.board.start(position)
        bench.ticks.next_test()
        record = bench.suite.runner.run(bench.suite.items[test], None, detailed=False)
        events = received.events()
        return events if record["outcome"] == "passed" else None
