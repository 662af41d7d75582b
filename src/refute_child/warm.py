"""Several mutants in one fork: a quick look whether a few likely tests notice each.

Forking, and the first test after it, cost more than most tests. So mutants are swapped in and
out of one child, each against its likeliest killers. Only kills are concluded here, and each
kill is proven on the spot: the test that failed must pass at once on the original code, in the
same process. A mutant that nobody noticed is tried again in a fork of its own, so that nothing
which an earlier mutant left behind can make one survive.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import perf_counter as _now

import pytest

from .forks import Forks
from .observe.boundaries import Boundaries
from .observe.raises import Raises
from .observe.starts import Starts
from .runner import Runner
from .swap import LiveFunctions, Unswappable
from .trial import Arming, Ticks, run_tests
from .wire import Record

TICKS = 10_000
"""Turns that a mutated function may take in one test before its original is asked."""


class Warm:
    """Runs in the fork; tells one record a mutant, in order, and stops when it gets dirty."""

    def __init__(
        self,
        items: Sequence[pytest.Item],
        runner: Runner,
        forks: Forks,
        arming: Arming,
        ticks: Ticks,
        starts: Starts,
    ) -> None:
        self._items = items
        self._runner = runner
        self._forks = forks
        self._arming = arming
        self._ticks = ticks
        self._starts = starts

    def run(
        self,
        trials: Sequence[Record],
        live: LiveFunctions,
        loaded: frozenset[str],
        raises: Raises,
    ) -> Record:
        """Try the mutants in turn. A child that wrote a file, started a process or a thread,
        or failed to prove a kill takes up no further mutant.
        """
        boundaries = Boundaries()
        boundaries.start()
        if raises.cheap:
            raises.start()
        offset = 0
        for trial in trials:
            began = _now()
            self._ticks.begin(TICKS, self._loop)
            try:
                armed = self._arming.arm(trial["mutant"], live, loaded)
            except Unswappable as reason:
                record: Record = {"result": "unswappable", "ran": 0, "reason": str(reason)}
            else:
                record = self._look(trial["tests"], raises, offset)
                self._arming.disarm(armed)
                if armed.hook is not None:
                    record["effects"] = armed.hook.effects
            offset += len(trial["tests"])
            proven = record["result"] != "failed" or self._passes(trial, record, raises, offset)
            offset += len(trial["tests"])
            if not proven:
                break
            told = {"id": trial["id"], "took": _now() - began, **record}
            # Since the result before: what has begun in this fork may not be told twice.
            self._forks.tell({**told, "starts": self._starts.take()})
            if boundaries.take() or threading.active_count() > 1:
                break
        return {}

    def _look(self, tests: list[int], raises: Raises, offset: int) -> Record:
        items = [self._items[index] for index in tests]
        record = run_tests(items, self._runner, self._forks.board, raises, self._ticks, offset)
        return record if record["result"] == "failed" else {"result": "quiet", "ran": len(items)}

    def _passes(self, trial: Record, record: Record, raises: Raises, offset: int) -> bool:
        killer = trial["tests"][record["ran"] - 1]
        again = self._look([killer], raises, offset)
        return bool(again["result"] == "quiet")

    def _loop(self) -> None:
        self._forks.report({"loop": True})
