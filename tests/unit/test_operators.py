"""Each operator, by what it makes of small pieces of source."""

from __future__ import annotations

import pytest
from tests.unit.operator_cases import CASES

from refute_child.mutants import apply, find_mutants
from refute_child.operators import OPERATORS


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
