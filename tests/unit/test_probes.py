"""Probed functions behave as before, and never miss a mutant that differs."""

from __future__ import annotations

import importlib
import re
import textwrap
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from refute_child.mutants import find_mutants
from refute_child.probes import INFECTED as NOTED
from refute_child.probes import probe_unit
from refute_child.units import Module, nested_codes, pairs

Call = Callable[[Any], Any]


def mutants_of(path: str, source: str) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The mutants of a source that could be run, by unit."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for record in find_mutants(path, source):
        if record["unit"] is not None and not record["excluded"]:
            found.setdefault((record["unit"], record["unit_line"]), []).append(record)
    return found


def outcome(call: Call, scope: Any) -> str:
    """What a call gives, or how it fails, as text."""
    try:
        text = repr(call(scope))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    return re.sub("0x[0-9a-f]+", "0x", text)


CLASSES = '''\
import math

class Loud:
    """Tells of everything that is done to it."""
    def __init__(self, value=True):
        self.value = value
        self.told = []
    def __eq__(self, other):
        self.told.append("eq")
        return self.value
    __hash__ = None
    def __lt__(self, other):
        self.told.append("lt")
        return self.value
    def __bool__(self):
        self.told.append("bool")
        return self.value
    def __add__(self, other):
        self.told.append("add")
        return 3
    @property
    def size(self):
        self.told.append("size")
        return 3

class Quiet:
    def __init__(self, size=0, name=""):
        self.size = size
        self.name = name

class Slotted:
    __slots__ = ("size",)
    def __init__(self, size):
        self.size = size

class Shadowed:
    size = 3

class Setting:
    def __init__(self, size):
        self.__dict__["size"] = size
    def __setattr__(self, name, value):
        self.__dict__[name] = value + 1

def want(text):
    if isinstance(text, str):
        text = text.encode("utf-8")
    return text

def count(text):
    SEEN.append(text)
    return text

SEEN = []
LIMIT = 5
'''

NEVER, INFECTED, UNPROBED = "never", "infected", "unprobed"


