"""Code of single functions: the same as the live one's, or with one edit and nothing else."""

from __future__ import annotations

import argparse
import ast
import asyncio.queues
import collections
import configparser
import contextlib
import csv
import dataclasses
import enum
import fractions
import functools
import heapq
import json.decoder
import pprint
import shlex
import sys
import tempfile
import textwrap
import types
import typing
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from tests.unit.unit_codes import call, edited, first, module

from refute_child.mutants import decode
from refute_child.units import Module, UnknownUnit, line_starts, nested_codes, pairs, units_of

LIBRARY: tuple[ModuleType, ...] = (
    argparse,
    ast,
    asyncio.queues,
    collections,
    configparser,
    contextlib,
    csv,
    dataclasses,
    enum,
    fractions,
    functools,
    heapq,
    json.decoder,
    pprint,
    shlex,
    tempfile,
    textwrap,
    types,
    typing,
)


def live_codes(source: str, path: str = "/project/code.py") -> list[CodeType]:
    """All code objects that importing the text would make."""
    return list(nested_codes(compile(source, path, "exec", dont_inherit=True)))


def lines_of(code: CodeType) -> list[tuple[int, int, int | None]]:
    return list(code.co_lines())


def same(one: CodeType, two: CodeType) -> bool:
    """Equal, down to the lines and the functions inside."""
    return one == two and one.co_qualname == two.co_qualname and lines_of(one) == lines_of(two)


@pytest.mark.parametrize("library", LIBRARY, ids=lambda library: str(library.__name__))
def test_original_is_the_code_that_the_import_makes(library: ModuleType) -> None:
    path = Path(str(library.__file__))
    text = decode(path.read_bytes())[0]
    parsed = Module(str(path), text)
    whole = parsed.original_module()
    there = {(c.co_qualname, c.co_firstlineno): c for c in nested_codes(whole)}
    seen = 0
    for name, node, _ in units_of(parsed.tree):
        start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        code = parsed.original(name, node.lineno)
        assert same(code, there[name, start]), name
        seen += 1
    assert seen >= 3


@pytest.mark.parametrize("library", LIBRARY, ids=lambda library: str(library.__name__))
def test_live_functions_of_a_library_have_that_code(library: ModuleType) -> None:
    # Another way to the same: not what we compile, but what this interpreter has imported.
    path = Path(str(library.__file__))
    parsed = Module(str(path), decode(path.read_bytes())[0])
    units = {
        (name, min([node.lineno, *(d.lineno for d in node.decorator_list)])): node.lineno
        for name, node, _ in units_of(parsed.tree)
    }
    compared = 0
    for thing in vars(library).values():
        for function in (thing, *(vars(thing).values() if isinstance(thing, type) else ())):
            if not isinstance(function, FunctionType):
                continue
            key = (function.__code__.co_qualname, function.__code__.co_firstlineno)
            if function.__code__.co_filename == str(path) and key in units:
                assert parsed.original(key[0], units[key]) == function.__code__, key
                compared += 1
    assert compared >= 1


CLASSES = """\
import os

class Outer:
    __secret = 1

    def plain(self):
        return self.__secret

    class Inner:
        @property
        @staticmethod
        def deep():
            return __hidden

        async def late(self):
            return [n async for n in self.__source]

if os.name == "posix":
    class Outer2(Outer):
        def plain(self):
            return super().plain() + __class__.x

try:
    def guarded(x=lambda: 1):
        return [y for y in x if (lambda: y)()]
except ImportError:
    def guarded():
        return None
"""


def test_nested_classes_decorators_and_private_names() -> None:
    parsed = module(CLASSES)
    there = {(c.co_qualname, c.co_firstlineno): c for c in live_codes(CLASSES)}
    names = [(name, node.lineno) for name, node, _ in units_of(parsed.tree)]
    assert [name for name, _ in names] == [
        "Outer.plain",
        "Outer.Inner.deep",
        "Outer.Inner.late",
        "Outer2.plain",
        "guarded",
        "guarded",
    ]
    starts = {"Outer.Inner.deep": 10}
    for name, line in names:
        assert same(parsed.original(name, line), there[name, starts.get(name, line)]), name
    assert "_Outer__secret" in parsed.original("Outer.plain", 6).co_names
    assert "_Inner__hidden" in parsed.original("Outer.Inner.deep", 12).co_names
    assert parsed.original("Outer2.plain", 20).co_freevars == ("__class__",)


