"""The pytest plugin of a run in a changed world: which tests in which order, and how they end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from os import _exit, chdir, fork, waitpid
from typing import TYPE_CHECKING, Any

import pytest

from .leftovers import differences, look
from .orders import arranged
from .session import steady_hypothesis
from .wire import Record

if TYPE_CHECKING:
    from .sights.recorder import Recorder


class Perturbed:
    """Arranges the tests as ``setup`` says, and tells how each one ends; see ``perturbed``."""

    def __init__(self, setup: Record, tell: Callable[[Record], None]) -> None:
        self._setup = setup
        self._tell = tell
        self._root = os.path.realpath(os.getcwd())
        self._recorder = _recorder() if setup.get("sights") else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Iterator[None]:
        # After all others: pytest itself moves tests together that share a fixture.
        yield
        chosen = self._chosen(items)
        kept = {id(item) for item in chosen}
        dropped = [item for item in items if id(item) not in kept]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = chosen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        for item in session.items:
            steady_hypothesis(item)
        if self._setup["kind"] == "cwd":
            self._move()
        if self._setup["kind"] != "process" or session.testsfailed:
            return None
        for item in session.items:
            _alone(item)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._recorder is not None:
            self._recorder.begin()
            try:
                return (yield)
            finally:
                self._tell({"sights": self._recorder.take(), "by": item.nodeid})
        if not self._setup["leftovers"]:
            return (yield)
        before = look(self._root)
        result = yield
        left = differences(before, look(self._root), self._root)
        self._tell({"left": left, "by": item.nodeid})
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._tell({"error": report.longreprtext[-2000:]})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._tell({"begin": nodeid})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            words = _words(report) if report.failed else ""
            self._tell({"test": report.nodeid, "outcome": report.outcome, "failure": words})

    def _chosen(self, items: list[pytest.Item]) -> list[pytest.Item]:
        setup = self._setup
        chosen = items
        if setup["tests"] is not None:
            by_id: dict[str, list[pytest.Item]] = {}
            for item in items:
                by_id.setdefault(item.nodeid, []).append(item)
            chosen = [item for test in setup["tests"] for item in by_id.get(test, ())]
        elif setup["kind"] == "order":
            order = arranged([item.nodeid for item in items], setup["seed"])
            chosen = [items[position] for position in order]
        if setup["until"] is not None:
            names = [item.nodeid for item in chosen]
            last = names.index(setup["until"]) if setup["until"] in names else -1
            chosen = chosen[: last + 1]
        return chosen

    def _move(self) -> None:
        """Into an empty folder, with all that the old one gave to imports."""
        sys.path[:] = [os.path.join(self._root, path) for path in sys.path]
        chdir(tempfile.mkdtemp(prefix="elsewhere-"))


def _recorder() -> Recorder:
    """What instrumented tests show things to; it brings much along that others don't need."""
    from .sights.recorder import Recorder

    recorder = Recorder()
    recorder.install()
    return recorder


def _alone(item: pytest.Item) -> None:
    """One test in a fork of its own, with all its fixtures."""
    pid = fork()
    if pid:
        waitpid(pid, 0)
        return
    try:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    finally:
        _exit(0)


def _words(report: Any) -> str:
    """The line that says what failed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    return str(text).strip().partition("\n")[0][:300]
