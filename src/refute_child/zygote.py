"""The process that has collected the suite once and runs none of it: it forks for each trial."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from os.path import realpath as _realpath
from time import perf_counter as _now

from .bench import Bench
from .callsites import units_by_file
from .elsewhere import mutating
from .forks import Forks, Report, settle_memory
from .observe.lines import Lines, import_lines
from .observe.raises import Raises
from .observe.starts import Starts
from .observing import Observing
from .session import Suite, defined_at, quiet_output
from .shelf import Shelf
from .sights.serving import Looking
from .sources import Sources
from .state import ended, loaded_files, origin_of
from .swap import LiveFunctions, Unswappable
from .telling import Telling
from .traces import Traces
from .trial import Arming, Texts, Ticks, run_tests
from .warm import TICKS, Warm
from .watch import Limit
from .wire import Channel, Record

Serve = Callable[[Record], Record]

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
        executed: list[str],
    ) -> None:
        """``executed`` gets the file name of each module of the project as it is executed."""
        self._files = files
        self._executed = executed
        self._texts = texts
        self._channel = channel
        self._forks = forks
        self._sources = sources
        self._lines = lines
        self._known_ticks: dict[tuple[str, int], int] = {}
        table = lines.table
        self._starts = Starts(table)
        self._is_project = table.holds
        # pytest needs these itself, so they were imported before anybody could look.
        early = loaded_files()
        self._early = [path for path, _ in files if _realpath(path) in early]
        if self._early:
            lines.discover()

    def serve(self, suite: Suite, began: float) -> None:
        """Tell what was collected, then answer requests; returns when told to leave."""
        assert suite.config is not None
        self._channel.send(self._inventory(suite, began))
        self._lines.stop()
        quiet_output(suite.config)
        loaded = loaded_files()
        factory = getattr(suite.config, "_tmp_path_factory", None)
        if factory is not None:
            factory.getbasetemp()
        for item in suite.items:
            # Each fork would find it out anew.
            with suppress(Exception):
                item.location  # noqa: B018
        suite.runner.shorten(suite.items)
        live, ticks = LiveFunctions(self._is_project), Ticks()
        self._starts.start(live.codes())
        self._sources.on_code = self._starts.watch
        self._bench = bench = Bench(
            suite=suite,
            forks=self._forks,
            texts=self._texts,
            sources=self._sources,
            ticks=ticks,
            arming=Arming(self._texts, ticks, self._sources),
            live=live,
            loaded=loaded,
            is_project=self._is_project,
            # pytest was started in the project's root.
            root=_realpath(os.getcwd()),
        )
        observing = Observing(bench, self._channel, self._lines, self._files)
        answers: dict[str, Serve] = {
            "baseline": observing.baseline,
            "elsewhere": observing.elsewhere,
            "units": self._units,
            "batch": partial(self._watched, Warm(bench, self._starts).answer, tell=False),
            "traces": partial(self._watched, Traces(bench).answer),
            "asking": self._asking,
            "telling": Telling(bench).answer,
            "sights": Looking(bench).answer,
            "trial": partial(self._watched, self._trial),
        }
        self._forks.layers.settle()
        Shelf().hide()
        settle_memory()
        while True:
            request = self._channel.receive()
            if request is None or request["op"] == "leave":
                return
            self._channel.send(answers[request["op"]](request))

    def _watched(self, serve: Serve, request: Record, *, tell: bool = True) -> Record:
        """Serve one request, and tell which of the project's functions started here for it."""
        self._starts.take()
        reply = serve(request)
        return {"starts": self._starts.take(), **reply} if tell else reply

    def _units(self, request: Record) -> Record:
        return {"event": "units", "units": units_by_file(self._texts.module, request["calls"])}

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
            "defined": [defined_at(item, os.getcwd()) for item in suite.items],
            "errors": suite.errors,
            "seconds": _now() - began,
            "lines": self._lines.take(),
            "executed": list(map(_realpath, self._executed)),
            "modules": {
                name: origin
                for name, module in list(sys.modules.items())
                if "." not in name and (origin := origin_of(module))
            },
        }

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

    def _asking(self, request: Record) -> Record:
        """Whether the real function could raise what its double does; see ``asking``."""
        bench, fault = self._bench, request["fault"]
        bench.arming.prepare(fault)

        def work(report: Report) -> Record:
            from .asking.asking import ask

            bench.ticks.begin(1 << 60, lambda: None)
            return ask(bench, bench.suite.items[request["test"]], fault)

        return bench.answer(request, work)

    def _measure(self, mutant: Record, test: int, request: Record) -> int:
        """Turns that the original takes in one test; 0 if it can't be told."""

        def work(report: Report) -> Record:
            self._bench.arming.arm_original(mutant, self._bench.live)
            self._bench.ticks.begin(1 << 60, lambda: None)
            return self._run([test])

        _, told = self._forks.run(work, [Limit(*limit) for limit in request["limits"][:1]])
        return int(told[-1].get("ticks", 0)) if told else 0

    def _attempt(self, request: Record, allowed: int) -> Record:
        bench, tests = self._bench, request["tests"]
        if not tests:
            reason = "each test that runs it fails in a fork without any fault"
            return {"event": "trial", "id": request["id"], "result": "broken", "reason": reason}
        if request["mutant"] is not None:
            bench.arming.prepare(request["mutant"])

        def work(report: Report) -> Record:
            def stop() -> None:
                report({"result": "loop", "ran": self._forks.board.index + 1})

            bench.know_doubles([request["mutant"]])
            bench.ticks.begin(allowed, stop)
            functions, hook = -1, None
            if request["mutant"] is not None:
                if request["mutant"].get("elsewhere"):
                    mutating(os.environ, request["mutant"])
                try:
                    armed = bench.arm(request["mutant"])
                    functions, hook = armed.functions, armed.hook
                except Unswappable as reason:
                    return {"result": "unswappable", "ran": 0, "reason": str(reason)}
            record = self._run(tests)
            if hook is not None:
                record["effects"] = hook.effects
            unused = functions == 0 and not self._sources.used
            if unused and record["result"] == "passed" and not request["mutant"].get("elsewhere"):
                return {"result": "unswappable", "ran": 0, "reason": "its module is not imported"}
            return record

        began = _now()
        end, told = self._forks.run(work, [Limit(*limit) for limit in request["limits"]])
        record = told[-1] if told else None
        reply: Record = {"event": "trial", "id": request["id"], "took": _now() - began}
        if record is None or "broken" in record:
            bench.forget_output()
            reply |= ended(end, self._forks.board.index + 1)
            if record is not None:
                reply |= {"result": "broken", "reason": record["broken"]}
                reply["traceback"] = record["traceback"]
        else:
            reply |= record
        return reply

    def _run(self, tests: list[int]) -> Record:
        bench = self._bench
        items = [bench.suite.items[index] for index in tests]
        raises = Raises(self._is_project)
        if raises.cheap:
            raises.start()
        record = run_tests(items, bench.suite.runner, self._forks.board, raises, bench.ticks)
        # Mutated source may have other lines than the file, so that starts tell nothing.
        return record | {"starts": None} if self._sources.used else record
