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

from .bench import Bench
from .forks import Report
from .observe.boundaries import Boundaries
from .observe.raises import Raises
from .observe.starts import Starts
from .swap import Unswappable
from .trial import run_tests
from .watch import Limit
from .wire import Record

TICKS = 10_000
"""Turns that a mutated function may take in one test before its original is asked."""


class Warm:
    """Answers requests for such looks. The fork tells one record a mutant, in order, and stops
    when it gets dirty.
    """

    def __init__(self, bench: Bench, starts: Starts) -> None:
        self._bench = bench
        self._starts = starts

    def answer(self, request: Record) -> Record:
        """Several mutants in one fork, each against a few tests; gives ``results``."""
        trials: list[Record] = request["trials"]
        mutants = [trial["mutant"] for trial in trials]
        for mutant in mutants:
            self._bench.arming.prepare(mutant)
        # Each mutant's tests may run twice: under the fault, and one to prove the kill.
        limits = [Limit(*limit) for trial in trials for limit in trial["limits"] * 2]
        raises = Raises(self._bench.is_project)

        def work(report: Report) -> Record:
            self._bench.know_doubles(mutants)
            return self._run(trials, raises)

        _, told = self._bench.forks.run(work, limits)
        if len(told) < len(trials):
            self._bench.forget_output()
        return {"event": "trial", "results": [r for r in told if "id" in r]}

    def _run(self, trials: Sequence[Record], raises: Raises) -> Record:
        """Try the mutants in turn. A child that wrote a file, started a process or a thread,
        or failed to prove a kill takes up no further mutant.
        """
        bench = self._bench
        boundaries = Boundaries()
        boundaries.start()
        if raises.cheap:
            raises.start()
        offset = 0
        for trial in trials:
            began = _now()
            bench.ticks.begin(TICKS, self._loop)
            try:
                armed = bench.arm(trial["mutant"])
            except Unswappable as reason:
                record: Record = {"result": "unswappable", "ran": 0, "reason": str(reason)}
            else:
                record = self._look(trial["tests"], raises, offset)
                bench.arming.disarm(armed)
                if armed.hook is not None:
                    record["effects"] = armed.hook.effects
            offset += len(trial["tests"])
            proven = record["result"] != "failed" or self._passes(trial, record, raises, offset)
            offset += len(trial["tests"])
            if not proven:
                break
            told = {"id": trial["id"], "took": _now() - began, **record}
            # Since the result before: what has begun in this fork may not be told twice.
            bench.forks.tell({**told, "starts": self._starts.take()})
            if boundaries.take() or threading.active_count() > 1:
                break
        return {}

    def _look(self, tests: list[int], raises: Raises, offset: int) -> Record:
        bench = self._bench
        items, runner = [bench.suite.items[index] for index in tests], bench.suite.runner
        record = run_tests(items, runner, bench.forks.board, raises, bench.ticks, offset)
        return record if record["result"] == "failed" else {"result": "quiet", "ran": len(items)}

    def _passes(self, trial: Record, record: Record, raises: Raises, offset: int) -> bool:
        killer = trial["tests"][record["ran"] - 1]
        again = self._look([killer], raises, offset)
        return bool(again["result"] == "quiet")

    def _loop(self) -> None:
        self._bench.forks.report({"loop": True})
