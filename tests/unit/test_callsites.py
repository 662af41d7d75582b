"""A hook at one call of a function: where it fits, what it changes, what it leaves alone."""

from __future__ import annotations

import inspect
import textwrap
import types
from pathlib import Path
from types import FunctionType
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec

import pytest
from tests.unit.hooks import Hooked, place_of
from tests.unit.interpreters import VERSIONS, interpreters, run

from refute_child.callsites import (
    Disturbance,
    UnknownCall,
    armed_call,
    hooked_module,
    is_mock,
    units_of,
)
from refute_child.units import Module, nested_codes

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