@pytest.mark.parametrize(
    ("body", "mutated", "call", "expected"),
    [
        # Comparisons stand on their border or not.
        ("def f(a, b): return a «<» b", "<=", "f(1, 2)", NEVER),
        ("def f(a, b): return a «<» b", "<=", "f(2, 2)", INFECTED),
        ("def f(a, b): return a «<» b", ">=", "f(1, 2)", INFECTED),
        ("def f(a, b): return a «<» b", "<=", "f(Loud(), 2)", INFECTED),
        ("def f(a, b): return a «<» b", "<=", "f(1, 'x')", INFECTED),
        ("def f(a, b): return a «<» b", "<=", "f((1, 2), (1, 3))", NEVER),
        ("def f(a, b): return a «<» b", "<=", "f([1], [2])", INFECTED),
        ("def f(a): return a.size «<» LIMIT", "<=", "f(Quiet(3))", NEVER),
        ("def f(a): return a.size «<» LIMIT", "<=", "f(Loud())", NEVER),
        ("def f(a): return a.size «<» LIMIT", "<=", "f(Quiet(5))", INFECTED),
        ("def f(a): return a «is» None", "is not", "f(1)", UNPROBED),
        ("def f(a, b): return a and b «is» None", "is not", "f(0, 1)", NEVER),
        ("def f(a, b): return a and b «is» None", "is not", "f(1, 1)", INFECTED),
        ("def f(a): return count(a) «>» 1", ">=", "f(2)", NEVER),
        ("def f(a): return count(a) «>» 1", ">=", "f(1)", INFECTED),
        ("def f(a): return [x for x in a if x «>» 1]", ">=", "f([2, 3, 0])", NEVER),
        ("def f(a): return [x for x in a if x «>» 1]", ">=", "f([2, 1])", INFECTED),
        ("def f(a): return f'{a «>» 1}'", ">=", "f(1)", INFECTED),
        ("def f(a): return (lambda b: b «>» 1)(a)", ">=", "f(2)", NEVER),
        ("def f(a): return (lambda b: b «>» 1)(a)", ">=", "f(1)", INFECTED),
        ("def f(a):\n    def g(b): return a «>» b\n    return g(1)", ">=", "f(2)", NEVER),
        ("def f(a):\n    def g(b): return a «>» b\n    return g(1)", ">=", "f(1)", INFECTED),
        # Conditions: what is no longer evaluated must have had no effect.
        ("def f(a):\n    if «a»: return 1", "True", "f(7)", NEVER),
        ("def f(a):\n    if «a»: return 1", "True", "f([])", INFECTED),
        ("def f(a):\n    if «a»: return 1", "True", "f(Loud())", INFECTED),
        ("def f(a):\n    if «a»: return 1", "False", "f('')", NEVER),
        ("def f(a):\n    if «a»: return 1", "True", "f(Quiet())", NEVER),
        ("def f(a):\n    if «a.size»: return 1", "True", "f(Quiet(1))", NEVER),
        ("def f(a):\n    if «a.size»: return 1", "True", "f(Slotted(1))", NEVER),
        ("def f(a):\n    if «a.size»: return 1", "True", "f(Shadowed())", NEVER),
        ("def f(a):\n    if «a.size»: return 1", "True", "f(Loud())", INFECTED),
        ("def f(a):\n    if «a.size»: return 1", "True", "f(None)", INFECTED),
        ("def f(a):\n    if «a.none»: return 1", "True", "f(Quiet())", INFECTED),
        ("def f(a):\n    if «isinstance(a, str)»: return 1", "True", "f('')", NEVER),
        ("def f(a):\n    if «isinstance(a, str)»: return 1", "False", "f('')", INFECTED),
        ("def f(a):\n    if «count(a)»: return 1", "True", "f(1)", INFECTED),
        ("def f(a):\n    while «a»: a = 0", "False", "f(0)", NEVER),
        ("def f(a): return 1 if «a» else 2", "True", "f(3)", NEVER),
        ("def f(a): return [x for x in a «if x»]", "", "f([1])", NEVER),
        ("def f(a): return [x for x in a «if x»]", "", "f([0])", INFECTED),
        ("def f(a): return [x for x in a «if x»]", "", "f([Loud()])", INFECTED),
        # Short circuits.
        ("def f(a, b): return a« or b»", "", "f(1, 2)", NEVER),
        ("def f(a, b): return a« or b»", "", "f(0, 2)", INFECTED),
        ("def f(a, b): return a« or b»", "", "f(0, 0)", NEVER),
        ("def f(a, b): return «a or »b", "", "f(0, 2)", NEVER),
        ("def f(a, b): return «a or »b", "", "f(Loud(False), 2)", INFECTED),
        ("def f(a, b): return «count(a) or »b", "", "f(0, 2)", INFECTED),
        ("def f(a, b): return «a and »b", "", "f(3, 2)", NEVER),
        ("def f(a, b): return «a and »b", "", "f(0, 2)", INFECTED),
        ("def f(a, b): return «a and »b", "", "f(Loud(), 2)", INFECTED),
        ("def f(a, b): return «count(a) and »b", "", "f(1, 2)", INFECTED),
        ("def f(a, b): return «(a := 4) and »a", "", "f(4, 2)", UNPROBED),
        ("def f(a, b, c): return a and« b and» count(c)", "", "f(1, 2, 3)", NEVER),
        ("def f(a, b, c): return a and« b and» count(c)", "", "f(1, 0, 3)", INFECTED),
        ("def f(a, b, c): return a and« b and» count(c)", "", "f(0, 0, 3)", NEVER),
        ("def f(a, b): return count(a) «and» b", "or", "f(1, 1)", NEVER),
        ("def f(a, b): return count(a) «and» b", "or", "f(1, 2)", INFECTED),
        ("def f(a, b):\n    if a «and» b: return 1", "or", "f(1, 2)", NEVER),
        ("def f(a, b):\n    if a «and» b: return 1", "or", "f(0, 2)", INFECTED),
        # Arithmetic: signs of zero and types count.
        ("def f(a, b): return a «+» b", "-", "f(1, 0)", NEVER),
        ("def f(a, b): return a «+» b", "-", "f(0.0, 0)", NEVER),
        ("def f(a, b): return a «+» b", "-", "f(-0.0, 0.0)", INFECTED),
        ("def f(a, b): return a «+» b", "-", "f('', 'x')", INFECTED),
        ("def f(a, b): return a «+» b", "-", "f(Loud(), 0)", INFECTED),
        ("def f(a): return a «//» 1", "/", "f(2)", INFECTED),
        ("def f(a): return a «//» 1", "/", "f(2.0)", NEVER),
        ("def f(a, b): return a «-» b == 0", "+", "f(1, 2)", NEVER),
        ("def f(a, b): return a «-» b == 0", "+", "f(1, 1)", INFECTED),
        ("def f(a, b): return a «<<» b", ">>", "f(1, 0)", NEVER),
        ("def f(a, b): return a «**» b", "*", "f(2, 2)", NEVER),
        ("def f(a, b): return a «*» b", "/", "f('x', 3)", INFECTED),
        ("def f(a):\n    a «+=» 1\n    return a", "-=", "f(1)", INFECTED),
        ("def f(a, b):\n    a «+=» b\n    return a", "-=", "f(1, 0)", NEVER),
        ("def f(a, b):\n    a «+=» count(b)\n    return a", "-=", "f(1, 0)", NEVER),
        ("def f(a, b):\n    a «+=» b\n    return a", "=", "f(0, 2)", NEVER),
        ("def f(a, b):\n    a «+=» b\n    return a", "=", "f([], [2])", INFECTED),
        ("def f(a):\n    a.size «+=» 0\n    return a.size", "-=", "f(Quiet(2))", NEVER),
        ("def f(a):\n    a.size «+=» 0\n    return a.size", "-=", "f(Loud())", INFECTED),
        ("def f(a): return «-»a", "", "f(0)", NEVER),
        ("def f(a): return «-»a", "", "f(1)", INFECTED),
        # Constants are compared where they are used.
        ("def f(a): return a > «5»", "6", "f(3)", NEVER),
        ("def f(a): return a > «5»", "6", "f(6)", INFECTED),
        ("def f(a): return a == «'on'»", "''", "f('off')", NEVER),
        ("def f(a): return a == «'on'»", "''", "f('on')", INFECTED),
        ("def f(a): return a == «'on'»", "''", "f(Loud())", INFECTED),
        ("def f(): return count(«5»)", "6", "f()", INFECTED),
        ("def f(a): return a.split(«','»)", "',,'", "f('x')", INFECTED),
        ("def f(a): return a.startswith(«'ab'»)", "'ba'", "f('x')", NEVER),
        ("def f(a): return a.startswith(«'ab'»)", "'ba'", "f('abc')", INFECTED),
        # Results.
        ("def f(a): return «a»", "None", "f(None)", NEVER),
        ("def f(a): return «a»", "None", "f(0)", INFECTED),
        ("def f(a): return «count(a)»", "None", "f(None)", INFECTED),
        ("def f(a): return lambda: «a»", "None", "f(2)", NEVER),
        # Calls that go.
        ("def f(a): return «str(a)»", "a", "f('x')", NEVER),
        ("def f(a): return «str(a)»", "a", "f(1)", INFECTED),
        ("def f(a): return «want(a)»", "a", "f(b'x')", NEVER),
        ("def f(a): return «want(a)»", "a", "f('x')", INFECTED),
        ("def f(a): return «count(a)»", "a", "f('x')", INFECTED),
        ("def f(a): return «count(a).strip()»", "count(a)", "f('x')", NEVER),
        ("def f(a): return «count(a).strip()»", "count(a)", "f('x ')", INFECTED),
        ("def f(a): return «list(a)»", "a", "f([1])", UNPROBED),
        ("def f(a): return «want(text=a)»", "a", "f(b'x')", NEVER),
        ("def f(a): return «want(text=a)»", "a", "f('x')", INFECTED),
        ("def f(a): return «count(text=a)»", "a", "f('x')", INFECTED),
        ("def f(a): return «want(**a)»", "a", "f({'text': b'x'})", UNPROBED),
        ("def f(a): return math.floor(a) «>» 1", ">=", "f(2.5)", NEVER),
        ("def f(a): return math.floor(a) «>» 1", ">=", "f(1.5)", INFECTED),
        # Assignments that go.
        ("def f(a):\n    «a = want(a)»\n    return a", "pass", "f(b'x')", NEVER),
        ("def f(a):\n    «a = want(a)»\n    return a", "pass", "f('x')", INFECTED),
        ("def f(a):\n    «a = count(a)»\n    return a", "pass", "f('x')", INFECTED),
        ("def f(a):\n    «a.size = 3»", "pass", "f(Quiet(3))", NEVER),
        ("def f(a):\n    «a.size = 3»", "pass", "f(Slotted(3))", NEVER),
        ("def f(a):\n    «a.size = 3»", "pass", "f(Quiet(2))", INFECTED),
        ("def f(a):\n    «a.size = 3»", "pass", "f(Shadowed())", INFECTED),
        ("def f(a):\n    «a.size = 3»", "pass", "f(Setting(3))", INFECTED),
        # Indexes and slices.
        ("def f(a, i): return a[«i»]", "i + 1", "f('aa', 0)", NEVER),
        ("def f(a, i): return a[«i»]", "i + 1", "f('ab', 0)", INFECTED),
        ("def f(a, i): return a[«i»]", "i + 1", "f([1, 2], 1)", INFECTED),
        ("def f(a, i): return a[«i»]", "i + 1", "f([1, 2], 7)", INFECTED),
        ("def f(a, i): return a[«i + 1»]", "i", "f([1], 0)", INFECTED),
        ("def f(a): return a[«1»:]", "", "f('')", NEVER),
        ("def f(a): return a[«1»:]", "", "f('x')", INFECTED),
        ("def f(a): return a[:«2»]", "3", "f((1, 2))", NEVER),
        ("def f(a): return a[:«2»]", "3", "f([1, 2])", INFECTED),
        # Arguments.
        ("def f(«a, b»): return count((a, b)) or max(a, b)", "b, a", "f(1, 2)", UNPROBED),
        ("def f(a, b): return isinstance(«a», b)", "b", "f(1, int)", INFECTED),
        # Not where names or evaluation work in other ways.
        ("def f(a): return (b := a) «>» 1", ">=", "f(2)", UNPROBED),
        ("def f(a): yield (yield a) «>» 1", ">=", "list(f(2))", UNPROBED),
        ("def f(a):\n    match a:\n        case 1 if a «>» 0: return 2", ">=", "f(1)", UNPROBED),
        ("def f(a):\n    class C:\n        b = a «>» 1\n    return C.b", ">=", "f(2)", UNPROBED),
    ],
)  # fmt: skip
def test_infection(body: str, mutated: str, call: str, expected: str) -> None:
    before, original, after = re.split("[«»]", f"{CLASSES}\n{body}\n")
    source = before + original + after
    start = len(before)
    line = source.count("\n", 0, source.index("def f")) + 1
    at = source.count("\n", 0, start) + 1
    record = {
        "unit": "f", "unit_line": line, "start": start, "end": start + len(original),
        "replacement": mutated, "line": at, "end_line": at,
    }  # fmt: skip
    scopes = []
    noted: list[int] = []
    for probing in (False, True):
        scope: dict[str, Any] = {}
        exec(compile(source, "f.py", "exec"), scope)
        if probing:
            module = Module("f.py", source)
            code, probed = probe_unit(module, "f", line, [record], noted.append)
            scope["f"].__code__ = code
        scopes.append((outcome(partial(eval, call), scope), scope["SEEN"]))
    assert scopes[0] == scopes[1]
    assert (UNPROBED if not probed else INFECTED if noted else NEVER) == expected


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


