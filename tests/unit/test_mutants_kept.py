"""Which mutants are worth a run: equivalent ones, unviable ones, and too many of a kind."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.mutant_records import one

from refute_child.mutants import apply, find_mutants, same_code
from refute_child.operators.text import normalise


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
