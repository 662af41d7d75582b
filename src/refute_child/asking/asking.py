"""A call of the project's at which a double raises, and the question whether the real one could.

One test is run in a fork, with a hook at the call. When the double raises there, the real
function is examined with the very arguments and the very exception, in processes beside the
test, which goes on as if nobody had asked.
"""

from __future__ import annotations

from types import CoroutineType
from typing import Any

import pytest

from ..bench import Bench
from ..callsites import RETURNS, Disturbance, stands_in
from ..observe.doubles import Doubles, stands_for
from ..observe.shown import name_of
from ..observe.sides import PROJECT, TEST, Sides
from ..swap import Unswappable
from ..trial import Ticks
from ..wire import Record
from .examining import Examination
from .functions import Functions
from .trying import TICKS, give_up, on_purpose

__tracebackhide__ = True
_MOST = 4
"""Different exceptions that are asked about at one call in one test."""


class Asking(Disturbance):
    """The hook; changes nothing. ``found`` has a record for each class of exception."""

    def __init__(self, functions: Functions, sides: Sides, root: str) -> None:
        super().__init__(RETURNS, "", stands_in)
        self.found: dict[str, Record] = {}
        self._functions = functions
        self._sides = sides
        self._root = root

    def _result(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            self._ask(function, args, kwargs, error, later=False)
            raise
        if type(value) is CoroutineType:
            return self._awaited(value, function, args, kwargs)
        return value

    async def _awaited(
        self, coroutine: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        try:
            return await coroutine
        except Exception as error:
            self._ask(function, args, kwargs, error, later=True)
            raise

    def _ask(
        self,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        error: Exception,
        *,
        later: bool,
    ) -> None:
        name = name_of(type(error))
        if name in self.found or len(self.found) >= _MOST or not self._configured(error):
            return
        examination = Examination(self._functions, error, self._root)
        try:
            said = examination.verdict(stands_for(function), args, kwargs, later=later)
        except Exception as problem:
            said = {"verdict": "not_examined", "why": f"refute failed: {name_of(type(problem))}"}
        self.found[name] = {"exception": name, **said}

    def _configured(self, error: Exception) -> bool:
        """Whether the tests made the double raise this, and no accident or refusal did."""
        if isinstance(error, AssertionError | StopIteration | StopAsyncIteration):
            return False
        trace = error.__traceback__
        assert trace is not None
        while trace.tb_next is not None:
            trace = trace.tb_next
            if self._sides[trace.tb_frame.f_code.co_filename] == PROJECT:
                return False
        code = trace.tb_frame.f_code
        tests = self._sides[code.co_filename] == TEST
        return (tests or code.co_name == "_execute_mock_call") and on_purpose(error)


def ask(bench: Bench, item: pytest.Item, fault: Record) -> Record:
    """Run one test with the hook at the place of ``fault``; in a fork, which ends then.

    Gives ``found``, or ``unswappable``.
    """
    runner = bench.suite.runner
    doubles = Doubles(*bench.sides)
    doubles.start()
    runner.before = doubles.begin
    ticks = Ticks()
    ticks.begin(TICKS, give_up)
    functions = Functions(bench.texts, bench.live, bench.is_project, ticks.tick)
    hook = Asking(functions, Sides(*bench.sides), bench.root)
    try:
        bench.arm(fault, hook)
    except Unswappable as reason:
        return {"unswappable": str(reason)}
    bench.forks.board.start(0)
    runner.run(item, None, detailed=False)
    return {"found": list(hook.found.values())}
