"""The list of a file's mutants: places, ids, reach, exclusions, text and encodings."""

from __future__ import annotations

import argparse
import dataclasses
import queue
import sys
import textwrap
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from refute.faults.fault import Mutant
from refute_child.mutants import apply, decode, find_mutants, same_code
from refute_child.operators.text import normalise

LIBRARY = (textwrap, queue, dataclasses, argparse)


def one(source: str, operator: str, rules: frozenset[str] | None = None) -> dict[str, Any]:
    """The only mutant that an operator makes of a source."""
    records = find_mutants("a.py", source, frozenset({operator}), rules)
    assert len(records) == 1
    return records[0]


def test_record_has_the_fields_of_a_mutant() -> None:
    record = one("class C:\n    def m(self, a):\n        return a < 1\n", "number")
    mutant = Mutant.from_record(record)
    assert mutant == Mutant(
        id=record["id"], file="a.py", line=3, column=20, end_line=3, end_column=21, start=48,
        end=49, function="C.m", operator="number", original="1", replacement="2",
        lines=((3, 3),), unit="C.m", unit_line=2,
    )  # fmt: skip
    assert mutant.id[:2] == "m-"
    assert len(mutant.id) == 10


@pytest.mark.parametrize("module", LIBRARY, ids=lambda module: module.__name__)
def test_standard_library(module: ModuleType) -> None:
    source, _ = decode(Path(str(module.__file__)).read_bytes())
    records = find_mutants("lib.py", source)
    assert len(records) > 200
    assert len({r["id"] for r in records}) == len(records)
    starts = source.splitlines(keepends=True)
    for record in records:
        assert source[record["start"] : record["end"]] == record["original"]
        rest = starts[record["line"] - 1][record["column"] - 1 :]
        assert rest.startswith(record["original"].splitlines()[0] if record["original"] else "")
        assert record["lines"]
    unviable = [r for r in records if r["excluded"] == "unviable"]
    assert len(unviable) < len(records) * 0.02
    for record in records[::150]:
        text = apply(source, record["start"], record["end"], record["replacement"])
        if record["excluded"] != "unviable":
            compile(text, "lib.py", "exec")


def test_same_input_gives_the_same_list() -> None:
    source = Path(textwrap.__file__).read_text(encoding="utf-8")
    assert find_mutants("a.py", source) == find_mutants("a.py", source)


IDS = """\
def f(a):
    return a + 1 if a else a + 1


class C:
    def m(self):
        return 2
"""


def test_ids_do_not_change_with_edits_elsewhere() -> None:
    before = {r["id"] for r in find_mutants("a.py", IDS)}
    moved = "import os\n\n\ndef new(b):\n    return b + 1\n\n\n" + IDS.replace("a + 1", "a  +  1")
    after = {r["id"] for r in find_mutants("a.py", moved)}
    assert before < after


def test_ids_tell_files_functions_and_equals_apart() -> None:
    here = [r["id"] for r in find_mutants("a.py", IDS)]
    there = [r["id"] for r in find_mutants("b.py", IDS)]
    assert len({*here, *there}) == 2 * len(here)


def test_ids_do_not_depend_on_the_choice_of_operators() -> None:
    everything = {r["id"] for r in find_mutants("a.py", IDS)}
    assert {r["id"] for r in find_mutants("a.py", IDS, frozenset({"number"}))} <= everything


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError, match="no_such"):
        find_mutants("a.py", "a = 1", frozenset({"no_such"}))
    with pytest.raises(KeyError, match="no_such"):
        find_mutants("a.py", "a = 1", None, frozenset({"no_such"}))


def test_source_that_does_not_parse_is_refused() -> None:
    with pytest.raises(SyntaxError):
        find_mutants("a.py", "def f(:\n")


UNITS = """\
@decorate(1)
def outer(a=2):
    @decorate(3)
    def inner(b=4):
        return 5
    class Local:
        x = 6
        def method(self, c=7):
            return 8
    return [9 for _ in a]


class C(Base, option=10):
    y = 11
    f = lambda self: 12

    def method(self, d=13):
        return 14

    class Nested:
        def method(self):
            return 15


if flag:
    def outer():
        return 16
"""


