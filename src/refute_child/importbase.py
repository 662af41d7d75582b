"""A process stopped just before one module is executed: it forks for each mutant of it.

All that comes before (pytest, plugins, conftest files, other modules) is shared. The fork goes
on with mutated source, collects the test files that it needs, and runs the chosen tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from os import _exit
from time import perf_counter as _now

from .brokered import trying
from .elsewhere import mutating
from .forks import Forks
from .observe.raises import Raises
from .rewritten import Rewritten
from .session import Suite
from .sources import Sources
from .state import ended
from .trial import Texts, Ticks, run_tests
from .watch import Limit
from .wire import Channel, Record


class ImportBase:
    """Serves the mutants of one file; lives inside that file's import."""

    def __init__(
        self,
        channel: Channel,
        forks: Forks,
        sources: Sources,
        texts: Texts,
        suite: Suite,
        request: Record,
    ) -> None:
        self._channel = channel
        self._forks = forks
        self._sources = sources
        self._module = texts.module(request["path"])
        self._suite = suite
        self._tests: list[str] = request["tests"]
        self._test_files: list[str] = request["test_files"]
        self._spec: Record | None = None
        self._rewritten = Rewritten()
        self.served = False

    def before(self, path: str) -> None:
        """Called just before the module is executed. Returns in trials only."""
        if self.served:
            return
        self.served = True
        self._channel.send({"event": "base"})
        while True:
            request = self._channel.receive()
            if request is None or request["op"] == "leave":
                _exit(0)
            if self._serve(request):
                return

    def _serve(self, request: Record) -> bool:
        """Fork for one trial; True in the child, which goes on with the import."""
        self._spec = request
        files = request.get("files")
        wanted = range(len(self._test_files)) if files is None else files
        self._rewritten.prepare(self._test_files[index] for index in wanted)
        limits = [Limit(*limit) for limit in request["limits"]]
        began = _now()
        fork = self._forks.open(limits)
        if fork is None:
            return self._begin(request)
        end, told = fork
        record = told[-1] if told else None
        reply: Record = {"event": "trial", "id": request["id"], "took": _now() - began}
        if record is None or "broken" in record:
            reply |= ended(end, max(self._forks.board.index, 0))
            if record is not None:
                reply |= {"result": "broken", "reason": record["broken"]}
        else:
            reply |= record
        self._channel.send(reply)
        return False

    def _begin(self, request: Record) -> bool:
        self._forks.board.start(0)
        edit = request["mutant"]
        if edit is not None:
            start, end, text = edit["start"], edit["end"], edit["text"]
            module = self._module
            trying(os.environ, {**edit, "path": module.path})
            if edit.get("elsewhere"):
                mutating(os.environ, edit)
            self._sources.mutate(module.path, lambda: module.mutated_module(start, end, text))
        if request.get("files") is not None:
            self._suite.wanted = frozenset(self._test_files[i] for i in request["files"])
        return True

    def guard(self, run: Callable[[], int]) -> None:
        """Run pytest up to the import and, in the trials, beyond it."""
        try:
            code = run()
            message = f"pytest ended with exit code {code}"
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
        if self._forks.in_child:
            self.collect_failed(message[:200])
        if not self.served:
            self._channel.send({"event": "base", "missing": True})

    def ready(self, suite: Suite, is_project: Callable[[str], bool]) -> None:
        """The child has collected: run the tests and end the process."""
        if self._spec is None or not self._forks.in_child:
            return
        if suite.errors:
            where, text = suite.errors[0]
            lines = [line for line in text.splitlines() if line.startswith("E ")]
            message = lines[-1][2:].strip()[:200] if lines else where
            self.collect_failed(message)
        by_id = {item.nodeid: item for item in suite.items}
        names = [self._tests[index] for index in self._spec["tests"]]
        items = [by_id[name] for name in names if name in by_id]
        if not suite.items:
            self._forks.broken(LookupError("none of the chosen tests was collected"))
        if len(items) < len(names):
            # The mutant changed what is collected: everything that is new counts too.
            known = set(self._tests)
            items += [item for item in suite.items if item.nodeid not in known]
        raises = Raises(is_project)
        if raises.cheap:
            raises.start()
        suite.runner.shorten(items)
        record = run_tests(items, suite.runner, self._forks.board, raises, Ticks(), offset=1)
        if record["ran"]:
            record["last"] = items[record["ran"] - 1].nodeid
        self._forks.report(record)

    def collect_failed(self, message: str) -> None:
        """The suite can't be collected with this mutant: it is noticed by whoever runs it."""
        failure = {
            "phase": "collect",
            "exception": "collection error",
            "message": message,
            "by_test": False,
            "accidents": [],
        }
        self._forks.report({"result": "failed", "ran": 0, "failure": failure})
