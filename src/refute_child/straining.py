"""The pytest plugin of a run over bad links: turns the switch, and notes what became of a call."""

from __future__ import annotations

import dis
import importlib
import inspect
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from os import _exit
from time import monotonic
from types import FrameType, TracebackType
from typing import Any

import pytest

from .session import steady_hypothesis
from .wire import Record

HUNG = 98
"""Exit status of a process whose test did not end in time."""

_MOST = 1 << 20
_WORDS = 300


class Straining:
    """Runs the tests that ``setup`` names; see ``strained``."""

    def __init__(
        self, setup: Record, switch: socket.socket, tell: Callable[[Record], None]
    ) -> None:
        self._setup, self._switch, self._tell = setup, switch, tell
        self._files = {os.path.realpath(path) for path in setup["files"]}
        self._call: Record = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Iterator[None]:
        yield
        wanted = self._setup["tests"]
        if wanted is not None:
            dropped = [item for item in items if item.nodeid not in wanted]
            items[:] = [item for item in items if item.nodeid in wanted]
            if dropped:
                config.hook.pytest_deselected(items=dropped)
        for item in items:
            steady_hypothesis(item)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._tell({"error": report.longreprtext[-2000:]})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._tell({"begin": nodeid})

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        over = threading.Event()
        self._ask(b"1")
        began = monotonic()
        watch = threading.Thread(target=self._watch, args=(item.nodeid, over), daemon=True)
        watch.start()
        try:
            return (yield)
        finally:
            seconds = monotonic() - began
            over.set()
            links = json.loads(self._ask(b"0"))
            self._call = {"seconds": seconds, "links": links, **self._invariant(item)}

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when == "call":
            error = None
            if report.failed and call.excinfo is not None:
                error = self._error(call.excinfo.value, call.excinfo.tb)
            told = {"call": item.nodeid, "outcome": report.outcome, "error": error}
            self._tell({**told, **self._call})
        elif report.outcome != "passed":
            words = _first_line(report.longreprtext)
            self._tell(
                {
                    "report": item.nodeid,
                    "phase": report.when,
                    "outcome": report.outcome,
                    "words": words,
                }
            )
        return report

    def _ask(self, word: bytes) -> bytes:
        self._switch.send(word)
        return self._switch.recv(_MOST)

    def _watch(self, test: str, over: threading.Event) -> None:
        """End the process if the call does not end in time: who hangs can't be stopped."""
        deadline = self._setup["deadline"]
        if deadline is None or over.wait(deadline):
            return
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        self._tell({"hung": test, "where": self._where(frame)})
        _exit(HUNG)

    def _where(self, frame: FrameType | None) -> str:
        """The place in the project's code, or else anywhere, that is being executed."""
        place = ""
        while frame is not None:
            code = frame.f_code
            here = f"{os.path.relpath(code.co_filename)}:{frame.f_lineno} in {code.co_name}"
            if os.path.realpath(code.co_filename) in self._files:
                return here
            place = place or here
            frame = frame.f_back
        return place

    def _error(self, error: BaseException, trace: TracebackType | None) -> Record:
        """What came out of the test."""
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        code = trace.tb_frame.f_code if trace is not None else None
        file = os.path.realpath(code.co_filename) if code is not None else ""
        ours = file in self._files
        return {
            "type": type(error).__name__,
            "module": type(error).__module__,
            "bases": [base.__name__ for base in type(error).__mro__],
            "message": _first_line(str(error)),
            "by_assertion": isinstance(error, (AssertionError, pytest.fail.Exception)) and not ours,
            "raised_by_project": ours and trace is not None and _raises(trace),
        }

    def _invariant(self, item: pytest.Item) -> Record:
        """Whether the project's invariant holds now: with the link well again."""
        name = self._setup["invariant"]
        if not name:
            return {"invariant": None, "words": ""}
        module, _, function = name.partition(":")
        try:
            holds = getattr(importlib.import_module(module), function)
            wanted = inspect.signature(holds).parameters
            given: Mapping[str, Any] = getattr(item, "funcargs", {})
            needed = [one.name for one in wanted.values() if one.default is one.empty]
            missing = [one for one in needed if one not in given]
            if missing:
                return {"invariant": None, "words": f"needs the fixture {missing[0]}"}
            answer = holds(**{key: given[key] for key in wanted if key in given})
        except Exception as error:  # whatever it raises: that is how it says no
            return {"invariant": False, "words": _first_line(f"{type(error).__name__}: {error}")}
        words = "it returned False" if answer is False else ""
        return {"invariant": answer is not False, "words": words}


def _raises(trace: TracebackType) -> bool:
    """Whether a ``raise`` statement was being executed there."""
    return dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:_WORDS]
