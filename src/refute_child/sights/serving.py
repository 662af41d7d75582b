"""What is seen at the points of tests under one mutant, in one fork of the zygote."""

from __future__ import annotations

from ..bench import Bench
from ..swap import Unswappable
from ..watch import Limit
from ..wire import Record

_ENDLESS = 1 << 60


class Looking:
    """Answers requests for one mutant and some tests, whose files hold calls of a recorder."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def answer(self, request: Record) -> Record:
        """Gives ``seen``: the sights of each test by its index, as text, up to where the fork
        ended; without those that did not pass. ``unswappable`` if the mutant can't be put in.
        """
        bench, fault = self._bench, request["mutant"]
        bench.arming.prepare(fault)
        each = [Limit(*limit) for limit in request["limits"]]
        _, told = bench.forks.run(lambda _: self._look(fault, request["tests"]), each)
        if not told or "broken" in told[-1] or "test" in told[-1]:
            bench.forget_output()
        reply: Record = {"event": "trial", "id": request["id"]}
        reply["seen"] = {str(one["test"]): one["sights"] for one in told if "test" in one}
        if told and "unswappable" in told[-1]:
            reply["unswappable"] = told[-1]["unswappable"]
        return reply

    def _look(self, fault: Record, tests: list[int]) -> Record:
        from .recorder import Recorder

        bench = self._bench
        recorder = Recorder()
        recorder.install()
        bench.know_doubles([fault])
        bench.ticks.begin(_ENDLESS, lambda: None)
        try:
            bench.arm(fault)
        except Unswappable as reason:
            return {"unswappable": str(reason)}
        for position, test in enumerate(tests):
            bench.forks.board.start(position)
            bench.ticks.next_test()
            recorder.begin()
            record = bench.suite.runner.run(bench.suite.items[test], None, detailed=False)
            if record["outcome"] == "passed":
                bench.forks.tell({"test": test, "sights": recorder.take()})
        return {}
