"""A hook at one call of a function: where it fits, what it changes, what it leaves alone."""

from __future__ import annotations

import ast
import asyncio
import inspect
import textwrap
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec

import pytest
from tests.unit.interpreters import VERSIONS, interpreters, run

from refute_child.callsites import (
    RETURNS,
    Disturbance,
    Place,
    UnknownCall,
    armed_call,
    hooked_module,
    is_mock,
    units_of,
)
from refute_child.units import Module, nested_codes
from refute_child.units import units_of as all_units

ON_EACH = pytest.mark.parametrize("version", sorted(set(VERSIONS) & set(interpreters())))

EVERY_CALL = """
import dis, importlib
from refute_child.callsites import Disturbance, armed_call, units_of
from refute_child.mutants import decode
from refute_child.units import Module, nested_codes, pairs

NAMES = ("asyncio.queues", "csv", "json.decoder", "shlex", "tempfile", "textwrap")

def fits(one, other):
    found = list(pairs(one, other))
    return len(found) == len(list(nested_codes(one))) and all(
        (a.co_freevars, a.co_cellvars, a.co_flags) == (b.co_freevars, b.co_cellvars, b.co_flags)
        for a, b in found
    )

def characters(lines, line, column):
    return len(lines[line - 1].encode()[:column].decode()) + 1

found = {"running": 0, "placed": 0, "armed": 0, "misfits": [], "elsewhere": []}
for name in NAMES:
    path = importlib.import_module(name).__file__
    text = decode(open(path, "rb").read())[0]
    lines = text.split("\\n")
    module = Module(path, text)
    for (unit, line) in module._units:
        original = module.original(unit, line)
        for code in nested_codes(original):
            for instruction in dis.get_instructions(code):
                spot = instruction.positions
                if instruction.opname not in ("CALL", "CALL_KW", "CALL_FUNCTION_EX"):
                    continue
                place = (
                    spot.lineno, characters(lines, spot.lineno, spot.col_offset),
                    spot.end_lineno, characters(lines, spot.end_lineno, spot.end_col_offset),
                )
                found["running"] += 1
                (holder,) = units_of(module, [place])
                if holder is None:
                    continue
                found["placed"] += 1
                if holder != (unit, line):
                    found["elsewhere"].append((unit, place))
                if found["placed"] % 2:
                    continue
                hook = Disturbance("0", "typo", lambda f: False)
                armed = armed_call(module, unit, line, place, hook, lambda: None)
                found["armed"] += 1
                if not fits(original, armed):
                    found["misfits"].append((unit, place))
"""


@ON_EACH
def test_calls_of_libraries_are_found_as_they_run_and_the_hooked_code_fits(
    version: str, tmp_path: Path
) -> None:
    found = run(version, "monitoring", EVERY_CALL, tmp_path)
    assert found["elsewhere"] == []
    assert found["misfits"] == []
    assert found["armed"] > 100
    # The others make classes, or end `with` statements.
    assert found["placed"] > 0.9 * found["running"]


