"""One test run under pytest's own protocol, and the bare facts of how it ended."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Sequence
from time import perf_counter as _now
from traceback import walk_tb
from typing import Any

import pytest
from _pytest.outcomes import Failed
from _pytest.runner import runtestprotocol

from .brief import Brief, brief
from .observe.masks import without_secrets
from .wire import Record

_seed_random = random.seed

_NATIVE = "NOTE: Incompatible Exception Representation"
"""So begins what pytest says when a test framework of its own (testtools) hands it the text of
a traceback and no exception."""
_FRAME = re.compile(r'^  File "(.+?)", line \d+', re.MULTILINE)
_RAISED = re.compile(r"^([\w.]+)(?:: (.*))?$", re.MULTILINE)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
"""Addresses in memory differ from run to run and tell a reader nothing."""


class Runner:
    """Runs single items; a pytest plugin, so that it sees exceptions before any formatting."""

    def __init__(self, is_project: Callable[[str], bool], is_library: Callable[[str], bool]):
        self._is_project = is_project
        self._is_library = is_library
        self._failure: Record | None = None
        self._outcome = "passed"
        self._detail = ""
        self._detailed = False
        self._brief: Brief | None = None
        #: Told of each item just before it runs.
        self.before: Callable[[pytest.Item], None] | None = None
        #: Told of each exception with the report that failed for it.
        self.after: (
            Callable[[pytest.ExceptionInfo[BaseException], pytest.TestReport], None] | None
        ) = None

    def shorten(self, items: Sequence[pytest.Item]) -> None:
        """Run these without what only reports would show, where nobody asks for details."""
        self._brief = brief(items, self)

    def run(self, item: pytest.Item, nextitem: pytest.Item | None, detailed: bool) -> Record:
        """Run one item through all plugins that wrap the protocol.

        Returns ``outcome`` (passed, failed, skipped, xfailed), ``seconds``, and for a failure
        ``failure`` with phase, exception, message, by_test and line (see ``_place``); with
        ``detailed`` also pytest's own text.
        """
        self._failure, self._outcome, self._detail = None, "passed", ""
        self._detailed = detailed
        _seed_everything()
        if self.before is not None:
            self.before(item)
        if not detailed:
            item.repr_failure = _bare  # type: ignore[method-assign]
            item._repr_failure_py = _bare  # type: ignore[method-assign, assignment]
        start = _now()
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        except (KeyboardInterrupt, SystemExit, pytest.exit.Exception) as error:
            self._failed("call", error)
        record: Record = {"outcome": self._outcome, "seconds": _now() - start}
        if self._failure is not None:
            record["outcome"] = "failed"
            record["failure"] = self._failure
        if self._detail:
            record["detail"] = without_secrets(self._detail)
        return record

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        if self._brief is not None and not self._detailed and self._brief.fits(item):
            reports = self._brief.run(item, nextitem)
        else:
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            self._note(report)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Ours are not logged; these are sub-tests' and other plugins' own.
        self._note(report)

    @pytest.hookimpl(tryfirst=True, wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
        before = call.excinfo
        report = yield
        # The unittest plugin puts the real exception into the call while the report is made.
        excinfo = call.excinfo or before
        if report.failed and excinfo is not None:
            self._failed(call.when, excinfo.value)
            if self.after is not None:
                self.after(excinfo, report)
        return report

    def _note(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcome = "failed"
            if self._failure is None:
                self._failure = _record(report.when or "call", "Failed", "", by_test=True)
            if self._detailed and not self._detail:
                self._detail = report.longreprtext[-2000:]
        elif report.skipped and self._outcome == "passed":
            self._outcome = "xfailed" if hasattr(report, "wasxfail") else "skipped"
            if isinstance(report.longrepr, tuple):
                self._detail = str(report.longrepr[2])[:300]
        elif hasattr(report, "wasxfail") and self._outcome == "passed":
            self._outcome = "xfailed"

    def _failed(self, phase: str, error: BaseException) -> None:
        if self._failure is not None:
            return
        kind = type(error)
        name = kind.__qualname__
        if kind.__module__ not in ("builtins", "_pytest.outcomes"):
            name = f"{kind.__module__}.{name}"
        try:
            text = str(error).strip()
        except Exception:
            text = "(its message could not be had)"
        message = text.partition("\n")[0]
        frames = [(frame.f_code.co_filename, at) for frame, at in walk_tb(error.__traceback__)]
        if not isinstance(error, Failed):
            files = [name for name, _ in frames]
        elif text.startswith(_NATIVE):
            files = _FRAME.findall(text)
            told = _RAISED.search(text, text.rfind('\n  File "'))
            name, message = told.groups("") if told else (name, "")
        else:
            files = []
        message = without_secrets(_ADDRESS.sub("0x...", message))
        by_test, line = self._by_test(files), self._place(frames)
        self._failure = _record(phase, name[:120], message[:200], by_test=by_test, line=line)
        self._outcome = "failed"

    def _by_test(self, files: Sequence[str]) -> bool:
        """Whether the innermost of these frames' files that is no library's is the tests'."""
        verdict = True
        for name in files:
            if self._is_project(name):
                verdict = False
            elif not self._is_library(name):
                verdict = True
        return verdict

    def _place(self, frames: Sequence[tuple[str, int]]) -> int:
        """The line of the innermost frame that is the tests' own; 0 if none is."""
        for name, line in reversed(frames):
            if not self._is_project(name) and not self._is_library(name):
                return line
        return 0


def _record(phase: str, exception: str, message: str, *, by_test: bool, line: int = 0) -> Record:
    return {
        "phase": phase,
        "exception": exception,
        "message": message,
        "by_test": by_test,
        "line": line,
    }


def _bare(*args: Any, **kwargs: Any) -> str:
    return "failed"


def _seed_everything() -> None:
    """The same random numbers for each trial of a test, whatever ran before."""
    _seed_random(0)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(0)
