"""What pytest says of a failure: one test run once more under one mutant, for the text alone.

It also counts how many calls lie between the test and the mutated function: the fewer, the
easier it is to find one's way from the reported line to the fault.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from os.path import realpath as _realpath
from sys import _getframe
from types import ModuleType
from typing import Any

import pytest

from .bench import Bench, Side
from .boot import is_library
from .brokered import trying
from .observe.masks import MASK, without_secrets
from .swap import Unswappable
from .trial import Arming, Ticks
from .wire import Record

_READ = 200_000
"""Characters of a text that are looked at; of longer ones the end, where the failure is."""
_HEAD, _TAIL = 4_000, 12_000
"""Characters that are handed over, of the beginning and of the end."""
_LOOKS = 500
"""Starts of the mutated function, and turns of its loops, at which the way there is counted."""
_DEEPEST = 400
_INNER = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>")
_ENDLESS = 1 << 60
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_CUT = re.compile(
    r"(?<![A-Za-z])(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|hvs\.|npm_|pypi-|eyJ|[sr]k[_-]"
    r"|whsec_|AKIA|AIza)"
    r"[\w.+/=-]*?\.\.\.[\w+/=-]*"
)
"""What is left of a secret where pytest has cut the middle out of a value."""


class Way(Ticks):
    """Told whenever the mutated function starts; counts the project's calls up to the tests."""

    def __init__(self, is_project: Side, is_library: Side) -> None:
        super().__init__()
        #: The fewest so far; None while no way from the tests was seen.
        self.calls: int | None = None
        self._is_project = is_project
        self._is_library = is_library

    def tick(self) -> None:
        """Called by armed code."""
        self.count += 1
        if self.count <= _LOOKS and self.calls != 1:
            found = self._count()
            if found and (self.calls is None or found < self.calls):
                self.calls = found

    def _count(self) -> int:
        """Frames of the project below the tests' own; 0 where there are none of the tests'."""
        frame, calls = _getframe(2), 0
        for _ in range(_DEEPEST):
            name = frame.f_code.co_filename
            if self._is_project(name):
                # Where comprehensions are inlined is the interpreter's business.
                calls += frame.f_code.co_name not in _INNER
            elif not self._is_library(name):
                return calls
            if frame.f_back is None:
                break
            frame = frame.f_back
        return 0


class Failed:
    """Keeps the first failure of a test as pytest reports it."""

    def __init__(self, is_project: Side, is_library: Side) -> None:
        self.said: Record = {}
        self._is_project = is_project
        self._is_library = is_library

    def hear(self, excinfo: pytest.ExceptionInfo[BaseException], report: pytest.TestReport) -> None:
        """Take in one failed report."""
        if self.said:
            return
        text = report.longreprtext
        crash = getattr(report.longrepr, "reprcrash", None)
        file, line = (str(crash.path), int(crash.lineno)) if crash is not None else ("", 0)
        message = str(crash.message) if crash is not None else ""
        self.said = {
            "text": _shown(text, _HEAD, _TAIL),
            "message": _shown(message, _TAIL, 0),
            "exception": type(excinfo.value).__name__,
            "lines": len(text.splitlines()),
            "file": file,
            "line": line,
            "side": self._side(file),
            "function": _function(excinfo, file, line),
        }

    def _side(self, file: str) -> str:
        if not file:
            return ""
        if self._is_project(file):
            return "project"
        return "library" if self._is_library(file) else "tests"


def _function(excinfo: pytest.ExceptionInfo[BaseException], file: str, line: int) -> str:
    """The qualified name of the function in which the reported line lies."""
    for entry in reversed(excinfo.traceback):
        code: Any = entry.frame.code.raw
        if code.co_filename == file and entry.lineno + 1 == line:
            return str(code.co_qualname)
    return ""


def _shown(text: str, head: int, tail: int) -> str:
    """The text without secrets and addresses, and without its middle where it is long."""
    text = _CUT.sub(MASK, without_secrets(text[-_READ:]))
    text = _ADDRESS.sub("0x...", text)
    if len(text) <= head + tail:
        return text
    return f"{text[:head]}\n...\n{text[len(text) - tail :]}" if tail else text[:head]


def warm_up() -> None:
    """Before the first fork: what pytest would look up for its texts in each of them anew.

    ``inspect`` remembers which file each module came from; here it is told without asking the
    modules themselves, which may be of a kind that runs code when asked.
    """
    known: dict[str, str] = getattr(inspect, "_filesbymodname", {})
    for name, module in list(sys.modules.items()):
        if type(module) is not ModuleType or name in known:
            continue
        own = vars(module)
        file, called = own.get("__file__"), own.get("__name__")
        if type(file) is str and type(called) is str and file.endswith(".py"):
            known[name] = file
            inspect.modulesbyfile[file] = called
            inspect.modulesbyfile[_realpath(file)] = called
    # Compiles the patterns that it needs.
    inspect.getblock(["def nothing():\n", "    pass\n"])


class Telling:
    """Answers requests for texts, each in a fork."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def answer(self, request: Record) -> Record:
        """Run one test under one mutant.

        Gives ``told``, with the line at which the test failed as ``at``; ``passed`` if it did
        not; ``unswappable``; or none of these when the test's process ended.
        """
        warm_up()
        item, mutant = self._bench.suite.items[request["test"]], request["mutant"]
        self._bench.arming.prepare(mutant)
        return self._bench.answer(request, lambda _: self._tell(item, mutant))

    def _tell(self, item: pytest.Item, mutant: Record) -> Record:
        bench = self._bench
        option, runner = item.config.option, bench.suite.runner
        if getattr(option, "tbstyle", "auto") in ("no", "line"):
            # The user asks to be spared the texts; whether they are good is asked here.
            option.tbstyle = "auto"
        failed, way = Failed(bench.is_project, is_library), Way(bench.is_project, is_library)
        runner.after = failed.hear
        way.begin(_ENDLESS, lambda: None)
        try:
            Arming(bench.texts, way, bench.sources).arm(mutant, bench.live, bench.loaded)
        except Unswappable as reason:
            return {"unswappable": str(reason)}
        trying(os.environ, mutant)
        bench.forks.board.start(0)
        record = runner.run(item, None, detailed=True)
        if record["outcome"] != "failed" or not failed.said:
            return {"passed": record["outcome"]}
        told = {**failed.said, "at": record["failure"]["line"], "calls": way.calls}
        return {"told": told}
