"""Probes compare beside the program: once, in order, not for ever, and they keep nothing."""

from __future__ import annotations

import textwrap
import weakref
from functools import partial
from types import FunctionType
from typing import Any

from tests.unit.probed import CLASSES, mutants_of, outcome

from refute_child.probes import INFECTED as NOTED
from refute_child.probes import probe_unit
from refute_child.units import Module


def called(values: list[Any], scope: dict[str, Any]) -> Any:
    return scope["f"](*values)


def test_operations_happen_once_and_in_order() -> None:
    source = (
        f"{CLASSES}\ndef f(a, b, c):\n"
        "    if count(a) + 1 < count(b) - c and (a or b):\n"
        "        return [x + c for x in (a, b) if x < count(c)], a.size if c else b\n"
        "    return count(a)\n"
    )
    module = Module("f.py", source)
    ((key, records),) = ((k, r) for k, r in mutants_of("f.py", source).items() if k[0] == "f")
    results = []
    for probing in (False, True):
        scope: dict[str, Any] = {}
        exec(compile(source, "f.py", "exec"), scope)
        if probing:
            code, probed = probe_unit(module, *key, records, lambda _: None)
            assert len(probed) > 10
            scope["f"].__code__ = code
        for arguments in ("1, 5, 1", "Loud(), Loud(), 1", "Loud(False), 2, Loud()", "0, 9, None"):
            values = eval(f"[{arguments}]", scope)
            text = outcome(partial(called, values), scope)
            told = [getattr(value, "told", None) for value in values]
            results.append((probing, text, str(told)))
        results.append((probing, str(len(scope["SEEN"])), ""))
    half = len(results) // 2
    assert [r[1:] for r in results[:half]] == [r[1:] for r in results[half:]]


def test_each_mutant_is_noted_once_in_each_test() -> None:
    source = "def f(a):\n    return a > 1\n"
    (records,) = mutants_of("f.py", source).values()
    noted: list[int] = []
    seen = bytearray(len(records))
    code, probed = probe_unit(Module("f.py", source), "f", 1, records, noted.append, seen)
    function = FunctionType(code, {})
    function(1)
    function(1)
    assert 0 < len(set(noted)) == len(noted)
    assert {index for index, state in enumerate(seen) if state == NOTED} == set(noted) <= probed
    first = sorted(noted)
    seen[:] = bytes(len(seen))
    noted.clear()
    function(1)
    assert sorted(noted) == first


def test_long_loops_are_not_compared_for_ever() -> None:
    source = "def f(a):\n    return a > 1\n"
    (records,) = mutants_of("f.py", source).values()
    noted: list[int] = []
    code, probed = probe_unit(Module("f.py", source), "f", 1, records, noted.append)
    function = FunctionType(code, {})
    function(7)
    assert set(noted) < probed
    for _ in range(500):
        function(7)
    # What never differed is given a long time; in the end it is held to differ.
    assert set(noted) < probed
    for _ in range(50_000):
        function(7)
    assert set(noted) == probed


def test_what_differed_in_another_test_is_not_compared_for_long() -> None:
    source = "def f(a):\n    return a > 1\n"
    (records,) = mutants_of("f.py", source).values()
    noted: list[int] = []
    seen = bytearray(len(records))
    code, probed = probe_unit(Module("f.py", source), "f", 1, records, noted.append, seen)
    function = FunctionType(code, {})
    for value in (0, 1, 2, 7):
        function(value)
    assert set(noted) == probed
    seen[:] = bytes(len(seen))
    noted.clear()
    for _ in range(60):
        function(7)
    assert set(noted) < probed
    for _ in range(10):
        function(7)
    assert set(noted) == probed


def test_private_names() -> None:
    source = (
        "class _Box:\n    def __init__(self, size):\n        self.__size = size\n"
        "    def big(self, limit):\n        return self.__size + limit[0] > 3\n"
        "    def any(self):\n        if self.__size:\n            return 1\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(source, "f.py", "exec"), scope)
    noted: list[str] = []
    module = Module("f.py", source)
    for key, records in mutants_of("f.py", source).items():

        def note(index: int, records: list[dict[str, Any]] = records) -> None:
            noted.append(records[index]["operator"])

        code, _ = probe_unit(module, *key, records, note)
        getattr(scope["_Box"], key[0].partition(".")[2]).__code__ = code
    assert scope["_Box"](2).any() == 1
    assert "condition_true" not in noted
    assert scope["_Box"](0).any() is None
    assert "condition_true" in noted
    assert "arithmetic" not in noted
    assert scope["_Box"](2).big([5]) is True
    assert "arithmetic" in noted


def test_nothing_is_kept_alive() -> None:
    source = f"{CLASSES}\ndef f(a, b, c):\n    if a.own() < b.size: pass\n    return c()\n"
    (records,) = (r for key, r in mutants_of("f.py", source).items() if key[0] == "f")
    scope: dict[str, Any] = {}
    exec(compile(source, "f.py", "exec"), scope)

    class Maker:
        def own(self) -> Any:
            made = scope["Loud"]()
            self.made = weakref.ref(made)
            return made

    unit_line = records[0]["unit_line"]
    code, _ = probe_unit(Module("f.py", source), "f", unit_line, records, lambda _: None)
    assert any(name.startswith("refute") for name in code.co_varnames)
    maker = Maker()
    left = FunctionType(code, scope)(maker, scope["Quiet"](), lambda: maker.made())
    assert left is None


def test_user_names_do_not_matter() -> None:
    source = textwrap.dedent("""\
        isinstance = len = type = None
        def f(a):
            return a > 1
        """)
    (records,) = mutants_of("f.py", source).values()
    noted: list[int] = []
    code, _ = probe_unit(Module("f.py", source), "f", 2, records, noted.append)
    assert FunctionType(code, {"__builtins__": {}})(2) is True
    assert {records[i]["operator"] for i in noted} >= {"comparison"}
