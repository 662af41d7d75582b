"""Each operator, by what it makes of small pieces of source."""

from __future__ import annotations

import pytest

from refute_child.mutants import apply, find_mutants
from refute_child.operators import OPERATORS


def raising(kind: str) -> str:
    """The statement that stands for a failure."""
    return f'raise {kind}("injected by refute")'


CASES: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {
    "comparison": [
        ("a < b", [("<", "<="), ("<", ">=")]),
        ("(a) == (b)", [("==", "!=")]),
        ("a is  not b", [("is  not", "is")]),
        ("a not in b", [("not in", "in")]),
        ("0 < a <= b", [("<", "<="), ("<", ">="), ("<=", "<"), ("<=", ">")]),
        ("(a  # < here\n < b)", [("<", "<="), ("<", ">=")]),
    ],
    "boolean": [
        ("a and b", [("and", "or")]),
        ("a or b or c", [("or", "and"), ("or", "and")]),
    ],
    "operand_dropped": [
        ("a and b", [("a and ", ""), (" and b", "")]),
        ("x = (a or b) and c", [
            ("(a or b) and ", ""), ("a or ", ""), (" or b", ""), (" and c", ""),
        ]),
        ("if a or (b := c()):\n    pass", [("a or ", ""), (" or (b := c())", "")]),
    ],
    "arithmetic": [
        ("a + b", [("+", "-")]),
        ("a ** -b", [("**", "*")]),
        ("(a) // (b)", [("//", "/")]),
        ("'a' + b", []),
        ("'%s' % a", []),
        ("[0] * n", []),
    ],
    "bitwise": [
        ("a & b", [("&", "|")]),
        ("a << 1", [("<<", ">>")]),
        ("a ^ b", [("^", "&")]),
        ("X = int | None", []),
    ],
    "unary": [
        ("not a", [("not ", "")]),
        ("not(a)", [("not", "")]),
        ("-a", [("-", "")]),
        ("~a", [("~", "")]),
        ("rows[-1]", []),
    ],
    "augmented": [
        ("a += 1", [("+=", "-="), ("+=", "=")]),
        ("a //= b", [("//=", "/="), ("//=", "=")]),
        ("a += 'x'", [("+=", "=")]),
        ("a |= b", [("|=", "&="), ("|=", "=")]),
    ],
    "default_argument": [
        ("def f(a, b=1, *, c=True):\n    g()", [("1", "2"), ("True", "False")]),
        ("def f(a=-1, b='name'):\n    g()", [("-1", "0"), ("'name'", "'nmae'")]),
        ("def f(a=''):\n    g()", [("''", "'x'")]),
        ("def f(a=None, b=(), c=X):\n    g()", [("()", "None"), ("X", "None")]),
        ("lambda a=0: a", [("0", "1")]),
    ],
    "number": [
        ("a = 3", [("3", "4")]),
        ("a = 0.5", [("0.5", "1.5")]),
        ("a = -1", [("-1", "0")]),
        ("a = True", []),
        ("def f(a=3):\n    g()", []),
        ("a: Literal[3] = b", []),
    ],
    "boolean_constant": [
        ("a = True", [("True", "False")]),
        ("f(b=False)", [("False", "True")]),
        ("while True:\n    f()", []),
    ],
    "none": [
        ("a = None", [("None", "True")]),
        ("f(None)", [("None", "True")]),
        ("a is None", []),
        ("def f(a=None):\n    return None", []),
    ],
    "string_typo": [
        ("run(['helm', '--wait'])", [("'helm'", "'hlem'"), ("'--wait'", "'--wiat'")]),
        ("d['key']", [("'key'", "'kye'")]),
        ('d = {"user_id": 1}', [('"user_id"', '"uesr_id"')]),
        ("'%(name)s ab' % x", [("'%(name)s ab'", "'%(name)s ba'")]),
        ("'{} done'.format(x)", [("'{} done'", "'{} dnoe'")]),
        ("a.split(',')", [("','", "',,'")]),
        ("f(rb'ab')", [("rb'ab'", "rb'ba'")]),
        ("f('a' 'b')", [("'a' 'b'", "'ba'")]),
        ("a.strip('=+')", []),
        ("open(p, 'rb')", []),
        ("a = 'name'", []),
    ],
    "string": [
        ("a = 'user-'", [("'user-'", "''")]),
        ('a = ""', [('""', '"x"')]),
        ("a = b'x'", [("b'x'", "b''")]),
        ("def f():\n    'docs'\n    return 'a'", [("'a'", "''")]),
        ("a: 'int' = 1", []),
    ],
    "fstring_part": [
        ("f'{a}-{b}'", [("{a}", ""), ("{b}", "")]),
        ("f'{a[1]:>{w}}/user'", [("{a[1]:>{w}}", ""), ("/user", "/uesr")]),
        ("f'{{a}} {b!r}'", [("{b!r}", "")]),
        ('f"{d[\'}\']}"', [("{d['}']}", "")]),
    ],
    "condition_negated": [
        ("if f(a):\n    g()", [("f(a)", "not f(a)")]),
        ("x = a if b else c", [("b", "not b")]),
        ("def f():\n    while (yield):\n        g()", [("yield", "not (yield)")]),
        ("if not a:\n    g()", []),
        ("if a == b:\n    g()", []),
        ("if a and b:\n    g()", []),
    ],
    "condition_true": [
        ("if a == 1:\n    g()", [("a == 1", "True")]),
        ("x = a if b else c", [("b", "True")]),
        ("while a:\n    g()", []),
    ],
    "condition_false": [
        ("if a:\n    g()\nelif b:\n    h()", [("a", "False"), ("b", "False")]),
        ("while a:\n    g()", [("a", "False")]),
        ("while True:\n    g()", [("True", "False")]),
    ],
    "filter_dropped": [
        ("[x for x in y if x]", [("if x", "")]),
        ("{x for x in y if (x) if z}", [("if (x)", ""), ("if z", "")]),
        ("[x for x in y]", []),
    ],
    "match_case": [
        ("match a:\n    case 1:\n        f()", [("", " if False")]),
        ("match a:\n    case {'k': v} if v:\n        f()", [("v", "False"), ("v", "True")]),
        ("match a:\n    case _:\n        f()", [("", " if False")]),
    ],
    "loop_skipped": [
        ("for a in b:\n    f()", [("b", "()")]),
        ("async def f():\n    async for a in b:\n        g()", []),
    ],
    "loop_control": [
        ("for a in b:\n    break", [("break", "continue")]),
        ("for a in b:\n    if a:\n        continue\n    f()", [("continue", "break")]),
    ],
    "return_value": [
        ("def f():\n    return a", [("a", "None")]),
        ("def f() -> str:\n    return a", [("a", '""')]),
        ("def f() -> list[int]:\n    return a", [("a", "[]")]),
        ("def f() -> bool:\n    return a()", [("a()", "not a()")]),
        ("def f() -> bool:\n    return a < b", []),
        ("def f() -> int | None:\n    return a", [("a", "None")]),
        ("def f() -> tuple[int, str]:\n    return a, b", [("a, b", "None")]),
        ("def f():\n    return 1", []),
        ("def f(a):\n    return(a)", [("a", "None")]),
        ("def f(a):\n    return[a]", [("[a]", " None")]),
    ],
    "yield_value": [
        ("def f():\n    yield a", [("a", "None")]),
        ("def f():\n    yield from a", [("a", "()")]),
        ("def f():\n    yield", []),
    ],
    "lambda_body": [
        ("f = lambda a: a + 1", [("a + 1", "None")]),
        ("f = lambda: 0", []),
    ],
    "whole_body": [
        ("def f() -> int:\n    a = 1\n    return a", [("a = 1\n    return a", "return 0")]),
        ("def f():\n    'docs'\n    a()\n    b()", [("a()\n    b()", "return")]),
        ("def f():\n    a()\n    yield 1", [("a()\n    yield 1", "return; yield")]),
        ("def f(self):\n    a()\n    return self", [("a()\n    return self", "return self")]),
        ("def f(a):\n    a()\n    return not a", [("a()\n    return not a", "return False")]),
        ("def f():\n    return a", []),
        ("def f():\n    ...", []),
        ("@typing.overload\ndef f(a):\n    b()\n    c()", []),
    ],
    "statement_removed": [
        ("f()\ng()", [("f()", "pass"), ("g()", "pass")]),
        ("async def f():\n    await g()\n    h()", [("await g()", "pass"), ("h()", "pass")]),
        ("del a[0]", [("del a[0]", "pass")]),
        ("def f(a):\n    if a:\n        return\n    g()", [("return", "pass"), ("g()", "pass")]),
        ("def f(a):\n    return", []),
        ("'text'", []),
    ],
    "assignment_removed": [
        ("def f(a):\n    a = g(a)\n    return a", [("a = g(a)", "pass")]),
        ("def f():\n    a = g()\n    return a", [("g()", "None")]),
        ("def f(self):\n    self.a = g()\n    h()", [("self.a = g()", "pass")]),
        ("def __init__(self):\n    self.a = g()\n    h()", [("g()", "None")]),
        ("def f(d):\n    d['k'] = 1", [("d['k'] = 1", "pass")]),
        ("def f(d):\n    d += 1", [("d += 1", "pass")]),
        ("a, b = f()", []),
        ("a = 1", []),
    ],
    "call_removed": [
        ("a = b.strip()", [("b.strip()", "b")]),
        ("a = (b + c).lower()", [("(b + c).lower()", "(b + c)")]),
        ("a = sorted(b)", [("sorted(b)", "b")]),
        ("a = int(b or c) * 2", [("int(b or c)", "(b or c)")]),
        ("a = want_bytes(b)", [("want_bytes(b)", "b")]),
        ("a = list(x for x in y)", [("list(x for x in y)", "(x for x in y)")]),
        ("a = copy.copy(b)", []),
        ("a = sorted(a)", []),
        ("a = f(b)", []),
    ],
    "await_dropped": [("async def f():\n    a = await (g())", [("await ", "")])],
    "context_manager": [
        ("with a as b, c:\n    f()", [
            ("a", '__import__("contextlib").nullcontext(a)'),
            ("c", '__import__("contextlib").nullcontext(c)'),
        ]),
        ("with nullcontext():\n    f()", []),
    ],
    "decorator_removed": [
        ("@a.b(1)\n@property\ndef f():\n    g()", [("@a.b(1)", ""), ("@property", "")]),
        ("@ dataclass\nclass A:\n    pass", [("@ dataclass", "")]),
        ("@overload\n@abc.abstractmethod\n@wraps(g)\ndef f():\n    g()", []),
    ],
    "argument_dropped": [
        ("a.get(k, 0)", [(", 0", "")]),
        ("a.get(k)", []),
        ("f(*a)", [("*a", "")]),
        ("f(a, b, c)", [(", c", "")]),
        ("f(a, b)", []),
        ("getattr(a, 'b', None)", [(", None", "")]),
        ("def f(a, b=1):\n    pass\nf(a, b)", [(", b", "")]),
        ("def f(a, b, c):\n    pass\nf(a, b, c)", []),
        ("f(*(a), )", [("*(a),", "")]),
    ],
    "keyword_dropped": [
        ("f(a, b=c, **d)", [(", b=c", ""), (", **d", "")]),
        ("f(b=(c), d=e)", [("b=(c), ", ""), (", d=e", "")]),
        ("f(a=c,)", [("a=c,", "")]),
        ("def f(*, a, b=1):\n    pass\nf(a=c, b=c)", [(", b=c", "")]),
        ("f(a=True)", []),
    ],
    "argument_swapped": [
        ("f(a, b)", [("a, b", "b, a")]),
        ("f((a), b,)", [("(a), b", "b, (a)")]),
        ("f(a, 1)", []),
        ("f(self, a)", []),
        ("f('a', 1)", []),
        ("max(a, b)", []),
        ("isinstance(a, b)", []),
        ("def g(a: int, b: str):\n    f(a, b)", []),
    ],
    "wrong_variable": [
        ("def g(a: int, b: int, c: str):\n    f(a)", [("a", "b")]),
        ("def g(old_name, new_name, other):\n    f(x=new_name)", [("new_name", "old_name")]),
        ("def g(i):\n    j = 0\n    f(i)", [("i", "j")]),
        ("def g(x_a, x_b, x_c, x_d):\n    f(x_a)", [("x_a", "x_b"), ("x_a", "x_c")]),
        ("def g(a1):\n    f(a1)\n    a2 = 0", []),
        ("class A:\n    def g(self, size):\n        f(size)", []),
    ],
    "index": [
        ("a[i]", [("i", "i + 1"), ("i", "i - 1")]),
        ("a[0]", [("0", "-1")]),
        ("a[i - 1]", [("i - 1", "i")]),
        ("a[key]", []),
    ],
    "slice_bound": [
        ("a[b:]", [("b", ""), ("b", "b + 1"), ("b", "b - 1")]),
        ("a[:-1]", [("-1", ""), ("-1", "-2")]),
        ("a[1:]", [("1", "")]),
        ("a[:b or c]", [("b or c", ""), ("b or c", "(b or c) + 1"), ("b or c", "(b or c) - 1")]),
        ("a[::2]", [("2", "")]),
        ("a[:]", []),
    ],
    "dict_entry": [
        ("{'a': 1, **b, (c): (2),}", [("'a': 1, ", ""), (", **b", ""), (", (c): (2)", "")]),
        ("{a: 1,}", [("a: 1,", "")]),
    ],
    "list_element": [
        ("[a, (b)]", [("a, ", ""), (", (b)", "")]),
        ("[a]", []),
        ("[a, b] = c", []),
    ],
    "handler_emptied": [
        ("try:\n    f()\nexcept A:\n    g()\n    h()", [("g()\n    h()", "pass")]),
        ("try:\n    f()\nexcept A:\n    pass", []),
    ],
    "handler_raises": [
        ("try:\n    f()\nexcept A: g()", [("g()", "raise")]),
        ("try:\n    f()\nexcept A:\n    g()\n    raise", []),
    ],
    "raise_removed": [("if a:\n    raise E(a) from b", [("raise E(a) from b", "pass")])],
    "call_raises": [
        ("def f(p):\n    open(p)", [("open(p)", raising("OSError"))]),
        ("def f(p):\n    return int(p)", [("return int(p)", raising("ValueError"))]),
        ("async def f(p):\n    a = await p()", [("a = await p()", raising("RuntimeError"))]),
        (
            "def f():\n    try:\n        a = p()\n    except (mine.E, LookupError):\n        g = 1",
            [("a = p()", raising("LookupError"))],
        ),
        ("def f(d):\n    a = d['k']", [("a = d['k']", raising("KeyError"))]),
        ("def f(p):\n    a = p()\n    b.append(a)\n    c = Thing()", []),
    ],
    "statements_swapped": [
        ("a()\nb()", [("a()\nb()", "b()\na()")]),
        ("async def f():\n  await a\n  await b", [("await a\n  await b", "await b\n  await a")]),
        ("a()\nx = 1\nb()", []),
        ("a()\na()", []),
        ("a()\nlogger.info('x')", []),
    ],
}  # fmt: skip


