"""What a survivor changed, seen in one fork: each test twice on the original code, then once
under the mutant, with all kept that doubles and boundaries receive and that comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from .forks import Forks
from .runner import Runner
from .swap import LiveFunctions, Unswappable
from .trial import Arming, Ticks
from .wire import Record

if TYPE_CHECKING:
    # It brings unittest.mock along, which only a fork that needs it imports.
    from .observe.received import Event, Received

_ENDLESS = 1 << 60


class Traces:
    """Runs in the fork; tells one record a test, ``{"test": index, "difference": ...}``.

    Tests are left out that fail, also under the mutant: there it was noticed.
    """

    def __init__(
        self,
        items: Sequence[pytest.Item],
        runner: Runner,
        forks: Forks,
        arming: Arming,
        ticks: Ticks,
    ) -> None:
        self._items = items
        self._runner = runner
        self._forks = forks
        self._arming = arming
        self._ticks = ticks

    def run(
        self,
        mutant: Record,
        tests: Sequence[int],
        live: LiveFunctions,
        loaded: frozenset[str],
        sides: tuple[Callable[[str], bool], Callable[[str], bool], str],
    ) -> Record:
        """Try one mutant against these tests; ``sides`` are the arguments of ``Received``."""
        from .observe.differing import differ
        from .observe.received import Received

        received = Received(*sides)
        received.start()
        self._runner.before = received.begin
        self._ticks.begin(_ENDLESS, lambda: None)
        # All of them in turn, so that each is preceded by the same one the second time as under
        # the mutant: what tests leave behind for one another must not be taken for its doing.
        count = len(tests)
        first, second = (
            [self._events(received, test, turn * count + n) for n, test in enumerate(tests)]
            for turn in range(2)
        )
        try:
            self._arming.arm(mutant, live, loaded)
        except Unswappable as reason:
            return {"unswappable": str(reason)}
        for position, test in enumerate(tests):
            one, two = first[position], second[position]
            if one is None or two is None:
                continue
            under = self._events(received, test, 2 * count + position)
            if under is not None:
                found = differ(one, two, under, received.secrets)
                self._forks.tell({"test": test, "difference": found})
        return {}

    def _events(self, received: Received, test: int, position: int) -> list[Event] | None:
        """What a test sends and gets back; None if it does not pass."""
        self._forks.board.start(position)
        self._ticks.next_test()
        record = self._runner.run(self._items[test], None, detailed=False)
        events = received.events()
        return events if record["outcome"] == "passed" else None
