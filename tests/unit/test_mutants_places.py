"""Where mutants lie: which lines reach them, and spans in any kind of file."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from tests.unit.mutant_records import one

from refute_child.mutants import apply, decode, find_mutants

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


def test_parts_of_formatted_strings_are_placed_right() -> None:
    source = 'x = (f"{a + 1}"\n     f"{b:{w}} {c - 2!r}")\n'
    for record in find_mutants("a.py", source):
        assert source[record["start"] : record["end"]] == record["original"]
        text = apply(source, record["start"], record["end"], record["replacement"])
        if record["excluded"] != "unviable":
            compile(text, "a.py", "exec")
