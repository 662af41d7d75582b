"""The arithmetic of the score: it adds up, and it never claims more than was seen."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import fault, killed, other, shop, survived

from refute.metrics.mutation import (
    Counts,
    by_file,
    by_function,
    by_operator,
    left_out,
    percent,
    total,
)
from refute.metrics.ranking import USUAL, WEIGHTS, base, change, rank, ranked, sensitive
from refute.verdicts import KillKind, Reached, Verdict
from refute_child.operators import OPERATORS

COUNTS = st.builds(Counts, **{field.name: st.integers(0, 500) for field in fields(Counts)}).map(
    lambda counts: replace(counts, settled=min(counts.settled, counts.survived))
)
PAIRS = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS, COUNTS)
def test_counts_add_up_in_any_order(one: Counts, two: Counts, three: Counts) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Counts() == one
    assert (one + two).scored == one.scored + two.scored


@given(COUNTS)
def test_the_oracle_gap_is_coverage_minus_score(counts: Counts) -> None:
    if counts.coverage is None or counts.oracle_gap is None or counts.score is None:
        assert not (counts.scored and counts.tried)
        return
    if not counts.pending:
        assert counts.oracle_gap == pytest.approx(counts.coverage - counts.score)
    assert -1e-9 <= counts.oracle_gap <= counts.coverage <= 1


def test_the_oracle_gap_of_a_finished_run_has_a_numerator_and_a_denominator() -> None:
    counts = Counts(killed=6, timeout=1, survived=2, no_coverage=1, error=5)
    assert (counts.coverage, counts.oracle_gap) == (0.9, 0.2)
    assert Counts(error=3).oracle_gap is None


def test_score_has_killed_and_timeout_over_the_four_verdicts() -> None:
    counts = Counts(killed=6, timeout=1, survived=2, no_coverage=1, error=5, suppressed=9)
    assert counts.score == 0.7
    assert counts.score_covered == pytest.approx(7 / 9)
    assert counts.judged_share == pytest.approx(10 / 15)


def test_shares_of_nothing_are_none() -> None:
    counts = Counts(suppressed=3, equivalent=1, unviable=2)
    assert (counts.score, counts.score_covered, counts.judged_share) == (None, None, None)
    assert percent(0, 0) == "n/a"


@given(PAIRS)
def test_percentages_reach_the_ends_only_when_they_are_exact(pair: tuple[int, int]) -> None:
    part, whole = pair
    text = percent(part, whole)
    assert (text == "100%") == (part == whole)
    assert (text == "0%") == (part == 0)
    assert abs(float(text.rstrip("%")) - 100 * part / whole) <= 0.1


def test_percentages_near_the_ends() -> None:
    assert [percent(9_999, 10_000), percent(1, 10_000), percent(412, 480)] == [
        "99.9%",
        "0.1%",
        "85.8%",
    ]


def test_verdicts_and_kinds_are_counted() -> None:
    counts = total(shop().judged)
    assert (counts.killed, counts.told, counts.crashed, counts.tripped) == (3, 2, 1, 0)
    assert (counts.survived, counts.no_coverage, counts.suppressed, counts.error) == (5, 2, 1, 1)


def test_a_timeout_is_detected_but_is_no_kind_of_kill() -> None:
    item = killed(fault("and", "or"), verdict=Verdict.TIMEOUT, kill_kind=KillKind.TIMEOUT)
    assert total([item]) == Counts(timeout=1)


@pytest.mark.parametrize("group", [by_file, by_function, by_operator])
def test_groups_add_up_to_the_whole(group: object) -> None:
    judged = shop().judged
    parts = group(judged)  # type: ignore[operator]
    assert sum(parts.values(), Counts()) == total(judged)
    assert len(parts) > 1


def test_what_is_left_out_is_counted_by_reason() -> None:
    judged = [
        other(fault("and", "or"), Verdict.ERROR, "runs in another process"),
        other(fault("100", "101"), Verdict.ERROR, "runs in another process"),
        other(fault("0.9", "1.9", excluded="suppressed", reason="a rule"), Verdict.SUPPRESSED),
        survived(fault("log", "None")),
    ]
    assert [(one.verdict, one.reason, one.count) for one in left_out(judged)] == [
        (Verdict.ERROR, "runs in another process", 2),
        (Verdict.SUPPRESSED, "a rule", 1),
    ]


def test_every_operator_has_its_weight_and_no_other_has() -> None:
    assert set(WEIGHTS) == set(OPERATORS)
    assert USUAL not in WEIGHTS.values()


def test_survivors_are_ranked_by_what_they_tell() -> None:
    typo = survived(fault('"not paid"', '"nto paid"', operator="string_typo", function="f"))
    sign = survived(fault("-order.total", "order.total", operator="unary", function="f"))
    body = survived(fault("log(amount)", "pass", operator="whole_body", function="f"))
    assert ranked([typo, killed(fault("and", "or")), sign, body]) == [body, sign, typo]


def test_names_tests_and_infection_raise_the_rank() -> None:
    plain = survived(fault("and", "or", function="f", file="a.py"))
    assert rank(survived(fault("and", "or", function="Cart.check_payment"))) > rank(plain)
    assert rank(survived(plain.mutant, *(f"t.py::t{n}" for n in range(9)))) > rank(plain)
    assert rank(survived(plain.mutant, reached=Reached.INFECTED)) > rank(plain)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("verify_token", True), ("CSRFGuard.run", True), ("isValid", True), ("render", False)],
)
def test_sensitive_names_are_told_by_their_words(name: str, expected: bool) -> None:
    assert sensitive(name) is expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("t.py::test_x", "t.py::test_x"),
        ("t.py::test_x[a::b[1]]", "t.py::test_x"),
        ("t[1].py::TestA::test_x[1]", "t[1].py::TestA::test_x"),
        ("README.md", "README.md"),
    ],
)
def test_parameters_are_cut_from_node_ids(node: str, expected: str) -> None:
    assert base(node) == expected


def test_a_change_is_told_in_a_few_words() -> None:
    assert change(survived(fault("and", "or"))) == "and became or"
    assert change(survived(fault("and", ""))) == "and removed"
    assert change(survived(fault("", "not "))) == "not added"
