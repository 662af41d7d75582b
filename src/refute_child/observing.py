"""The unchanged suite, run in a fork and observed: what each test executes, crosses and fakes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from time import perf_counter as _now

import pytest

from .bench import Bench
from .elsewhere import Elsewhere
from .infection import plant_probes
from .observe.beside import Beside
from .observe.boundaries import Boundaries
from .observe.fixtures import FixtureLines
from .observe.imported import Imported
from .observe.lines import Lines, Marks
from .watch import Limit
from .wire import Channel, Record


class Observing:
    """The looks at the unchanged suite that a zygote has to offer."""

    def __init__(
        self, bench: Bench, channel: Channel, lines: Lines, files: list[tuple[str, int]]
    ) -> None:
        self._bench = bench
        self._channel = channel
        self._lines = lines
        self._files = files
        # Forks need not bring it along, each for itself.
        with suppress(Exception):
            import_module(".observe.doubles", __package__)

    def baseline(self, request: Record) -> Record:
        order = list(range(len(self._bench.suite.items)))
        if request["order"] == "reverse":
            order.reverse()
        mutants = request.get("mutants", ())
        limits = [Limit(*request["limit"])] * len(order) if "limit" in request else None
        fakes = bool(request.get("doubles"))
        forks = self._bench.forks
        end, told = forks.run(lambda _: self._observe(order, mutants, fakes), limits, trusted=True)
        return {"event": "baseline", **(told[-1] if told else {"died": f"{end.kind} {end.status}"})}

    def _observe(self, order: list[int], mutants: Sequence[Record], fakes: bool) -> Record:
        """The whole suite, each test observed, with probes for these mutants; in a fork. With
        ``fakes`` also its doubles, and where the project crosses boundaries.
        """
        bench = self._bench
        items, runner = bench.suite.items, bench.suite.runner
        plugins: pytest.PytestPluginManager = items[0].config.pluginmanager
        fixtures = FixtureLines(self._lines)
        plugins.register(fixtures, "refute-fixture-lines")
        beside = Beside(bench.is_project, bench.root, fakes)
        beside.join(self._lines)
        imported = Imported(bench.is_project)
        probed: list[int] = []
        if mutants:
            self._lines.infected = Marks(len(mutants))
            probed = plant_probes(mutants, bench.texts, bench.live, self._lines.infected)
        self._lines.start()
        for thing in bench.live.codes():
            self._lines.watch(thing)
        self._lines.discover()
        bench.sources.on_code = self._lines.watch
        beside.start()
        began = _now()
        for position, index in enumerate(order):
            following = items[order[position + 1]] if position + 1 < len(order) else None
            bench.forks.board.start(position)
            self._channel.send({"event": "begin", "index": index})
            fixtures.begin()
            beside.begin(items[index])
            record = runner.run(items[index], following, detailed=True)
            record |= beside.take()
            record["lines"] = fixtures.end(index, items[index])
            if fakes and not record["lines"]:
                with suppress(Exception):
                    record["importing"] = imported.uses(items[index], _targets(record["seen"]))
            self._channel.send({"event": "test", "index": index, **record})
        self._channel.send({"event": "shared", "lines": fixtures.shared()})
        return {"seconds": _now() - began, "probed": probed, "unobserved": beside.trouble}

    def elsewhere(self, request: Record) -> Record:
        forks = self._bench.forks
        end, told = forks.run(lambda _: self._watch_children(request["tests"]), None, trusted=True)
        done = {} if told else {"died": f"{end.kind} {end.status}"}
        return {"event": "elsewhere-done", **done}

    def _watch_children(self, tests: list[int]) -> Record:
        """Tests that start processes, with their child interpreters observed; in a fork."""
        suite, board = self._bench.suite, self._bench.forks.board
        items = [suite.items[index] for index in tests]
        boundaries = Boundaries()
        boundaries.start()
        folder = tempfile.mkdtemp(prefix="refute-")
        elsewhere = Elsewhere(folder, self._lines.table, self._files)
        elsewhere.prepare(os.environ)
        for position, item in enumerate(items):
            following = items[position + 1] if position + 1 < len(items) else None
            board.start(position)
            boundaries.interpreters = 0
            record = suite.runner.run(item, following, detailed=False)
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


def _targets(seen: Record) -> list[str]:
    """What the doubles of a test replace."""
    return [one["target"] for one in seen.get("doubles", ()) if one["target"]]
