"""pytest as the user runs it, up to the point where the tests would run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from types import FunctionType, MethodType
from typing import Any

import pytest
from _pytest.capture import FDCapture

from .runner import Runner

_CALM = {
    "xdist": ["-n", "0"],
    "pytest_cov": ["--no-cov"],
    "randomly": ["-p", "no:randomly"],
    "random_order": ["-p", "no:random_order"],
    "timeout": ["--timeout", "0"],
    "rerunfailures": ["--reruns", "0"],
    "sugar": ["-p", "no:sugar"],
    "benchmark": ["--benchmark-disable"],
    "testmon": ["--no-testmon"],
}
"""Plugins that would run the tests in another order, place or number, and how each is told
not to. Those are pytest11 entry point names."""

_WRAPPED = 20
"""Decorators around one test that are looked below."""

_INERT = ("-p", "no:refute-asked")
"""With `--refute` in a project's `addopts`, the tests that refute runs would start it again."""

Ready = Callable[["Suite"], None]


class Suite:
    """The plugin that takes over when pytest has collected; holds the collected items."""

    def __init__(self, runner: Runner, on_ready: Ready) -> None:
        self.runner = runner
        self.errors: list[tuple[str, str]] = []
        #: When set, only these test files (real paths) are collected.
        self.wanted: frozenset[str] | None = None
        self.items: list[pytest.Item] = []
        self.config: pytest.Config | None = None
        self._on_ready = on_ready

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = list(session.items)
        self.config = session.config
        for item in self.items:
            steady_hypothesis(item)
        self._on_ready(self)
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append((report.nodeid, report.longreprtext[-4000:]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Any:
        if (
            self.wanted is not None
            and isinstance(collector, pytest.File)
            and not isinstance(collector, pytest.Package)
            and os.path.realpath(collector.path) not in self.wanted
        ):
            return pytest.CollectReport(collector.nodeid, "passed", None, [])
        return None


def run_pytest(args: Sequence[str], suite: Suite) -> int:
    """pytest's own main with our plugin; returns its exit code."""
    return int(pytest.main([*args, *calming(args)], plugins=[suite, suite.runner]))


def calming(args: Sequence[str]) -> list[str]:
    """Options that keep other plugins from running the tests elsewhere or otherwise."""
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        return list(_INERT)
    given = " ".join([*args, os.environ.get("PYTEST_ADDOPTS", "")])
    present = {entry.name for entry in metadata.entry_points(group="pytest11")}
    options = list(_INERT)
    for name, words in _CALM.items():
        if name in present and f"no:{name}" not in given:
            options += words
    return options


def quiet_output(config: pytest.Config) -> None:
    """Send what pytest itself prints to nowhere: from now on records are what counts."""
    null = os.open(os.devnull, os.O_WRONLY)
    manager = config.pluginmanager.getplugin("capturemanager")
    capture = getattr(manager, "_global_capturing", None)
    for fd, part in ((1, getattr(capture, "out", None)), (2, getattr(capture, "err", None))):
        saved = part.targetfd_save if isinstance(part, FDCapture) else fd
        os.dup2(null, saved)
    os.close(null)


def clear_capture(config: pytest.Config) -> None:
    """Forget captured output that a killed child left in the files it shared with us."""
    manager = config.pluginmanager.getplugin("capturemanager")
    capture = getattr(manager, "_global_capturing", None)
    for part in (getattr(capture, "out", None), getattr(capture, "err", None)):
        if isinstance(part, FDCapture):
            part.tmpfile.seek(0)
            part.tmpfile.truncate()


def defined_at(item: pytest.Item, root: str) -> str:
    """Where the function of a test is written, as ``path:line``; empty where that is not known.

    All its cases share that, also in classes that inherit it and in files that import them.
    """
    function: Any = getattr(item, "obj", None)
    for _ in range(_WRAPPED):
        if type(function) is MethodType:
            function = function.__func__
        if type(function) is not FunctionType or "__wrapped__" not in function.__dict__:
            break
        function = function.__dict__["__wrapped__"]
    # What a decorator put around tests without saying so would be one place for all of them.
    if type(function) is not FunctionType or not item.name.startswith(function.__code__.co_name):
        return ""
    code = function.__code__
    path = os.path.relpath(os.path.realpath(code.co_filename), os.path.realpath(root))
    return f"{path.replace(os.sep, '/')}:{code.co_firstlineno}"


def steady_hypothesis(item: pytest.Item) -> None:
    """Property tests try the same examples each time, and never fail for being slow."""
    test = getattr(item, "obj", None)
    if not getattr(test, "is_hypothesis_test", False):
        return
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is None:
        return
    function: Any = getattr(test, "__func__", test)
    current = getattr(function, "_hypothesis_internal_use_settings", None)
    function._hypothesis_internal_use_settings = hypothesis.settings(
        current or hypothesis.settings.default,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
