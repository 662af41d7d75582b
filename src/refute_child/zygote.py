"""The process that has collected the suite once and runs none of it: it forks for each trial."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from os.path import realpath as _realpath
from time import perf_counter as _now

import pytest

from .elsewhere import Elsewhere, mutating
from .forks import Forks, Report, settle_memory
from .infection import plant_probes
from .observe.boundaries import Boundaries
from .observe.fixtures import FixtureLines
from .observe.lines import Lines, Marks, import_lines
from .observe.raises import Raises
from .session import Suite, clear_capture, quiet_output
from .sources import Sources
from .state import ended, loaded_files, origin_of
from .supervise import Limit
from .swap import LiveFunctions, Unswappable
from .trial import Arming, Texts, Ticks, run_tests
from .warm import TICKS, Warm
from .wire import Channel, Record

TICK_FACTOR = 100
"""How many times the original's turns a mutant may take."""


class Zygote:
    """Serves trials until told to leave."""

    def __init__(
        self,
        channel: Channel,
        forks: Forks,
        sources: Sources,
        lines: Lines,
        files: list[tuple[str, int]],
        texts: Texts,
    ) -> None:
        self._files = files
        self._texts = texts
        self._channel = channel
        self._forks = forks
        self._sources = sources
        self._lines = lines
        self._ticks = Ticks()
        self._arming = Arming(texts, self._ticks, sources)
        self._known_ticks: dict[tuple[str, int], int] = {}
        table = lines.table
        self._is_project = lambda name: table[name] >= 0
        # pytest needs these itself, so they were imported before anybody could look.
        early = loaded_files()
        self._early = [path for path, _ in files if _realpath(path) in early]
        if self._early:
            lines.discover()

    def serve(self, suite: Suite, began: float) -> None:
        """Tell what was collected, then answer requests; returns when told to leave."""
        assert suite.config is not None
        self._suite = suite
        self._channel.send(self._inventory(suite, began))
        self._lines.stop()
        quiet_output(suite.config)
        self._loaded = loaded_files()
        factory = getattr(suite.config, "_tmp_path_factory", None)
        if factory is not None:
            factory.getbasetemp()
        self._live = LiveFunctions(self._is_project)
        self._forks.layers.settle()
        settle_memory()
        while True:
            request = self._channel.receive()
            if request is None or request["op"] == "leave":
                return
            if request["op"] == "baseline":
                self._channel.send(self._baseline(request))
            elif request["op"] == "elsewhere":
                self._channel.send(self._elsewhere(request))
            elif request["op"] == "batch":
                self._channel.send(self._batch(request))
            elif request["op"] == "trial":
                self._channel.send(self._trial(request))

    def _inventory(self, suite: Suite, began: float) -> Record:
        for path in self._early:
            start = self._lines.table[path]
            for line in import_lines(self._texts.module(path).original_module()):
                self._lines.hits[start + line] = 1
        files: dict[str, int] = {}
        places = [files.setdefault(_realpath(item.path), len(files)) for item in suite.items]
        return {
            "event": "collected",
            "tests": [item.nodeid for item in suite.items],
            "test_files": places,
            "files": list(files),
            "errors": suite.errors,
            "seconds": _now() - began,
            "lines": self._lines.take(),
            "modules": {
                name: origin
                for name, module in list(sys.modules.items())
                if "." not in name and (origin := origin_of(module))
            },
        }

    def _baseline(self, request: Record) -> Record:
        order = list(range(len(self._suite.items)))
        if request["order"] == "reverse":
            order.reverse()
        mutants = request.get("mutants", ())
        limits = [Limit(*request["limit"])] * len(order) if "limit" in request else None
        end, told = self._forks.run(lambda report: self._observe(order, mutants), limits)
        return {"event": "baseline", **(told[-1] if told else {"died": f"{end.kind} {end.status}"})}

    def _observe(self, order: list[int], mutants: Sequence[Record]) -> Record:
        """The whole suite, each test observed, with probes for these mutants; in a fork."""
        items, runner = self._suite.items, self._suite.runner
        plugins: pytest.PytestPluginManager = items[0].config.pluginmanager
        fixtures = FixtureLines(self._lines)
        plugins.register(fixtures, "refute-fixture-lines")
        raises, boundaries = Raises(self._is_project), Boundaries()
        probed: list[int] = []
        if mutants:
            self._lines.infected = Marks(len(mutants))
            probed = plant_probes(mutants, self._texts, self._live, self._lines.infected)
        self._lines.start()
        for thing in self._live.codes():
            self._lines.watch(thing)
        self._lines.discover()
        self._sources.on_code = self._lines.watch
        if hasattr(sys, "monitoring"):
            raises.start()
        else:
            self._lines.also_raises(raises.seen)
        boundaries.start()
        began = _now()
        for position, index in enumerate(order):
            following = items[order[position + 1]] if position + 1 < len(order) else None
            self._forks.board.start(position)
            self._channel.send({"event": "begin", "index": index})
            raises.take()
            boundaries.take()
            fixtures.begin()
            record = runner.run(items[index], following, detailed=True)
            record["lines"] = fixtures.end(index, items[index])
            record["accidents"] = raises.take()
            record["boundaries"] = boundaries.take()
            self._channel.send({"event": "test", "index": index, **record})
        self._channel.send({"event": "shared", "lines": fixtures.shared()})
        return {"seconds": _now() - began, "probed": probed}

    def _elsewhere(self, request: Record) -> Record:
        end, told = self._forks.run(lambda _: self._watch_children(request["tests"]), None)
        done = {} if told else {"died": f"{end.kind} {end.status}"}
        return {"event": "elsewhere-done", **done}

    def _watch_children(self, tests: list[int]) -> Record:
        """Tests that start processes, with their child interpreters observed; in a fork."""
        items = [self._suite.items[index] for index in tests]
        boundaries = Boundaries()
        boundaries.start()
        folder = tempfile.mkdtemp(prefix="refute-")
        elsewhere = Elsewhere(folder, self._lines.table, self._files)
        elsewhere.prepare(os.environ)
        for position, item in enumerate(items):
            following = items[position + 1] if position + 1 < len(items) else None
            self._forks.board.start(position)
            boundaries.interpreters = 0
            record = self._suite.runner.run(item, following, detailed=False)
            seen, lines = elsewhere.take()
            self._channel.send(
                {
                    "event": "elsewhere",
                    "index": tests[position],
                    "outcome": record["outcome"],
                    "lines": lines,
                    "unseen": max(0, boundaries.interpreters - seen),
                }
            )
        return {}

    def _trial(self, request: Record) -> Record:
        allowed = int(request.get("ticks", TICKS))
        reply = self._attempt(request, allowed)
        if reply["result"] != "loop" or "ticks" in request:
            return reply
        # Over the first limit: ask the original, then judge by what it takes itself.
        mutant, test = request["mutant"], request["tests"][reply["ran"] - 1]
        key = (f"{mutant['path']}:{mutant['unit_line']}", test)
        if key not in self._known_ticks:
            self._known_ticks[key] = self._measure(mutant, test, request)
        allowed = self._known_ticks[key] * TICK_FACTOR
        return reply if allowed <= TICKS else self._attempt(request, allowed)

    def _batch(self, request: Record) -> Record:
        """Several mutants in one fork, each against a few tests; see ``warm``."""
        trials: list[Record] = request["trials"]
        for trial in trials:
            self._arming.prepare(trial["mutant"])
        # Each mutant's tests may run twice: under the fault, and one to prove the kill.
        limits = [Limit(*limit) for trial in trials for limit in trial["limits"] * 2]
        suite = self._suite
        warm = Warm(suite.items, suite.runner, self._forks, self._arming, self._ticks)
        raises = Raises(self._is_project)
        _, told = self._forks.run(
            lambda _: warm.run(trials, self._live, self._loaded, raises), limits
        )
        if len(told) < len(trials):
            clear_capture(suite.items[0].config)
        return {"event": "trial", "results": [r for r in told if "id" in r]}

    def _measure(self, mutant: Record, test: int, request: Record) -> int:
        """Turns that the original takes in one test; 0 if it can't be told."""

        def work(report: Report) -> Record:
            self._arming.arm_original(mutant, self._live)
            self._ticks.begin(1 << 60, lambda: None)
            return self._run([test])

        _, told = self._forks.run(work, [Limit(*limit) for limit in request["limits"][:1]])
        return int(told[-1].get("ticks", 0)) if told else 0

    def _attempt(self, request: Record, allowed: int) -> Record:
        tests: list[int] = request["tests"]
        if not tests:
            reason = "each test that runs it fails in a fork without any fault"
            return {"event": "trial", "id": request["id"], "result": "broken", "reason": reason}
        if request["mutant"] is not None:
            self._arming.prepare(request["mutant"])

        def work(report: Report) -> Record:
            def stop() -> None:
                report({"result": "loop", "ran": self._forks.board.index + 1})

            self._ticks.begin(allowed, stop)
            functions = -1
            if request["mutant"] is not None:
                if request["mutant"].get("elsewhere"):
                    mutating(os.environ, request["mutant"])
                try:
                    armed = self._arming.arm(request["mutant"], self._live, self._loaded)
                    functions = armed.functions
                except Unswappable as reason:
                    return {"result": "unswappable", "ran": 0, "reason": str(reason)}
            record = self._run(tests)
            unused = functions == 0 and not self._sources.used
            if unused and record["result"] == "passed" and not request["mutant"].get("elsewhere"):
                return {"result": "unswappable", "ran": 0, "reason": "its module is not imported"}
            return record

        began = _now()
        end, told = self._forks.run(work, [Limit(*limit) for limit in request["limits"]])
        record = told[-1] if told else None
        reply: Record = {"event": "trial", "id": request["id"], "took": _now() - began}
        if record is None or "broken" in record:
            clear_capture(self._suite.items[0].config)
            reply |= ended(end, self._forks.board.index + 1)
            if record is not None:
                reply |= {"result": "broken", "reason": record["broken"]}
                reply["traceback"] = record["traceback"]
        else:
            reply |= record
        return reply

    def _run(self, tests: list[int]) -> Record:
        items = [self._suite.items[index] for index in tests]
        raises = Raises(self._is_project)
        if raises.cheap:
            raises.start()
        return run_tests(items, self._suite.runner, self._forks.board, raises, self._ticks)
