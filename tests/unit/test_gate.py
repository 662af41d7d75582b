"""Gates: what is measured, what holds, and what fails with which words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import fault, judgement, killed, other, shop, survived
from tests.unit.gate_projects import DAY, accepting, held, measured, one, refusal
from tests.unit.theatre_factory import stage, theatres

from refute.gate import DEFAULT_RATCHET, METRICS, Material, State, Unmeasured, Value
from refute.gate.ratchet import better, worse
from refute.judgement import Estimate, Remark, Slug, Verdict

PAGE = Path(__file__).parents[2] / "docs" / "gates.md"


def test_each_metric_is_in_the_docs_with_its_words() -> None:
    page = PAGE.read_text(encoding="utf-8")
    units = {"percent": "%", "count": "number", "seconds": "seconds", "factor": "times"}
    for metric in METRICS.values():
        cells = (
            f"`{metric.name}`",
            metric.what,
            units[metric.unit],
            "floor" if metric.good == "more" else "ceiling",
            "yes" if metric.by_path else "",
            "yes" if metric.ratchet else "",
        )
        assert f"| {' | '.join(cells)} |" in page
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert rows == list(METRICS)
    assert all(f"`{name}`" in page for name in DEFAULT_RATCHET)


@pytest.mark.parametrize(
    ("name", "number", "part", "whole"),
    [
        ("mutation-score", 30.0, 3, 10),
        ("score-covered", 37.5, 3, 8),
        ("fault-coverage", 80.0, 8, 10),
        ("oracle-gap", 50.0, 5, 10),
        ("judged-share", 1000 / 11, 10, 11),
        ("told-share", 200 / 3, 2, 3),
        ("survivors", 5, None, 10),
        ("not-run", 2, None, 11),
        ("unjudged-faults", 1, None, 11),
        ("red-tests", 1, None, None),
        ("skipped-tests", 0, None, 7),
        ("suite-seconds", 1.5, None, None),
        ("slowest-test-seconds", 0.01, None, None),
    ],
)
def test_what_is_measured(name: str, number: float, part: int | None, whole: int | None) -> None:
    found = measured(name, shop())
    assert isinstance(found, Value)
    assert found.number == pytest.approx(number)
    assert (found.part, found.whole) == (part, whole)


def test_the_same_below_a_pattern() -> None:
    found = measured("mutation-score", shop(), "src/shop/texts.py")
    assert isinstance(found, Value)
    assert (found.part, found.whole) == (1, 3)
    tests = measured("suite-seconds", shop(), "tests/test_money.py")
    assert isinstance(tests, Value)
    assert tests.number == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("blind-places", 2),
        ("blind-doubles", 1),
        ("unjudged-tests", 1),
        ("witness-share", 100 / 7),
        ("lying-doubles", 0),
    ],
)
def test_tests_and_doubles(name: str, number: float) -> None:
    found = measured(name, stage())
    assert isinstance(found, Value)
    assert found.number == pytest.approx(number)
    assert isinstance(measured(name, shop()), Unmeasured)


def test_counts_of_tests_say_how_many_were_judged() -> None:
    found = measured("prayers", stage())
    assert isinstance(found, Value)
    assert (found.whole, found.of) == (7, "judged tests")
    everybody = measured("untouched", stage())
    assert isinstance(everybody, Value)
    assert (everybody.whole, everybody.of) == (len(stage().tests), "tests")


@given(theatres)
def test_each_metric_of_any_judgement_is_measured_or_says_why_not(theatre: Any) -> None:
    material = Material(stage(theatre), DAY)
    for metric in METRICS.values():
        found = metric.measure(material)
        assert isinstance(found, Unmeasured) or found.number >= 0
        if isinstance(found, Value) and metric.unit == "percent":
            assert found.number <= 100


def test_nothing_judged_is_never_a_pass(tmp_path: Path) -> None:
    line = one(tmp_path, "survivors = 0", judgement([]))
    assert line.state is State.UNMEASURED
    assert "no fault was judged" in line.said
    assert one(tmp_path, "mutation-score = 1.5", judgement([])).state is State.UNMEASURED


def test_a_line_that_fails_says_by_how_much_and_where_to_look(tmp_path: Path) -> None:
    line = one(tmp_path, "mutation-score = 75", shop())
    assert line.state is State.FAILED
    assert line.said == ("30.0% (3 of 10 faults), floor 75%: 45.0 points short, 5 more needed")
    assert line.look[0].startswith("src/shop/money.py:")
    assert "refute show m-" in line.look[0]
    few = one(tmp_path, "survivors = 2", shop())
    assert few.said == "5 (of 10 faults), ceiling 2: 3 too many"


def test_a_share_just_below_its_floor_fails_and_never_looks_equal(tmp_path: Path) -> None:
    dead = killed(fault("100", "101"))
    judged = [replace(dead, mutant=replace(dead.mutant, id=f"m-{n:08}")) for n in range(9999)]
    found = judgement([*judged, survived(fault("and", "or"))])
    line = one(tmp_path, "mutation-score = 100", found)
    assert (
        line.said
        == "99.9% (9,999 of 10,000 faults), floor 100%: under 0.1 points short, 1 more needed"
    )


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("mutation-score = 30", State.HELD),
        ("mutation-score = { min = 30, max = 30 }", State.HELD),
        ("mutation-score = { max = 29.9 }", State.FAILED),
        ("oracle-gap = 50", State.HELD),
        ("oracle-gap = 49", State.FAILED),
        ("survivors = 5", State.HELD),
        ("survivors = { min = 6 }", State.FAILED),
        ("prayers = 0", State.UNMEASURED),
        ("defect-detection = 90", State.UNMEASURED),
        ("first-failure-seconds = 10", State.UNMEASURED),
        ('"sarif[B602]" = 0', State.UNMEASURED),
        ('"src/shop/texts.py".mutation-score = 40', State.FAILED),
        ('"src/shop/texts.py".mutation-score = 30', State.HELD),
        ('"src/**".survivors = 5', State.HELD),
        ('"nowhere/**".survivors = 0', State.UNMEASURED),
    ],
)
def test_bounds(tmp_path: Path, lines: str, state: State) -> None:
    line = one(tmp_path, lines, shop())
    assert line.state is state, line


@pytest.mark.parametrize(
    ("lines", "slug", "said"),
    [
        ("mutaton-score = 3", "unknown-setting", "did you mean `mutation-score`?"),
        ("mutaton-score = { min = 3 }", "unknown-setting", "did you mean `mutation-score`?"),
        ('"src/**".prayer = 0', "unknown-setting", "did you mean `prayers`?"),
        ("prayers = { mx = 3 }", "unknown-setting", "did you mean `max`?"),
        ("prayers = {}", "bad-setting", "needs a `min` or a `max`"),
        ("prayers = '3'", "bad-setting", "must be a number"),
        ("prayers = true", "bad-setting", "must be a number"),
        ("prayers = -1", "bad-setting", "must be a number"),
        ("prayers = nan", "bad-setting", "must be a number"),
        ("mutation-score = 0.8", "bad-setting", "write 80 for 80%"),
        ("mutation-score = 1.0", "bad-setting", "write 100 for 100%"),
        ("mutation-score = 101", "bad-setting", "above 100"),
        ("survivors = { min = 3, max = 2 }", "bad-setting", "min is above max"),
        ('"src/**".defect-detection = 90', "bad-setting", "the whole project only"),
        ("imports.sarifs = []", "unknown-setting", "did you mean `sarif`?"),
        ("imports.sarif = [3]", "bad-setting", "list of paths"),
        ("imports.coverage = 3", "bad-setting", "must be a path"),
        ("imports.benchmark = 'a'", "bad-setting", "two files"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, lines: str, slug: str, said: str) -> None:
    error = refusal(tmp_path, f"[tool.refute.gate]\n{lines}")
    assert (error.slug, said in error.message) == (slug, True), error
    assert refusal(tmp_path, "[tool.refute]\ngate = 3").slug == "bad-setting"


def test_a_denominator_of_one_is_one_thing() -> None:
    said = [
        Value(number, part, whole, of).words("percent" if part else "count")
        for number, part, whole, of in (
            (100.0, 1, 1, "branches"),
            (50.0, 1, 2, "branches"),
            (0, None, 1, "failure texts"),
            (3, None, 1204, "faults"),
        )
    ]
    assert said == [
        "100% (1 of 1 branch)",
        "50.0% (1 of 2 branches)",
        "0 (of 1 failure text)",
        "3 (of 1,204 faults)",
    ]


def test_an_unfinished_run_decides_nothing_but_what_is_too_much_already(tmp_path: Path) -> None:
    pending = [other(fault("amount * 0.9", "amount"), Verdict.PENDING)]
    about = Estimate(0.3, 0.25, 0.35)
    found = judgement([*shop().judged, *pending], partial=True, estimate=about)
    score = one(tmp_path, "mutation-score = 20", found)
    assert score.state is State.UNDECIDED
    assert "stopped before its end, with 1 fault not tried; it would be about" in score.said
    assert "95% confidence" in score.said
    assert one(tmp_path, "survivors = 50", found).state is State.UNDECIDED
    assert one(tmp_path, "survivors = 2", found).state is State.FAILED
    assert one(tmp_path, "suite-seconds = 2", found).state is State.HELD


def test_a_run_that_was_stopped_while_tests_were_judged(tmp_path: Path) -> None:
    stopped = replace(stage(), notes=(Remark("interrupted", "Ctrl-C"),))
    assert one(tmp_path, "echoes = 5", stopped).state is State.UNDECIDED


def test_accepted_findings_do_not_count_and_expired_ones_do(tmp_path: Path) -> None:
    found = accepting(shop(), Slug.SURVIVOR)
    line = one(tmp_path, "survivors = 0", found)
    assert (line.state, line.accepted) == (State.HELD, 3)
    assert measured("mutation-score", found) == measured("mutation-score", shop())
    late = accepting(shop(), Slug.SURVIVOR, until="2027-01-30")
    result = held(tmp_path, "survivors = 0", Material(late, DAY))
    assert result.lines[0].state is State.FAILED
    assert "accepted until 2027-01-30; it counts again" in result.notes[0]
    assert measured("survivors", accepting(shop(), Slug.SURVIVOR, until=DAY)) == Value(
        0, whole=10, of="faults"
    )


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_shares_are_compared_without_rounding(a: int, b: int, c: int, d: int) -> None:
    a, c = min(a, b), min(c, d)
    metric = METRICS["mutation-score"]
    one, two = Value(100 * a / b, a, b), Value(100 * c / d, c, d)
    assert better(metric, one, two) is (c * b > a * d)
    assert worse(metric, one, two) is (c * b < a * d)
    assert not better(metric, one, one)
    assert not worse(metric, one, one)
