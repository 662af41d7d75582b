"""Which mutants and tests a run takes up, by changes and by shard."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.plans import mutant

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.changes import Changes
from refute.reuse import Tree
from refute.selecting import Choice, choose, in_shard
from refute.trials.scribe import Unit

TREE = Tree(
    digests={},
    files=("shop.py",),
    units={"shop.py": (Unit("low#1", 3, 6, ""), Unit("high#1", 8, 9, ""))},
    by_test_file={},
    test_names={0: "test_shop.py"},
    test_units={"test_shop.py": (Unit("test_low#1", 1, 2, ""), Unit("TestHigh.test#1", 5, 6, ""))},
)
NAMES = ("test_shop.py::test_low[1]", "test_shop.py::test_low[2]", "test_shop.py::TestHigh::test")
BASELINE = Baseline(
    tests=tuple(Test(name, TestOutcome.PASSED, 0.1) for name in NAMES),
    coverage=Coverage(
        {"shop.py": {4: frozenset({0, 1}), 5: frozenset({0}), 9: frozenset({2})}}, {}, {}, {}
    ),
    collect_seconds=0.1,
    suite_seconds=0.1,
    versions={},
    boundaries={},
    test_files=(0, 0, 0),
    files=("/test_shop.py",),
)


def at(line: int) -> object:
    return replace(
        mutant(f"m-{line}"), file="shop.py", line=line, end_line=line, lines=((line, line),)
    )


MUTANTS = [at(line) for line in (1, 4, 5, 9)]


def chosen(**spans: tuple[tuple[int, int], ...]) -> Choice:
    files = {f"{name}.py": value for name, value in spans.items()}
    return choose(MUTANTS, BASELINE, TREE, Changes("since x", files), None)  # type: ignore[arg-type]


def lines(choice: Choice) -> list[int]:
    return [one.line for one in choice.mutants]


@pytest.mark.parametrize(
    ("span", "expected"),
    [((1, 1), [1]), ((2, 2), []), ((3, 3), [4, 5]), ((6, 8), [4, 5, 9]), ((1, 99), [1, 4, 5, 9])],
)
def test_changed_lines_and_the_functions_that_hold_them(
    span: tuple[int, int], expected: list[int]
) -> None:
    assert lines(chosen(shop=(span,))) == expected


def test_what_changed_tests_run_and_these_tests() -> None:
    choice = chosen(test_shop=((2, 2),))
    assert lines(choice) == [4, 5]
    assert choice.tests == frozenset({0, 1})
    assert choice.changed == NAMES[:2]
    assert chosen(test_shop=((5, 5),)).changed == NAMES[2:]


def test_what_is_left_alone_is_pending_for_the_tests() -> None:
    choice = chosen(shop=((9, 9),))
    assert {item.mutant.line for item in choice.outside} == {4, 5}
    assert choice.tests == frozenset()


def test_each_mutant_is_in_one_shard() -> None:
    ids = [f"m-{number:08x}" for number in range(3000)]
    counts = Counter(n for id in ids for n in range(1, 4) if in_shard(id, n, 3))
    assert counts.total() == len(ids)
    assert min(counts.values()) > 900