def test_private_names_are_those_of_the_class_in_a_mutant_too() -> None:
    parsed = module(CLASSES)
    code = parsed.mutated("Outer.plain", 6, *edited(CLASSES, "self.__secret", "self.__other"))
    assert "_Outer__other" in code.co_names


def test_namesakes_are_told_apart_by_their_line() -> None:
    source = "def f():\n    return 1\n\ndef f():\n    return 2\n"
    parsed = module(source)
    assert call(parsed.original("f", 1)) == 1
    assert call(parsed.original("f", 4)) == 2


@pytest.mark.parametrize(
    ("source", "before", "after", "expected"),
    [
        ("def f():\n    return 1\n", "1", "2", 2),
        ("@print\n@(lambda f: f)\ndef f():\n    return 1\n", "1", "2", 2),
        ("def f():\r\n    x = 1\r\n    return x\r\n", "= 1", "= 2", 2),
        ("def f():\r    x = 1\r    return x\r", "= 1", "= 2", 2),
        ("'mixed'\r\ndef f():\n    x = 1\r\n    return x\r", "= 1", "= 2", 2),
        ("é = 'ü'\ndef f():\n    return 'ж' + '1'\n", "'1'", "'2'", "ж2"),
        ("x = 1\n\fdef f():\n    return 1\n", "return 1", "return 2", 2),
        ("x = 1\n\f\ndef f():\n    return 1\n", "return 1", "return 2", 2),
        ("def f():\n\treturn 1\n", "1", "2", 2),
        ("def f(): return 1", "1", "2", 2),
        ("def f():\n    return '''\n1\n'''", "1", "2", "\n2\n"),
        ("class A:\n    @classmethod\n    def f(*c):\n        return 1\n", "1", "2", 2),
        ("if 1:\n\tdef f():\n\t\treturn 1\n", "return 1", "return 2", 2),
        ("class A:\n  class B:\n    def f(*s):\n      '''d'''\n      return 1\n", "1", "2", 2),
        ("def f():\n    # \x0c\u2028 odd\n    return 1\n", "1", "2", 2),
    ],
)
def test_an_edit_and_nothing_else(source: str, before: str, after: str, expected: Any) -> None:
    parsed = Module("/project/code.py", source)
    key = first(source)
    original = parsed.original(*key)
    start, end, text = edited(source, before, after)
    mutated = parsed.mutated(*key, start, end, text)
    live = {(c.co_qualname, c.co_firstlineno): c for c in live_codes(source)}
    assert same(original, live[key[0], original.co_firstlineno])
    changed = source[:start] + text + source[end:]
    wanted = {(c.co_qualname, c.co_firstlineno): c for c in live_codes(changed)}
    assert same(mutated, wanted[key[0], original.co_firstlineno])
    assert call(mutated) == expected
    assert original.co_filename == "/project/code.py"


def test_other_functions_of_the_line_stay_apart() -> None:
    source = "class A:\n    def f(self): return [lambda: 1, lambda: 2]\n"
    parsed = module(source)
    mutated = parsed.mutated("A.f", 2, *edited(source, "lambda: 1", "lambda: 3"))
    assert [one() for one in call(mutated, None)] == [3, 2]


def test_future_statements_hold() -> None:
    source = "from __future__ import annotations\ndef f(x: y): return f.__annotations__\n"
    assert module(source).original("f", 2) in live_codes(source)
    inner = "from __future__ import annotations\ndef f():\n    def g(x: y): ...\n    return g\n"
    made = call(module(inner).original("f", 2))
    assert made.__annotations__ == {"x": "y"}