T = "Hello there,   a long -- text with\ttabs and wordsthataretoolong.\n\n  Indented."
STANDARD: dict[str, list[Call]] = {
    "textwrap": [
        lambda m: m.wrap(T, 20),
        lambda m: m.fill(T, width=30, initial_indent="* ", subsequent_indent="  "),
        lambda m: m.shorten(T, 25),
        lambda m: m.dedent(T),
        lambda m: m.indent(T, "> "),
        lambda m: m.wrap(T, 12, break_long_words=False),
        lambda m: m.wrap(T, 40, max_lines=2, fix_sentence_endings=True),
        lambda m: m.wrap(T, 0),
        lambda m: m.wrap(5),
    ],
    "bisect": [
        lambda m: m.bisect_left([1, 2, 2, 3], 2),
        lambda m: m.bisect_right([1, 2, 2, 3], 2),
        lambda m: m.bisect_left([1], 1, -1),
        lambda m: m.bisect_right([3, 2, 1], -2, key=lambda x: -x),
    ],
    "graphlib": [
        lambda m: list(m.TopologicalSorter({"a": {"b"}, "b": {"c"}}).static_order()),
        lambda m: m.TopologicalSorter({"a": ["b"], "b": ["a"]}).prepare(),
    ],
    "string": [
        lambda m: m.Template("$a ${b} $$").substitute(a=1, b=2),
        lambda m: m.Template("$a $").safe_substitute(),
        lambda m: m.capwords("a b  c"),
        lambda m: m.Formatter().format("{0} {x!r:>5}", 1, x="a"),
        lambda m: m.Formatter().format("{} {1}", 1, 2),
    ],
}