@pytest.mark.parametrize(
    ("number", "function", "unit", "unit_line"),
    [
        (1, "outer", None, 0),
        (2, "outer", None, 0),
        (3, "outer.<locals>.inner", "outer", 2),
        (4, "outer.<locals>.inner", "outer", 2),
        (5, "outer.<locals>.inner", "outer", 2),
        (6, "outer.<locals>.Local", "outer", 2),
        (7, "outer.<locals>.Local.method", "outer", 2),
        (8, "outer.<locals>.Local.method", "outer", 2),
        (9, "outer", "outer", 2),
        (10, "C", None, 0),
        (11, "C", None, 0),
        (12, "C", None, 0),
        (13, "C.method", "C.method", 17),
        (14, "C.method", "C.method", 17),
        (15, "C.Nested.method", "C.Nested.method", 21),
        (16, "outer", "outer", 26),
    ],
)
def test_unit(number: int, function: str, unit: str | None, unit_line: int) -> None:
    chosen = frozenset({"number", "default_argument"})
    records = {r["original"]: r for r in find_mutants("a.py", UNITS, chosen)}
    record = records[str(number)]
    assert (record["function"], record["unit"], record["unit_line"]) == (function, unit, unit_line)


REACH = '''\
@(lambda f:
  f)
def f(
    a=1,
    b=(2,
       "s"),
):
    """docs"""
    total = 0
    while True:
        total += 1
        if (total > 1
                and a):
            break
        elif not b:
            continue
    for x in (1,
              2):
        total += x
    try:
        if a:
            raise ValueError(
                "x")
    except ValueError as error:
        total = g(
            total,
            1)
    finally:
        total -= 1
    with manager(1) as m:
        m.append(1)
    match a:
        case 5:
            total = 1
        case 1 if total:
            total += 2
        case _:
            pass
    match b:
        case (1, 2):
            pass
        case _:
            total += 3
    key = (lambda v:
           v + 1)
    found = [
        y
        for y in (1, 2)
        if y > 1
    ]

    class Local:
        z = 3

    if 1:
        total += 1
    assert key(1) == 2
    return (
        total
        + Local.z
        + len(found)
    )


def g(total, by=2):
    if total: return total
    return total + by


def gen():
    x = yield from (1, 2)
    yield f"{x} end"
'''


def executed(source: str) -> set[int]:
    """The lines that have a line event when the sample above runs."""
    lines: set[int] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_code.co_filename == "reach.py":
            if event == "line":
                lines.add(frame.f_lineno)
            return trace
        return None

    class Manager:
        def __init__(self, size: int) -> None:
            self.size = size

        def __enter__(self) -> list[int]:
            return []

        def __exit__(self, *args: object) -> None:
            return None

    names: dict[str, Any] = {"manager": Manager, "__name__": "reach"}
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(compile(source, "reach.py", "exec"), names)
        names["f"]()
        names["g"](0)
        list(names["gen"]())
    finally:
        sys.settrace(before)
    return lines


def test_what_was_executed_counts_as_reached() -> None:
    ran = executed(REACH)
    unreached = {
        (r["line"], r["operator"])
        for r in find_mutants("reach.py", REACH)
        if not any(first <= line <= last for first, last in r["lines"] for line in ran)
    }
    # The sample does not come to one `continue`, and not to all cases.
    assert {line for line, _ in unreached} == {16, 34, 37}


def test_lines_of_a_compound_statement_are_those_of_its_header() -> None:
    records = find_mutants("reach.py", REACH)
    lines = {(r["line"], r["operator"]): r["lines"] for r in records}
    assert lines[12, "comparison"] == ((12, 13),)
    assert lines[17, "loop_skipped"] == ((17, 18),)
    assert lines[4, "default_argument"] == ((1, 7),)
    assert lines[25, "handler_emptied"] == ((25, 27),)
    assert lines[9, "whole_body"][0][0] == 9


def test_spans_count_characters_not_bytes() -> None:
    source = "naïve = 'ü' + f(é, 1)\n"
    record = one(source, "number")
    assert source[record["start"] : record["end"]] == "1"
    assert record["column"] == source.index("1") + 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_tabs_are_kept(end: str) -> None:
    source = end.join(["def f(a):", "\tif a:", "\t\tg()", "\t\th()", "\treturn a + 1", ""])
    records = find_mutants("a.py", source)
    plus = next(r for r in records if r["operator"] == "arithmetic")
    assert (plus["line"], plus["column"], plus["original"]) == (5, 11, "+")
    swapped = next(r for r in records if r["operator"] == "statements_swapped")
    text = apply(source, swapped["start"], swapped["end"], swapped["replacement"])
    assert text == source.replace("g()", "?").replace("h()", "g()").replace("?", "h()")
    assert not [r for r in records if r["excluded"] == "unviable"]


def test_form_feeds_are_no_line_ends() -> None:
    record = one("a = b\n\x0c\nif a:\n    c = 1\n", "number")
    assert (record["line"], record["original"]) == (4, "1")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"a = 1\r\n", "a = 1\r\n", "utf-8"),
        (b"\xef\xbb\xbfa = 1\n", "a = 1\n", "utf-8-sig"),
        (b"# -*- coding: latin-1 -*-\na = '\xe9'\n", "# -*- coding: latin-1 -*-\na = 'é'\n",
         "iso-8859-1"),
        ("a = 'é'\r".encode(), "a = 'é'\r", "utf-8"),
    ],
)  # fmt: skip
def test_decode(data: bytes, text: str, encoding: str) -> None:
    assert decode(data) == (text, encoding)
    assert text.encode(encoding) == data


