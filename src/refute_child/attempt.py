"""One test by itself, in pytest's own words: what `refute try` starts in the seal.

pytest runs as the user would run it, and prints what it always prints. Beside it stands a
witness that says nothing and notes how the test ended. The fault either lies in the source
already, mounted at its own path, or is put in here, when pytest has collected.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from .brokered import trying
from .observe.lines import FileTable
from .observe.raises import Raises
from .runner import Runner
from .session import calming
from .sources import Sources
from .state import loaded_files
from .swap import LiveFunctions, Unswappable
from .trial import Armed, Arming, Texts, Ticks
from .wire import Record, write_all

_dumps = json.JSONEncoder().encode


def main(argv: Sequence[str]) -> None:
    """Run pytest and leave with its exit code; ``argv`` holds two descriptors.

    From the first comes what to do, as JSON: pytest's ``arguments``, the project's ``files``
    (path and number of lines), ``memory`` in bytes (0: no bound), and ``fault``, a record as of
    a trial, or null. Into the second goes one record, if pytest comes to its end: ``outcome``
    (null for a test that was not run) with ``failure``, ``accidents`` and ``detail``;
    ``errors`` of the collection; whether a session ``started``; ``effects`` of a double fault;
    or ``broken``, why the fault could not be put in.
    """
    source, target = map(int, argv)
    os.set_inheritable(target, False)
    with open(source, "rb") as stream:
        setup = json.load(stream)
    if setup["memory"]:
        resource.setrlimit(resource.RLIMIT_DATA, (setup["memory"], setup["memory"]))
    arguments = [*setup["arguments"], *calming(setup["arguments"])]
    sys.argv[:] = ["pytest", *arguments]
    table = FileTable((path, lines) for path, lines in setup["files"])
    witness = Witness(table)
    plugins: list[Any] = [witness]
    if setup["fault"] is not None:
        plugins.append(Fault(setup["fault"], table, [path for path, _ in setup["files"]]))
    code = int(pytest.main(arguments, plugins=plugins))
    record = witness.record()
    for plugin in plugins[1:]:
        record |= plugin.record()
    write_all(target, _dumps(record).encode())
    sys.exit(code)


class Witness(Runner):
    """Notes how a test ended that pytest itself runs and reports."""

    def __init__(self, table: FileTable) -> None:
        from .boot import is_library

        super().__init__(table.holds, is_library)
        self._raises = Raises(table.holds)
        self._errors: list[str] = []
        self._ran = self._started = False

    def record(self) -> Record:
        """What is known at the end; see ``main``."""
        return {
            "started": self._started,
            "errors": self._errors,
            "outcome": self._outcome if self._ran else None,
            "failure": self._failure,
            "accidents": self._raises.take(),
            "detail": self._detail,
        }

    def pytest_sessionstart(self) -> None:
        self._started = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = report.longreprtext.splitlines()
            told = [line[2:].strip() for line in lines if line.startswith("E ")]
            self._errors.append((told or [report.nodeid])[-1][:200])

    @pytest.hookimpl(tryfirst=True, wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Any:
        self._ran = True
        self._raises.start()
        try:
            return (yield)
        except BaseException as error:
            # What ends the session is not reported: Ctrl-C and `pytest.exit` in the test.
            self._failed("call", error)
            raise
        finally:
            self._raises.stop()


class Fault:
    """Puts one fault into this process, when pytest has collected."""

    def __init__(self, fault: Record, table: FileTable, files: Sequence[str]) -> None:
        self._fault = fault
        self._table = table
        self._sources = Sources(frozenset(os.path.realpath(path) for path in files))
        self._sources.install()
        self._armed: Armed | None = None
        self._broken = ""

    def record(self) -> Record:
        """What became of it; see ``main``."""
        if self._broken:
            return {"broken": self._broken}
        if self._armed is None or self._armed.hook is None:
            return {}
        return {"effects": self._armed.hook.effects}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        if "double" in self._fault:
            from .boot import is_library
            from .observe.doubles import know_doubles

            root = os.path.realpath(os.getcwd())
            know_doubles(self._table.holds, is_library, root)
        arming = Arming(Texts(), Ticks(), self._sources)
        live = LiveFunctions(self._table.holds)
        try:
            self._armed = arming.arm(self._fault, live, loaded_files())
            trying(os.environ, self._fault)
        except Unswappable as error:
            self._broken = str(error)
            pytest.exit(f"the fault can't be put in: {error}")
