"""Where an exception could get out of a function, read from its source alone."""

from __future__ import annotations

import ast
import textwrap

import pytest

from refute_child.asking.culprits import Callee, judge
from refute_child.asking.names import locals_of, names_of
from refute_child.asking.openings import Reader

CASES: dict[str, tuple[type[BaseException], str, list[tuple[str, int]]]] = {
    "open_call": (OSError, "get(1)", [("call", 2)]),
    "covered": (OSError, "try:\n  get(1)\nexcept OSError:\n  pass", []),
    "too_narrow": (OSError, "try:\n  get(1)\nexcept FileNotFoundError:\n  pass", [("call", 3)]),
    "unknown_class": (OSError, "try:\n  get(1)\nexcept Unknown:\n  pass", [("call", 3)]),
    "again": (OSError, "try:\n  get(1)\nexcept OSError:\n  if x: raise", [("call", 3)]),
    "again_by_name": (
        OSError,
        "try:\n  get(1)\nexcept OSError as e:\n  raise e",
        [("call", 3), ("raise", 5)],
    ),
    "in_handler": (OSError, "try:\n  get(1)\nexcept OSError:\n  get(2)", [("call", 5)]),
    "in_else": (OSError, "try:\n  pass\nexcept OSError:\n  pass\nelse:\n  get(2)", [("call", 7)]),
    "in_lambda": (OSError, "try:\n  lambda: get(1)\nexcept OSError:\n  pass", [("call", 3)]),
    "own_raise": (OSError, "raise TimeoutError(1)", [("own", 2)]),
    "wider_raise": (OSError, "raise Exception(1)", [("own", 2)]),
    "other_raise": (OSError, "raise ValueError(1)", []),
    "any_raise": (OSError, "raise make(1)", [("raise", 2), ("call", 2)]),
    "harmless": (OSError, "print(len(str(x)), isinstance(x, int))", []),
    "subscript": (KeyError, "x[1]", [("other", 2)]),
    "no_subscript": (OSError, "x[1]", []),
    "lazy": (OSError, "for y in x: pass", [("other", 2)]),
    "counted": (OSError, "for y in range(3): pass", []),
    "group": (OSError, "try:\n  pass\nexcept* OSError:\n  pass", [("other", 2)]),
    "suppressed": (OSError, "with suppress(OSError):\n  get(1)", []),
}


@pytest.mark.parametrize("case", CASES)
def test_openings(case: str) -> None:
    error, body, expected = CASES[case]
    source = "def f(x):\n" + textwrap.indent(body, "  ")
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    from contextlib import suppress

    reader = Reader(error, names_of({"suppress": suppress}), local=locals_of(node))
    found = [(one.kind, one.line) for one in reader.openings(node)]
    assert found == expected


@pytest.mark.parametrize(
    ("callee", "known"),
    [
        (len, Callee.HARMLESS),
        (KeyError, Callee.HARMLESS),
        (print, Callee.IDLE),
        (int, Callee.PURE),
        ("a".strip, Callee.PURE),
        (",".join, Callee.CONSUMER),
        (sorted, Callee.CONSUMER),
        (open, Callee.OPAQUE),
        (ast.parse, Callee.OPAQUE),
    ],
)
def test_what_can_raise_what(callee: object, known: Callee) -> None:
    assert judge(callee) is known
