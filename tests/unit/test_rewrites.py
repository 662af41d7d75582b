"""Rewrites: what is made, what is left alone, and that they keep what code does."""

from __future__ import annotations

import inspect
import json.decoder
import statistics
import string
import textwrap
from types import ModuleType
from typing import Any

import pytest

from refute_child.rewrites import REWRITES, find_rewrites


def made(code: str) -> list[tuple[str, str]]:
    """The kinds of rewrite of a text, each with the text after it."""
    text = textwrap.dedent(code).strip("\n") + "\n"
    return [
        (one["operator"], text[: one["start"]] + one["replacement"] + text[one["end"] :])
        for one in find_rewrites("m.py", text)
    ]


def after(code: str, kind: str) -> list[str]:
    return [text for name, text in made(code) if name == kind]


def test_a_local_gets_another_name_wherever_it_is_used() -> None:
    code = """
        def f(a):
            x = a
            return [x for _ in range(x)], g(x=x)
    """
    assert after(code, "local_renamed") == [
        (
            "def f(a):\n    x_renamed = a\n"
            "    return [x_renamed for _ in range(x_renamed)], g(x=x_renamed)\n"
        )
    ]


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    x = 1\n    return x",
        "def f():\n    global x\n    x = 1",
        "def f():\n    x = 1\n    return locals()",
        "def f():\n    x = 1\n    return lambda: x",
        "def f():\n    x = 1\n    return f'{x=}'",
        "def f():\n    import x\n    x = 1",
        "def f():\n    return [x for x in 'ab']",
        "def f():\n    x: int = 1\n    return x",
        "def f():\n    try:\n        pass\n    except E as x:\n        x = 1",
        "def f(a):\n    match a:\n        case [x]:\n            x = 1",
        "x_renamed = 2\ndef f():\n    x = 1\n    return x",
        "x = 1",
        "class A:\n    x = 1",
    ],
)
def test_names_that_show_elsewhere_are_left_alone(code: str) -> None:
    assert after(code, "local_renamed") == []


def test_independent_assignments_change_places() -> None:
    code = """
        def f():
            x = 1  # one
            y = [-2, {"a": None}]
            return x, y
    """
    assert after(code, "assignments_swapped") == [
        'def f():\n    y = [-2, {"a": None}]  # one\n    x = 1\n    return x, y\n'
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("x = 1", "x = 2"),
        ("x = 1", "y = x"),
        ("x = g()", "y = 1"),
        ("x = 1", "y = -x"),
        ("self.x = 1", "self.y = 2"),
        ("x = y = 1", "z = 1"),
        ("x = 1", "pass"),
    ],
)
def test_assignments_that_may_depend_on_each_other_stay(lines: tuple[str, str]) -> None:
    body = "\n    ".join(lines)
    assert after(f"def f(self):\n    {body}\n", "assignments_swapped") == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("a is None", "(not ((a) is not (None)))"),
        ("a not in b", "(not ((a) in (b)))"),
        ("len(a) == 2", "(not ((len(a)) != (2)))"),
        ("a if b else c", "((c) if not (b) else (a))"),
    ],
)
def test_expressions_that_mean_the_same(before: str, now: str) -> None:
    code = f"def f(a, b, c):\n    return {before}"
    assert after(code, "equivalent_expression") == [f"def f(a, b, c):\n    return {now}\n"]


@pytest.mark.parametrize(
    "expression", ["a == b", "a < b", "len(a) == b", "a is b is c", "f'{a in b}'", "not a"]
)
def test_expressions_that_may_mean_something_else_stay(expression: str) -> None:
    assert after(f"def f(a, b, c):\n    return {expression}", "equivalent_expression") == []


def test_conditions_are_negated_twice() -> None:
    assert after("def f(a):\n    while a:\n        a -= 1", "equivalent_expression") == [
        "def f(a):\n    while not (not (a)):\n        a -= 1\n"
    ]


def test_ids_do_not_depend_on_what_stands_elsewhere() -> None:
    code = "def f():\n    x = 1\n    return x\n"
    plain = [one["id"] for one in find_rewrites("m.py", code)]
    assert [one["id"] for one in find_rewrites("m.py", f"# more\n\n{code}")] == plain


TEXT = "The quick  brown-fox jumps over\tthe lazy dog.\n\n  Again, and again: e.g. now.\n" * 3


def use_textwrap(module: Any) -> object:
    found = [module.wrap(TEXT, width, fix_sentence_endings=True) for width in (9, 20, 70)]
    return found, module.dedent(TEXT), module.indent(TEXT, "> "), module.shorten(TEXT, 30)


def use_statistics(module: Any) -> object:
    data = [1.5, 2.25, 9, 4, 4, 7.125]
    names = ("mean", "median", "mode", "stdev", "quantiles", "harmonic_mean", "multimode")
    return [getattr(module, name)(data) for name in names], module.correlation(data, data[::-1])


def use_decoder(module: Any) -> object:
    text = '{"a": [1, 2.5e3, null, true, "\\u00e4\\n"], "b": {}}'
    found = [module.JSONDecoder(strict=False).decode(text), module.py_scanstring('a\\tb"', 0)]
    try:
        module.JSONDecoder().decode("[1,]")
    except ValueError as error:
        found.append(str(error))
    return found


def use_string(module: Any) -> object:
    template = module.Template("$who likes ${what}, $$")
    return module.Formatter().vformat("{0!r:>9} {a[1]}", (1,), {"a": "xyz"}), template.substitute(
        who="tim", what="tea"
    )


@pytest.mark.parametrize(
    ("module", "use", "least"),
    [
        (textwrap, use_textwrap, 15),
        (statistics, use_statistics, 60),
        (json.decoder, use_decoder, 20),
        (string, use_string, 10),
    ],
)
def test_modules_of_the_library_do_the_same_under_each_rewrite(
    module: ModuleType, use: Any, least: int
) -> None:
    source = inspect.getsource(module)
    rewrites = find_rewrites("m.py", source)
    assert len(rewrites) >= least
    assert {one["operator"] for one in rewrites} <= set(REWRITES)
    expected = repr(use(module))
    for one in rewrites:
        text = source[: one["start"]] + one["replacement"] + source[one["end"] :]
        changed = ModuleType(module.__name__)
        changed.__package__ = module.__name__.rpartition(".")[0]
        exec(compile(text, "<rewritten>", "exec"), changed.__dict__)
        assert repr(use(changed)) == expected, one
