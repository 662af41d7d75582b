"""Defaults and bindings of methods, changed where the import has left them."""

from __future__ import annotations

import textwrap
from types import FunctionType
from typing import Any

import pytest

from refute_child.definitions import (
    Binding,
    Default,
    Undo,
    apply_binding,
    apply_default,
    definition,
)
from refute_child.units import Module, units_of

CLASS = """\
class A:
    @property
    def size(self):
        return 1

    @staticmethod
    def plain(x):
        return x

    @classmethod
    def named(cls):
        return cls

    @property
    def wide(self):
        return 2

    @wide.setter
    def wide(self, value):
        self.value = value
"""


def change(source: str, before: str, after: str, unit: str = "") -> Default | Binding | None:
    """What replacing the one place of ``before`` does to the first unit, or to a named one."""
    assert source.count(before) == 1
    start = source.index(before)
    module = Module("/project/code.py", source)
    name, node, _ = next(u for u in units_of(module.tree) if unit in ("", u[0]))
    return definition(module, name, node.lineno, (start, start + len(before), after))


def space(source: str) -> dict[str, Any]:
    """The names that running a text makes."""
    made: dict[str, Any] = {"__name__": "code_under_test"}
    exec(compile(textwrap.dedent(source), "/project/code.py", "exec"), made)
    return made


@pytest.mark.parametrize(
    ("source", "before", "after", "expected"),
    [
        ("def f(a, b=1): ...\n", "=1", "=2", Default(0, 1, 2)),
        ("def f(a=0, b=1): ...\n", "=1", "=2", Default(1, 1, 2)),
        ("def f(a, /, b='x', *, c=3): ...\n", "'x'", "''", Default(0, "x", "")),
        ("def f(a, *, b=1, c): ...\n", "=1", "=2", Default("b", 1, 2)),
        ("def f(*a, b=None): ...\n", "None", "1", Default("b", None, 1)),
        ("def f(a=-1): ...\n", "-1", "-2", Default(0, -1, -2)),
        ("def f(a=True): ...\n", "True", "False", Default(0, True, False)),
        ("class A:\n    @staticmethod\n    def f(a=1): ...\n", "=1", "=2", Default(0, 1, 2)),
        ("class A:\n    @property\n    def f(a): ...\n", "@property", "", Binding("property")),
        (
            "class A:\n    @classmethod\n    def f(a): ...\n",
            "@classmethod",
            "",
            Binding("classmethod"),
        ),
    ],
)
def test_simple_cases(source: str, before: str, after: str, expected: Default | Binding) -> None:
    assert change(source, before, after) == expected


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("def f(a=1):\n    return 1.5\n", "1.5", "2"),  # in the body
        ("def f(a=[]): ...\n", "[]", "[1]"),  # a list is shared
        ("def f(a=(1, 2)): ...\n", "(1, 2)", "(1,)"),
        ("def f(a=x): ...\n", "=x", "=1"),
        ("def f(a=1): ...\n", "=1", ""),  # the number of defaults changes
        ("def f(a, *, b=1): ...\n", "=1", ""),
        ("@cache\ndef f(a=1): ...\n", "=1", "=2"),  # the wrapper may hold a copy
        ("@cache\ndef f(a): ...\n", "@cache", ""),
        ("@property\ndef f(a): ...\n", "@property", ""),  # no method
        ("class A:\n    @one\n    @property\n    def f(a): ...\n", "@property", ""),
        ("class A:\n    @x.setter\n    def x(a, b): ...\n", "@x.setter", ""),
        ("def f(a: int = 1): ...\n", "int", "str"),
    ],
)
def test_what_needs_the_import(source: str, before: str, after: str) -> None:
    assert change(source, before, after) is None


def test_positional_default() -> None:
    made = space("def f(a=0, b=1): return a, b\ng = f\n")
    undo = apply_default(Default(1, 1, 7), [made["f"]])
    assert undo is not None
    assert made["g"]() == (0, 7)
    undo()
    assert made["f"]() == (0, 1)


def test_keyword_only_default() -> None:
    made = space("def f(*, a=0, b=1): return a, b\n")
    before = made["f"].__kwdefaults__
    undo = apply_default(Default("b", 1, 7), [made["f"]])
    assert undo is not None
    assert made["f"]() == (0, 7)
    assert before == {"a": 0, "b": 1}
    undo()
    assert made["f"].__kwdefaults__ is before


def test_defaults_of_all_functions_of_that_code() -> None:
    made = space(
        """\
        def make():
            def f(a=1): return a
            return f
        one, two = make(), make()
        """
    )
    functions = [made["one"], made["two"]]
    undo = apply_default(Default(0, 1, 2), functions)
    assert undo is not None
    assert [f() for f in functions] == [2, 2]
    undo()
    assert [f() for f in functions] == [1, 1]


@pytest.mark.parametrize("value", [2, True, 1.0, None, "1"])
def test_a_default_that_is_not_the_source_s_is_refused(value: Any) -> None:
    made = space("def f(a=1): return a\ndef g(a=1): return a\n")
    made["g"].__defaults__ = (value,)
    assert apply_default(Default(0, 1, 7), [made["f"], made["g"]]) is None
    assert (made["f"](), made["g"]()) == (1, value)


def test_defaults_that_are_gone_are_refused() -> None:
    made = space("def f(a=1, *, b=2): return a\n")
    made["f"].__defaults__ = made["f"].__kwdefaults__ = None
    assert apply_default(Default(0, 1, 7), [made["f"]]) is None
    assert apply_default(Default("b", 2, 7), [made["f"]]) is None
    assert apply_default(Default("b", None, 7), [made["f"]]) is None


def bind(kind: str, name: str) -> tuple[type, Undo | None]:
    """A fresh class, one of whose methods has lost its decorator."""
    owner: type = space(CLASS)["A"]
    held = vars(owner)[name]
    function: Any = held.fget if isinstance(held, property) else held.__func__
    return owner, apply_binding(Binding(kind), owner, name, frozenset([function.__code__]))


@pytest.mark.parametrize(
    ("kind", "name"), [("property", "size"), ("staticmethod", "plain"), ("classmethod", "named")]
)
def test_bindings_and_back(kind: str, name: str) -> None:
    fresh: type = space(CLASS)["A"]
    owner, undo = bind(kind, name)
    assert undo is not None
    assert type(vars(owner)[name]) is FunctionType
    undo()
    assert type(vars(owner)[name]) is type(vars(fresh)[name])


def test_what_an_object_says_without_the_decorator() -> None:
    size = bind("property", "size")[0]
    assert size().size() == 1
    plain = bind("staticmethod", "plain")[0]()
    assert plain.plain() is plain
    named = bind("classmethod", "named")[0]()
    assert named.named() is named


def test_a_property_with_a_setter_is_refused() -> None:
    owner, undo = bind("property", "wide")
    assert undo is None
    assert isinstance(vars(owner)["wide"], property)


@pytest.mark.parametrize("kind", ["staticmethod", "classmethod"])
def test_another_kind_is_refused(kind: str) -> None:
    owner: type = space(CLASS)["A"]
    codes = frozenset([vars(owner)["size"].fget.__code__])
    assert apply_binding(Binding(kind), owner, "size", codes) is None


def test_another_function_behind_the_decorator_is_refused() -> None:
    owner: type = space(CLASS)["A"]
    other = frozenset([vars(owner)["wide"].fget.__code__])
    assert apply_binding(Binding("property"), owner, "size", other) is None


def test_a_name_that_is_gone_is_refused() -> None:
    owner: type = space(CLASS)["A"]
    assert apply_binding(Binding("property"), owner, "gone", frozenset()) is None