def test_without_a_future_statement_ours_does_not_reach_it() -> None:
    source = "def f():\n    def g(x: 1 + 1): ...\n    return g\n"
    assert call(module(source).original("f", 1)).__annotations__ == {"x": 2}


@pytest.mark.parametrize(
    "statement",
    [
        "import os",
        "import os.path",
        "import os.path as p",
        "from os import path",
        "from os import (path, sep as s)",
        "try:\n    import json as j\nexcept ImportError:\n    j = None",
        "if 1:\n    from os import *",
    ],
)
def test_calls_on_imported_names_are_compiled_as_in_the_module(statement: str) -> None:
    source = (
        f"{statement}\ndef f(x):\n    return os.f(x), path.g(x), p.h(x), j.i(x), x.k(), s.l()\n"
    )
    name, line = first(source)
    assert module(source).original(name, line) in live_codes(source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
@pytest.mark.parametrize(
    "source",
    [
        "def f[T](x: T) -> T:\n    return x\n",
        "class A[T]:\n    def f(self, x: T) -> T:\n        return (x, T)\n",
        "class A[T]:\n    def f[S: int](self, x: T, y: S) -> S:\n        return lambda: (T, S)\n",
        "class A[T]:\n    class B[S]:\n        def f(self): return T, S, self.__x\n",
    ],
)
def test_type_parameters(source: str) -> None:
    parsed = module(source)
    name, line = first(source)
    original = parsed.original(name, line)
    live = [code for code in live_codes(source) if code.co_qualname == name]
    assert [original] == live
    assert original.co_freevars == live[0].co_freevars
    armed = parsed.armed(name, line, None, lambda: None)
    assert armed.co_freevars == original.co_freevars


def test_unknown_unit() -> None:
    with pytest.raises(UnknownUnit, match=r"g at line 1 of /project/code\.py"):
        module("def f(): ...\n").original("g", 1)
    with pytest.raises(UnknownUnit):
        module("def f(): ...\n").original("f", 2)


@pytest.mark.parametrize(
    "after",
    ["return (", "return 1\ndef g(): ...", "await x", "yield from", "pass\n  pass"],
)
def test_an_edit_that_does_not_compile(after: str) -> None:
    source = "def f():\n    return 1\n"
    with pytest.raises(SyntaxError):
        module(source).mutated("f", 1, *edited(source, "return 1", after))


def test_line_starts_are_those_of_the_parser() -> None:
    text = "a\nb\r\nc\rd\fe\u2028f\x1cg\n"
    assert [text[start : start + 1] for start in line_starts(text)] == ["a", "b", "c", "d", ""]


def test_pairs_match_by_name_line_and_order() -> None:
    source = (
        "def f():\n    a = lambda: 1; b = lambda: 2\n    def g(): return 3\n    return a, b, g\n"
    )
    parsed = module(source)
    before = parsed.original("f", 1)
    after = parsed.mutated("f", 1, *edited(source, "lambda: 2", "lambda: 4"))
    found = [
        (one.co_name, one.co_consts[-1], two.co_consts[-1])
        for one, two in list(pairs(before, after))[1:]
    ]
    assert found == [("<lambda>", 1, 1), ("<lambda>", 2, 4), ("g", 3, 3)]


def test_pairs_leave_out_what_one_of_them_lacks() -> None:
    source = "def f():\n    def g(): return 3\n    return 1\n"
    parsed = module(source)
    after = parsed.mutated("f", 1, *edited(source, "def g(): return 3", "pass"))
    assert [one.co_name for one, _ in pairs(parsed.original("f", 1), after)] == ["f"]


def test_mutated_module_is_the_module_with_the_edit() -> None:
    source = "VALUE = 1\ndef f(): return VALUE\n"
    space: dict[str, Any] = {}
    exec(module(source).mutated_module(*edited(source, "1", "2")), space)
    assert space["f"]() == 2


def test_text_that_is_no_python() -> None:
    for text in ("def f(:\n", "x = '\0'\n", "(" * 500 + ")" * 500):
        with pytest.raises(SyntaxError):
            Module("/project/code.py", text)
