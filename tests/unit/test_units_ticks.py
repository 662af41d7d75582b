"""Armed code counts its starts and turns, and is else what it was."""

from __future__ import annotations

import asyncio.queues
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest
from tests.unit.unit_codes import call, edited, first, module

from refute_child.units import nested_codes


class Counter:
    """Counts ticks."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


LOOPS = '''\
def f(n):
    """Doc."""
    total = 0
    for i in range(n):
        total += i
    while n:
        n -= 1
    def inner():
        return total
    return inner()
'''


def armed(source: str, tick: Callable[[], None], edit: tuple[int, int, str] | None = None) -> Any:
    """The first unit of the text, armed."""
    return module(source).armed(*first(source), edit, tick)


def test_ticks_count_starts_and_turns() -> None:
    ticks = Counter()
    code = armed(LOOPS, ticks)
    assert call(code, 3) == 3
    assert ticks.count == 1 + 3 + 3 + 1
    assert code.co_consts[0] == "Doc."
    assert FunctionType(code, {}).__doc__ == "Doc."


def test_ticks_of_the_mutant_are_counted() -> None:
    ticks = Counter()
    code = armed(LOOPS, ticks, edited(LOOPS, "while n:", "while n > 1:"))
    assert call(code, 3) == 3
    assert ticks.count == 1 + 3 + 2 + 1


def test_ticks_are_out_of_reach_of_names() -> None:
    ticks = Counter()
    code = armed("def f(*a):\n    return sorted(a)\n", ticks)
    assert FunctionType(code, {"__builtins__": {"sorted": tuple}})(2, 1) == (2, 1)
    assert ticks.count == 1
    assert "tick" not in " ".join([*code.co_names, *code.co_varnames])


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f():\n    '''only a docstring'''\n", 1),
        ("def f(): pass\n", 1),
        ("def f():\n    for x in ():\n        pass\n    else:\n        x = 1\n", 1),
        ("def f():\n    for x in 'ab':\n        for y in 'cd':\n            pass\n", 1 + 2 + 4),
        ("def f():\n    return [x for x in 'abc']\n", 1),
        ("def f():\n    g = lambda: 1\n    return g()\n", 1),
        ("def f():\n    class A:\n        def g(self): ...\n    A().g()\n", 2),
    ],
)
def test_where_ticks_are(source: str, count: int) -> None:
    ticks = Counter()
    call(armed(source, ticks))
    assert ticks.count == count


def test_generators_and_coroutines_stay_what_they_are() -> None:
    ticks = Counter()
    assert list(call(armed("def f():\n    while True:\n        yield 1\n        return\n", ticks)))
    assert ticks.count == 2
    assert asyncio.iscoroutinefunction(
        FunctionType(armed("async def f():\n    async for x in y:\n        pass\n", ticks), {})
    )


FREE = """\
def outer(a, b):
    def inner(c):
        return a + b + c
    return inner
"""


def test_armed_code_keeps_free_variables_that_the_mutant_no_longer_reads() -> None:
    parsed = module(FREE)
    plain = parsed.mutated("outer", 1, *edited(FREE, "a + b + c", "c"))
    kept = parsed.armed("outer", 1, edited(FREE, "a + b + c", "c"), lambda: None)
    before = parsed.original("outer", 1)
    frees = [[code.co_freevars for code in nested_codes(whole)] for whole in (before, plain, kept)]
    assert frees == [[(), ("a", "b")], [(), ()], [(), ("a", "b")]]
    assert call(kept, 1, 2)(3) == 3


def test_armed_methods_keep_class_cells() -> None:
    source = "class A:\n    def f(self):\n        return super().f()\n"
    code = module(source).armed("A.f", 2, edited(source, "super().f()", "None"), lambda: None)
    assert code.co_freevars == ("__class__",)