def place_of(source: str, text: str) -> Place:
    """The place of the one call with this text."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.get_source_segment(source, node) == text
    ]
    assert len(found) == 1, text
    node = found[0]
    lines = [line.encode() for line in source.split("\n")]
    end_line = node.end_lineno or 0
    column = len(lines[node.lineno - 1][: node.col_offset].decode()) + 1
    end_column = len(lines[end_line - 1][: node.end_col_offset].decode()) + 1
    return node.lineno, column, end_line, end_column


def no_tick() -> None:
    """Counts nothing."""


class Hooked:
    """The first function of a source with a hook at one call."""

    def __init__(
        self,
        source: str,
        call: str,
        path: str = "0",
        change: str = "typo",
        is_double: Callable[[Any], bool] = is_mock,
        tick: Callable[[], None] = no_tick,
    ) -> None:
        source = textwrap.dedent(source)
        module = Module("/project/code.py", source)
        unit, node, _ = next(all_units(module.tree))
        self.hook = Disturbance(path, change, is_double)
        self.code: CodeType = armed_call(
            module, unit, node.lineno, place_of(source, call), self.hook, tick
        )
        self.original = module.original(unit, node.lineno)

    def __call__(self, *args: Any, **names: Any) -> Any:
        """Call the function, with these names as its globals."""
        return FunctionType(self.code, {"__builtins__": __builtins__, **names})(*args)


def test_an_argument_of_a_mock_is_changed_and_the_callers_object_is_not() -> None:
    words = ["delete", "pod"]
    hooked = Hooked("def f(run, words):\n    return run(words, check=True)\n",
                    "run(words, check=True)", "0[0]")  # fmt: skip
    run = Mock(return_value=7)
    assert hooked(run, words) == 7
    run.assert_called_once_with(["deleet", "pod"], check=True)
    assert words == ["delete", "pod"]
    assert hooked.hook.effects == 1


def test_a_keyword_is_dropped() -> None:
    hooked = Hooked("def f(run):\n    run(1, check=True)\n", "run(1, check=True)",
                    "check", "dropped")  # fmt: skip
    run = Mock()
    hooked(run)
    run.assert_called_once_with(1)
    assert hooked.hook.effects == 1


def test_a_real_function_is_called_as_ever_and_by_its_own_caller() -> None:
    seen: list[Any] = []

    def real(*args: Any, **kwargs: Any) -> int:
        frame = inspect.currentframe()
        assert frame is not None
        assert frame.f_back is not None
        seen.append((args, kwargs, frame.f_back.f_code.co_name))
        return 3

    hooked = Hooked("def f(run):\n    return run('word', *[1], a=2, **{'b': 3})\n",
                    "run('word', *[1], a=2, **{'b': 3})")  # fmt: skip
    assert hooked(real) == 3
    assert seen == [(("word", 1), {"a": 2, "b": 3}, "f")]
    assert hooked.hook.effects == 0


def test_starred_arguments_of_a_double() -> None:
    hooked = Hooked("def f(run, args, kwargs):\n    run(*args, **kwargs)\n",
                    "run(*args, **kwargs)", "self")  # fmt: skip
    run = Mock()
    hooked(run, ("a",), {"self": "word", "function": 1, "args": 2})
    run.assert_called_once_with("a", self="wodr", function=1, args=2)


def test_only_the_call_at_that_place() -> None:
    source = "def f(run):\n    return [run('one').more('one'), run('one')]\n"
    hooked = Hooked(source, "run('one').more('one')")
    run = Mock()
    hooked(run)
    assert [call.args for call in run.call_args_list] == [("one",), ("one",)]
    run.return_value.more.assert_called_once_with("oen")


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ("sum(x for x in [run('one')])", "run('one')"),
        ("[run('one') for _ in 'a']", "run('one')"),
        ("(lambda: run('one'))()", "run('one')"),
        ("f'{run(\"one\")}'", 'run("one")'),
        ("run('one') if run else 0", "run('one')"),
        ("[y := run('one')]", "run('one')"),
        ("{'é': run('one'), **{}}", "run('one')"),
        ("obj.a.b['c'].run('one')", "obj.a.b['c'].run('one')"),
        ("obj\\\n  .run(\n 'one',\n )", "obj\\\n  .run(\n 'one',\n )"),
    ],
)
def test_calls_in_all_kinds_of_expressions(body: str, call: str) -> None:
    hooked = Hooked(f"def f(run, obj):\n    return {body}\n", call)
    run, obj = Mock(return_value=1), MagicMock()
    obj.run = obj.a.b["c"].run = run
    hooked(run, obj)
    run.assert_called_once_with("oen")


def test_free_variables_private_names_and_class_cells_stay() -> None:
    source = """\
    class A:
        def f(self, run):
            seen = []
            def inner(word):
                seen.append(self.__run(word, __key=1))
                return super().__repr__() and __class__
            inner("word")
            return seen
    """
    hooked = Hooked(source, "self.__run(word, __key=1)")
    before, after = (
        [(c.co_name, c.co_freevars, c.co_cellvars, c.co_flags) for c in nested_codes(code)]
        for code in (hooked.original, hooked.code)
    )
    assert before == after
    assert "_A__run" in {name for code in nested_codes(hooked.code) for name in code.co_names}


def test_bare_super_is_left_alone_and_its_method_is_not() -> None:
    source = "class A:\n    def f(self):\n        return super().f('one')\n"
    module = Module("/project/code.py", source)
    bare, method = place_of(source, "super()"), place_of(source, "super().f('one')")
    assert units_of(module, [bare, method]) == [None, ("A.f", 2)]
    with pytest.raises(UnknownCall, match="no call at line 3, column 16"):
        armed_call(module, "A.f", 2, bare, Disturbance("0", "typo", is_mock), lambda: None)
    space: dict[str, Any] = {}
    exec(source.replace("class A:", "class A(B):"), {"B": type("B", (), {})}, space)
    hook = Disturbance("0", "typo", lambda _: True)
    owner = type("B", (), {"f": lambda self, word: word})
    changed = type("A", (owner,), {})
    code = armed_call(module, "A.f", 2, method, hook, lambda: None)
    made = FunctionType(code, {"__builtins__": __builtins__}, closure=(types.CellType(changed),))
    assert made(changed()) == "oen"


@pytest.mark.parametrize("call", ["locals()", "eval('a')", "vars()", "globals()"])
def test_what_looks_at_its_callers_frame_still_sees_it(call: str) -> None:
    hooked = Hooked(f"def f(a):\n    return {call}\n", call)
    plain = FunctionType(hooked.original, {"__builtins__": __builtins__})(5)
    found = hooked(5)
    assert found == plain or set(found) == set(plain)


def test_ticks_are_still_counted() -> None:
    ticks: list[int] = []
    source = "def f(run, n):\n    while n:\n        n -= run('one')\n"
    hooked = Hooked(source, "run('one')", tick=lambda: ticks.append(1))
    hooked(Mock(return_value=1), 3)
    assert len(ticks) == 1 + 3
    assert hooked.hook.effects == 3


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("emptied", "text", ""),
        ("emptied", [1], []),
        ("other_value", 0, 1),
        ("other_value", True, False),
        ("none", types.SimpleNamespace(), None),
    ],
)
def test_a_result_is_changed(change: str, before: Any, after: Any) -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, change)
    run = Mock(return_value=before)
    assert hooked(run) == after
    run.assert_called_once_with(1)
    assert hooked.hook.effects == 1


@pytest.mark.parametrize("double", [Mock(return_value=1), Mock(side_effect=KeyError("x"))])
def test_a_result_that_raises(double: Mock) -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "raises")
    with pytest.raises(RuntimeError, match="injected by refute"):
        hooked(double)
    double.assert_called_once_with(1)
    assert hooked.hook.effects == 1


def test_an_exception_that_does_not_come() -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "none")
    assert hooked(Mock(side_effect=KeyError("x"))) is None
    assert hooked.hook.effects == 1


def test_an_exception_that_the_change_does_not_concern() -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "emptied")
    with pytest.raises(KeyError):
        hooked(Mock(side_effect=KeyError("x")))
    assert hooked.hook.effects == 0


def numbers() -> Iterator[int]:
    yield 1


class Session:
    """Entered by ``async with``."""

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Nothing to be ended."""


