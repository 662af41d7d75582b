"""The list of a file's mutants: its records, their ids and their units."""

from __future__ import annotations

import argparse
import dataclasses
import queue
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.mutant_records import one

from refute.faults.fault import Mutant
from refute_child.mutants import apply, decode, find_mutants

LIBRARY = (textwrap, queue, dataclasses, argparse)


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
