"""The pure parts of stability: the smallest part to blame, orders, plans, counts, records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from refute.faults.perturbation import (
    SEEDLESS,
    Kind,
    Perturbation,
    Rewrite,
    moment,
    plan,
    rewritten,
    sample,
    zone,
)
from refute.metrics.stability import Cause, Kills, StabilityCounts, counts_of
from refute.report import console_for
from refute.stability.document import to_json
from refute.stability.shrink import smallest
from refute.stability.text import render
from refute.stability.values import CAUSES, Ran, Stability, Unstable
from refute.trials.perturbed import read
from refute_child.orders import arranged

REWRITE = Rewrite("r-0123abcd", "shop.py", 3, 9, 10, "total", "local_renamed", "a", "b")


@pytest.mark.parametrize(
    "guilty", [*combinations(range(9), 1), *combinations(range(9), 2), (0, 4, 8)]
)
def test_smallest_part_is_found_whatever_it_is(guilty: tuple[int, ...]) -> None:
    def blamed(part: Sequence[int]) -> bool:
        return set(guilty) <= set(part)

    assert smallest(range(9), blamed, 1000) == list(guilty)


def test_one_of_a_thousand_takes_few_questions() -> None:
    asked: list[int] = []

    def blamed(part: Sequence[int]) -> bool:
        asked.append(len(part))
        return 777 in part

    assert smallest(range(1000), blamed, 1000) == [777]
    assert len(asked) <= 2 * 10


def test_no_more_questions_than_allowed() -> None:
    asked: list[int] = []

    def blamed(part: Sequence[int]) -> bool:
        asked.append(len(part))
        return {3, 90} <= set(part)

    found = smallest(range(100), blamed, 7)
    assert len(asked) <= 7
    assert {3, 90} <= set(found)


TESTS = ["a.py::A::x", "a.py::A::y", "a.py::z[b.py::q]", "b.py::x", "b.py::y", "c.py::x"]


@pytest.mark.parametrize("seed", range(30))
def test_an_order_holds_all_tests_and_keeps_files_in_one_piece(seed: int) -> None:
    order = arranged(TESTS, seed)
    assert sorted(order) == list(range(6))
    found = [TESTS[at].partition("::")[0] for at in order]
    assert sum(one != two for one, two in pairwise(found)) == 2


def test_orders_differ_by_seed_and_not_otherwise() -> None:
    assert arranged(TESTS, 0) == [5, 4, 3, 2, 1, 0]
    assert arranged(TESTS, 5) == arranged(TESTS, 5)
    assert len({tuple(arranged(TESTS, seed)) for seed in range(40)}) > 10


def test_plan_begins_with_nothing_and_has_every_kind_once_in_twelve() -> None:
    first = plan(12, 1)
    assert [one.kind for one in first[:2]] == [Kind.NOTHING, Kind.NOTHING]
    assert {one.kind for one in first} == set(Kind)
    assert plan(40, 1)[:12] == first
    seeded = [one for one in plan(40, 7) if one.kind not in SEEDLESS]
    assert len(set(seeded)) == len(seeded)
    assert {one.seed for one in seeded} - {0} == set(range(7, 7 + max(s.seed for s in seeded) - 6))


def test_a_perturbation_says_what_it_is() -> None:
    assert str(Perturbation(Kind.ORDER, 0)) == "the reverse order of the tests"
    assert str(Perturbation(Kind.ORDER, 3)) == "another order of the tests, 3"
    assert str(Perturbation(Kind.CLOCK, 1)) == "another time of day, 2028-02-29 12:00:00"
    assert Perturbation(Kind.HASH, 4).environment == {"PYTHONHASHSEED": "4"}
    assert Perturbation(Kind.ZONE, 1).environment == {"TZ": zone(1)}
    assert moment(99) == moment(99) != moment(100)


def test_one_rewrite_a_function_is_drawn() -> None:
    several = [
        Rewrite(f"r-0000000{at}", "a.py", 1, at, at + 1, f"f{at % 3}", "x", "", "")
        for at in range(9)
    ]
    chosen = sample(several, 10, 1)
    assert sorted(one.function for one in chosen) == ["f0", "f1", "f2"]
    assert len({tuple(one.id for one in sample(several, 10, seed)) for seed in range(9)}) > 3


def test_rewrites_are_put_in_together(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\r\nx = '\xe4'; y = 1\r\n")
    one = Rewrite("r-1", "a.py", 2, 19, 20, "", "x", "x", "long")
    two = Rewrite("r-2", "a.py", 2, 28, 29, "", "x", "y", "z")
    expected = b"# coding: latin-1\r\nlong = '\xe4'; z = 1\r\n"
    assert rewritten(tmp_path, [one, two]) == {path: expected}


def test_a_test_whose_process_ended_has_failed() -> None:
    records: list[dict[str, Any]] = [
        {"begin": "a"},
        {"test": "a", "outcome": "passed", "failure": ""},
        {"begin": "b"},
    ]
    answer = read(records, 9)
    assert answer.passed("a")
    assert answer.failed("b")
    assert answer.trouble == "the process ended with status 9"
    assert read([*records, {"code": 1}], 1).failed("b")
    assert read(records, None).failures == {"b": "it was cut"}


def test_a_failed_teardown_is_a_failure() -> None:
    records: list[dict[str, Any]] = [
        {"begin": "a"},
        {"test": "a", "outcome": "passed", "failure": ""},
        {"test": "a", "outcome": "failed", "failure": "gone"},
        {"code": 1},
    ]
    assert read(records, 1).failures == {"a": "gone"}


def test_counts_can_be_added() -> None:
    pairs = [("a", Cause.ORDER), ("a", Cause.TIME), ("b", Cause.ORDER), ("b", Cause.ORDER)]
    one = counts_of(10, 1, 2, pairs)
    assert (one.stable, one.unstable, one.of(Cause.ORDER), one.of(Cause.TIME)) == (8, 2, 2, 1)
    both = one + counts_of(5, 0, 0, [])
    assert (both.judged, both.stable, both.red, both.skipped) == (15, 13, 1, 2)
    assert both.share == 13 / 15
    assert StabilityCounts().share is None
    assert (Kills(1, 2, 3, 4) + Kills(1, 1, 1, 1)).total == 14


def made(*found: Unstable, kills: Kills | None = None) -> Stability:
    pairs = [(one.test, one.cause) for one in found]
    ran = Ran(Perturbation(Kind.ORDER, 3), 4, ("t.py::a",), 0.25)
    return Stability(
        "1.0", "3.12.1", "full", 1, (ran,), ("t.py::a", "t.py::b"), (),
        counts_of(2, 0, 0, pairs), found, 5, kills, ("a remark",), False, 9, 1.5,
    )  # fmt: skip


FOUND = (
    Unstable(
        "t.py::a", Cause.ORDER, Perturbation(Kind.ORDER, 3), "assert 1 == 2", 3, 3,
        "refute stability --only t.py::a --after t.py::b", after=("t.py::b",),
        left=("the environment changed: MODE",),
    ),
    Unstable(
        "t.py::b", Cause.BRITTLE, Perturbation(Kind.NOTHING), "KeyError", 2, 2,
        "refute stability --only t.py::b --rewrite r-0123abcd", rewrite=REWRITE,
    ),
)  # fmt: skip


def test_document_keeps_to_its_schema() -> None:
    schema = json.loads((files("refute") / "schema" / "stability-1.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    for one in (made(), made(*FOUND, kills=Kills(3, 1, 1, 0))):
        jsonschema.validate(to_json(one), schema)
    part = schema["properties"]["findings"]["items"]["properties"]
    assert part["cause"]["enum"] == list(Cause)
    assert part["perturbation"]["enum"] == list(Kind)
    assert set(CAUSES) == set(Kind)


def test_summary_names_tests_pairs_and_commands(capsys: pytest.CaptureFixture[str]) -> None:
    render(made(*FOUND, kills=Kills(199, 1, 0, 0)), console_for(width=80))
    printed = capsys.readouterr().out
    assert "0 of 2 tests stable  (1 run of the suite, 5 rewrites)" in printed
    assert "fails after   t.py::b" in printed
    assert "which leaves  the environment changed: MODE" in printed
    assert "\n  refute stability --only t.py::a --after t.py::b\n" in printed
    assert "199 told (99%), 1 tripped (1%), 0 crashed (0%)" in printed
    assert len(printed.splitlines()) < 40


def test_a_long_list_stays_under_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    render(made(*FOUND * 30), console_for(width=80))
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) < 50
    assert "and 48 more findings" in printed
