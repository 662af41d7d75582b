"""pytest's protocol for one test, without what only its reports would show.

A test of a millisecond spends a fifth of its time on captured text and log records, phase by
phase, and on reports of phases that passed. Here capture and logging are opened once a test, and
a report is made of a phase that failed alone. All other hooks are called as pytest calls them,
plugins' and conftest files' included; where one of these looks at reports, or the test at what
was captured or logged, the whole protocol is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.capture import CaptureManager
from _pytest.logging import (
    LoggingPlugin,
    caplog_handler_key,
    caplog_records_key,
    catching_logs,
)
from _pytest.runner import (
    check_interactive_exception,
    get_reraise_exceptions,
)
from _pytest.skipping import xfailed_key
from _pytest.tmpdir import tmppath_result_key
from _pytest.unittest import TestCaseFunction

_REPORTING = frozenset({
    "runner", "unittest", "skipping", "tmpdir", "hypothesispytest", "schemathesis",
})  # fmt: skip
"""Plugins that look at reports, and have no say where nothing failed (schemathesis: of tests
that are not its own)."""
_LOOKING = frozenset({
    "caplog", "capsys", "capsysbinary", "capfd", "capfdbinary", "capteesys", "subtests",
})  # fmt: skip
"""Fixtures that show a test what was captured, logged or reported."""


@dataclass(frozen=True, slots=True)
class _Phases:
    """The hooks of the three phases, as they are in force for one test."""

    setup: Callable[..., Any]
    call: Callable[..., Any]
    teardown: Callable[..., Any]


class Brief:
    """Runs those of the collected tests that can do without reports. Made before the forks."""

    def __init__(self, items: Iterable[pytest.Item], runner: object) -> None:
        """``runner`` is the plugin that listens to reports of what failed."""
        self._phases: dict[pytest.Item, _Phases] = {}
        self._capture: CaptureManager | None = None
        self._logging: LoggingPlugin | None = None
        self._reraise: tuple[type[BaseException], ...] = ()
        known: dict[frozenset[Any], _Phases] = {}
        for item in items:
            manager = item.config.pluginmanager
            if not known and not self._open(item.config, runner):
                return
            if not _quiet(item):
                continue
            # A conftest file has a say in its own folder alone.
            near = manager._getconftestmodules(item.path)
            far = frozenset(manager._conftest_plugins.difference(near))
            if far not in known:
                known[far] = self._hooks(manager, far)
            self._phases[item] = known[far]

    def fits(self, item: pytest.Item) -> bool:
        """Whether the test can be run by ``run``."""
        return item in self._phases

    def run(self, item: Any, following: pytest.Item | None) -> list[pytest.TestReport]:
        """One test; returns reports of those phases alone that did not simply pass."""
        phases = self._phases[item]
        requests = hasattr(item, "_request")
        if requests and not item._request:
            item._initrequest()
        reports: list[pytest.TestReport] = []
        with ExitStack() as around:
            if self._capture is not None:
                around.enter_context(self._capture.item_capture("call", item))
            if self._logging is not None:
                self._listen(around, item, self._logging)
            try:
                if self._phase(item, "setup", phases.setup, reports):
                    self._phase(item, "call", phases.call, reports)
                if item.session.shouldfail or item.session.shouldstop:
                    following = None
                self._phase(item, "teardown", phases.teardown, reports, nextitem=following)
            finally:
                if requests:
                    item._request = False
                    item.funcargs = None
        return reports

    def _open(self, config: pytest.Config, runner: object) -> bool:
        """Find the plugins that are left out; False where somebody else looks at reports."""
        manager = config.pluginmanager
        for one in config.hook.pytest_runtest_makereport.get_hookimpls():
            if one.plugin is not runner and one.plugin_name not in _REPORTING:
                return False
        if config.getoption("setuponly", False) or config.getoption("setupshow", False):
            return False
        self._capture = manager.get_plugin("capturemanager")
        self._logging = manager.get_plugin("logging-plugin")
        self._reraise = get_reraise_exceptions(config)
        return True

    def _hooks(self, manager: pytest.PytestPluginManager, far: frozenset[Any]) -> _Phases:
        out = {*far, self._capture, self._logging} - {None}
        names = (f"pytest_runtest_{when}" for when in ("setup", "call", "teardown"))
        return _Phases(*(manager.subset_hook_caller(name, out) for name in names))

    def _listen(self, around: ExitStack, item: pytest.Item, plugin: LoggingPlugin) -> None:
        """A message that can't be put together fails the test here as there."""
        handler = plugin.caplog_handler
        around.enter_context(catching_logs(handler, level=plugin.log_level))
        handler.reset()
        records = handler.records
        item.stash[caplog_handler_key] = handler
        item.stash[caplog_records_key] = dict.fromkeys(("setup", "call", "teardown"), records)

    def _phase(
        self,
        item: pytest.Item,
        when: Any,
        hook: Callable[..., Any],
        reports: list[pytest.TestReport],
        **more: Any,
    ) -> bool:
        """Whether the phase passed; what else it did is among the reports."""
        call = pytest.CallInfo.from_call(
            lambda: hook(item=item, **more), when=when, reraise=self._reraise
        )
        if call.excinfo is None and item.stash.get(xfailed_key, None) is None:
            # tmp_path asks for it when it cleans up.
            item.stash.setdefault(tmppath_result_key, {})[when] = True
            return True
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
        if check_interactive_exception(call, report):
            item.ihook.pytest_exception_interact(node=item, call=call, report=report)
        reports.append(report)
        return report.passed


def _quiet(item: pytest.Item) -> bool:
    """Whether reports say nothing of the test but which exception ended it."""
    if not isinstance(item, pytest.Function) or isinstance(item, TestCaseFunction):
        return False
    if type(item).__module__.partition(".")[0] == "schemathesis":
        return False
    return not _LOOKING.intersection(item.fixturenames)


def brief(items: Iterable[pytest.Item], runner: object) -> Brief | None:
    """The short protocol for these tests; None where this pytest's insides are others."""
    try:
        return Brief(items, runner)
    except (AttributeError, TypeError, LookupError):
        return None
