"""Probed functions behave as before, and never miss a mutant that differs."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from tests.unit.probed import CLASSES, outcome

from refute_child.probes import probe_unit
from refute_child.units import Module

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