@pytest.mark.parametrize("value", [numbers(), Session()])
def test_generators_and_what_is_entered_are_handed_on(value: Any) -> None:
    hooked = Hooked("def f(run):\n    return run()\n", "run()", RETURNS, "none")
    assert hooked(Mock(return_value=value)) is value
    assert hooked.hook.effects == 0


AWAITS = {
    "at once": "async def f(run):\n    return await run('one')\n",
    "later": "async def f(run):\n    late = run('one')\n    return await late\n",
    "gathered": (
        "async def f(run):\n    import asyncio\n    return (await asyncio.gather(run('one')))[0]\n"
    ),
    "as a task": (
        "async def f(run):\n    import asyncio\n    return await asyncio.create_task(run('one'))\n"
    ),
}


@pytest.mark.parametrize("source", AWAITS.values(), ids=AWAITS)
def test_an_awaited_value_is_changed(source: str) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "other_value")
    run = AsyncMock(return_value=3)
    assert asyncio.run(hooked(run)) == 4
    run.assert_awaited_once_with("one")
    assert hooked.hook.effects == 1


@pytest.mark.parametrize("source", AWAITS.values(), ids=AWAITS)
@pytest.mark.parametrize("double", [{"return_value": 3}, {"side_effect": KeyError}])
def test_an_awaited_value_that_raises(source: str, double: dict[str, Any]) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "raises")
    run = AsyncMock(**double)
    with pytest.raises(RuntimeError, match="injected"):
        asyncio.run(hooked(run))
    run.assert_awaited_once_with("one")