def standard(name: str) -> tuple[str, Module, ModuleType]:
    """Source of a module of the standard library and a copy of it, without parts in C."""
    original = importlib.import_module(name)
    source = Path(str(original.__file__)).read_text(encoding="utf-8")
    source = source.replace("from _bisect import", "from _none import")
    copy = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), copy.__dict__)
    return source, Module(f"{name}.py", source), copy


def functions_of(scope: dict[str, Any], path: str) -> list[FunctionType]:
    """The functions of a module and of its classes."""
    found = []
    for value in scope.values():
        members = vars(value).values() if isinstance(value, type) else [value]
        for member in members:
            function = getattr(member, "__func__", member)
            if isinstance(function, FunctionType) and function.__code__.co_filename == path:
                found.append(function)
    return found


@pytest.mark.parametrize("name", STANDARD)
def test_what_is_never_infected_changes_nothing(name: str) -> None:
    source, module, copy = standard(name)
    calls = STANDARD[name]
    expected = [outcome(call, copy) for call in calls]
    functions = {f.__qualname__: f for f in functions_of(vars(copy), module.path)}
    noted: set[str] = set()
    states: list[bytearray] = []
    probes: dict[str, tuple[FunctionType, dict[str, Any]]] = {}
    originals = {function: function.__code__ for function in functions.values()}
    for (unit, line), records in mutants_of(module.path, source).items():
        function = functions.get(unit)
        if function is None or function.__code__ != module.original(unit, line):
            continue
        states.append(bytearray(len(records)))

        def note(index: int, records: list[dict[str, Any]] = records) -> None:
            noted.add(records[index]["id"])

        code, probed = probe_unit(module, unit, line, records, note, states[-1])
        probes |= {records[index]["id"]: (function, records[index]) for index in probed}
        function.__code__ = code
    infected: list[set[str]] = []
    for call, result in zip(calls, expected, strict=True):
        assert outcome(call, copy) == result
        infected.append(set(noted))
        noted.clear()
        for state in states:
            state[:] = bytes(len(state))
    for function, original in originals.items():
        function.__code__ = original
    compared = 0
    for identity, (function, record) in probes.items():
        never = [index for index, found in enumerate(infected) if identity not in found]
        unit, line = record["unit"], record["unit_line"]
        function.__code__ = module.mutated(
            unit, line, record["start"], record["end"], record["replacement"]
        )
        for index in never:
            compared += 1
            assert outcome(calls[index], copy) == expected[index], record
        function.__code__ = originals[function]
    assert compared > 20


@pytest.mark.parametrize("name", ["textwrap", "queue", "shlex", "contextlib", "tempfile"])
def test_probed_code_fits_the_live_functions(name: str) -> None:
    source, module, _ = standard(name)
    probed_units = 0
    for key, records in mutants_of(module.path, source).items():
        original = module.original(*key)
        code, probed = probe_unit(module, *key, records, lambda _: None)
        probed_units += bool(probed)
        matched = list(pairs(original, code))
        assert len(matched) == len(list(nested_codes(original)))
        for one, other in matched:
            for field in ("freevars", "cellvars", "argcount", "kwonlyargcount", "flags", "name"):
                assert getattr(one, f"co_{field}") == getattr(other, f"co_{field}"), key
    assert probed_units > 3


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