def found(source: str, operator: str) -> list[tuple[str, str]]:
    """What one operator changes, in order of the text; no rule hides anything."""
    records = find_mutants("a.py", source, frozenset({operator}), frozenset())
    assert not [r for r in records if r["excluded"] == "unviable"]
    return [(r["original"], r["replacement"]) for r in records]


def test_every_operator_has_a_table() -> None:
    assert set(CASES) == set(OPERATORS)


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [(name, source, expected) for name, rows in CASES.items() for source, expected in rows],
)
def test_operator(operator: str, source: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(found(source, operator)) == sorted(expected)


@pytest.mark.parametrize("name", OPERATORS)
def test_documented_example_is_real(name: str) -> None:
    before, after = OPERATORS[name].example
    records = find_mutants("a.py", before, frozenset({name}), frozenset())
    results = [apply(before, r["start"], r["end"], r["replacement"]) for r in records]
    assert after in results


@pytest.mark.parametrize("name", OPERATORS)
def test_documentation_reads_as_sentences(name: str) -> None:
    operator = OPERATORS[name]
    assert operator.name == name
    assert operator.changes.endswith(".")
    assert operator.why.startswith("A survivor means")
    assert operator.why.endswith(".")


NEVER = [
    "import a\nfrom b import c as d",
    "__all__ = ['a', 'b']",
    "__all__ += ['a']",
    "if TYPE_CHECKING:\n    a = 1",
    "a: dict[str, 'int']",
    "def f(a: Literal['x'], *b: int) -> Literal[1]: ...",
    "@overload\ndef f(a: int = 1) -> int: ...",
    "class P(Protocol):\n    'docs'\n    a: int\n\n    def f(self) -> int: ...",
    "class A:\n    @abc.abstractmethod\n    def f(self):\n        'docs'\n        pass",
    "'docs'\n\ndef f():\n    'docs'\n    pass",
]


@pytest.mark.parametrize("source", NEVER)
def test_nothing_is_mutated_in(source: str) -> None:
    rules = frozenset({"type_checking"})
    records = find_mutants("a.py", source, None, rules)
    assert [r for r in records if not r["excluded"]] == []