@pytest.mark.parametrize("data", [b"a = '\xe9'\n", b"# coding: nonsense\n"])
def test_decode_refuses(data: bytes) -> None:
    with pytest.raises(SyntaxError):
        decode(data)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a  +  b", "a+b"),
        ("a  if b  else c", "a if b else c"),
        ("f(a,  # why\n  'x  y')", "f(a,'x  y')"),
        ("a \\\n + b", "a+b"),
        ("return  'x'", "return 'x'"),
    ],
)
def test_normalise(text: str, result: str) -> None:
    assert normalise(text) == result


def code(source: str) -> Any:
    return compile(source, "a.py", "exec")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a = 1", "\n\na =  1", True),
        ("a = 1", "a = True", False),
        ("a = 0.0", "a = -0.0", False),
        ("a = (1, 2)", "a = (1, 2.0)", False),
        ("a = b in {1, 2}", "a = b in {2, 1}", True),
        ("def f():\n    return 1", "def f():\n\n    return 1", True),
        ("def f():\n    return 1", "def f():\n    return 2", False),
        ("def f(a): pass", "def f(b): pass", False),
    ],
)
def test_same_code(first: str, second: str, same: bool) -> None:
    assert same_code(code(first), code(second)) is same


def test_mutant_that_compiles_to_the_same_is_equivalent() -> None:
    source = "def f(a):\n    return a\n    g(1)\n"
    record = one(source, "number")
    assert (record["excluded"], record["reason"]) == (
        "equivalent", "it compiles to the same code"
    )  # fmt: skip


def unviable(source: str) -> list[tuple[str, str]]:
    """The changes that do not compile."""
    records = find_mutants("a.py", source)
    return [(r["original"], r["reason"]) for r in records if r["excluded"] == "unviable"]


@pytest.mark.parametrize("indent", ["", "    "])
def test_mutant_that_does_not_compile_is_unviable(indent: str) -> None:
    # A pattern can't name one key twice.
    lines = ["match a:", "    case {1: x, 2: y}:", "        g(x, y)"]
    source = "\n".join([*(["def f(a):"] if indent else []), *(indent + line for line in lines)])
    assert unviable(source) == [("1", "it does not compile")]


def test_code_that_needs_its_surroundings_is_not_called_unviable() -> None:
    filler = "".join(f"    a{n} = n\n" for n in range(400))
    steps = """\
    if a:
        break
    elif b: continue
    try: c()
    except E: d()
    match e:
        case 1: f()
    @g(1)
    def h(i=2): return (yield 3)
"""
    for head in ("for a in b:\n", "async def f():\n  while True:\n"):
        extra = "  " if head.startswith("async") else ""
        body = "".join(extra + line + "\n" for line in (filler + steps).splitlines())
        assert unviable(head + body) == []


def test_same_text_by_two_operators_is_one_mutant() -> None:
    source = "def f():\n    try:\n        a()\n    except E:\n        raise X(1)\n"
    records = find_mutants("a.py", source)
    texts = [apply(source, r["start"], r["end"], r["replacement"]) for r in records]
    assert len(set(texts)) == len(texts)


def test_long_tables_are_sampled() -> None:
    table = "TABLE = {\n" + "".join(f"    'k{n}': {n},\n" for n in range(2000)) + "}\n"
    assert 0 < len(find_mutants("a.py", table)) < 20


def test_long_function_does_not_explode() -> None:
    body = "".join(f"    a{n} = g(a, {n}) + 1\n" for n in range(1500))
    records = find_mutants("a.py", f"def f(a):\n{body}    return a\n")
    assert len(records) > 3000
    assert all(r["unit"] == "f" for r in records)


def test_deep_expressions_are_no_trouble() -> None:
    deep = "a = " + " + ".join(["b"] * 900) + "\nc = " + "-" * 80 + "d\n"
    assert len(find_mutants("a.py", deep)) > 900


def test_parts_of_formatted_strings_are_placed_right() -> None:
    source = 'x = (f"{a + 1}"\n     f"{b:{w}} {c - 2!r}")\n'
    for record in find_mutants("a.py", source):
        assert source[record["start"] : record["end"]] == record["original"]
        text = apply(source, record["start"], record["end"], record["replacement"])
        if record["excluded"] != "unviable":
            compile(text, "a.py", "exec")