def test_an_argument_of_an_awaited_call() -> None:
    hooked = Hooked(AWAITS["at once"], "run('one')")
    run = AsyncMock(return_value=3)
    assert asyncio.run(hooked(run)) == 3
    run.assert_awaited_once_with("oen")


@pytest.mark.parametrize(("source", "after"), [(AWAITS["at once"], 4), (AWAITS["later"], 3)])
def test_a_future_is_changed_only_where_nothing_but_its_value_is_used(
    source: str, after: int
) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "other_value")

    async def main() -> Any:
        future = asyncio.get_running_loop().create_future()
        future.set_result(3)
        return await hooked(Mock(return_value=future))

    assert asyncio.run(main()) == after


def test_what_counts_as_a_mock() -> None:
    class Claims:
        __class__ = Mock

    real = textwrap.dedent
    assert all(map(is_mock, (Mock(), MagicMock(spec=str), AsyncMock().x, create_autospec(real))))
    assert not any(map(is_mock, (real, None, Mock, Claims(), lambda: 1)))


UNITS = """\
import os

@os.register(os.first("é"))
class A:
    x = os.at_import()

    def method(self, default=os.default()):
        é = "é"; os.after_umlaut()
        def inner():
            return os.nested(os.deep())
        return [os.listed() for _ in inner()]

if os.name:
    async def g():
        await (os
               .method_on_another_line())
"""


def test_units_of_calls() -> None:
    module = Module("/project/code.py", UNITS)
    calls = {
        'os.first("é")': None,
        "os.at_import()": None,
        "os.default()": None,
        "os.after_umlaut()": ("A.method", 7),
        "os.nested(os.deep())": ("A.method", 7),
        "os.deep()": ("A.method", 7),
        "os.listed()": ("A.method", 7),
    }
    places = [place_of(UNITS, call) for call in calls]
    assert units_of(module, places) == list(calls.values())
    # As the tree has it, and as a running program tells it.
    assert units_of(module, [(15, 16, 16, 41), (16, 17, 16, 39)]) == [("g", 14)] * 2
    assert units_of(module, [(8, 1, 8, 5), (99, 1, 99, 2), (0, 0, 0, 0)]) == [None] * 3


def test_a_whole_module_with_a_hook() -> None:
    module = Module("/project/code.py", source := "x = run('one')\ndef f(): return run('two')\n")
    for call, words in (("run('one')", ["oen", "two"]), ("run('two')", ["one", "tow"])):
        run = Mock()
        hook = Disturbance("0", "typo", is_mock)
        space: dict[str, Any] = {"run": run}
        exec(hooked_module(module, place_of(source, call), hook), space)
        space["f"]()
        assert [c.args[0] for c in run.call_args_list] == words
    assert module.original_module() == compile(
        source, "/project/code.py", "exec", dont_inherit=True
    )


def test_a_place_without_a_call() -> None:
    module = Module("/project/code.py", "def f():\n    return 1\n")
    with pytest.raises(UnknownCall, match="no call at line 2, column 12"):
        hooked_module(module, (2, 12, 2, 13), Disturbance("0", "typo", is_mock))
