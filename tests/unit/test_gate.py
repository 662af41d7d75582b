"""Gates: what is measured, what holds, what fails with which words, and the ratchet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import fault, judgement, killed, other, shop, survived
from tests.unit.theatre_factory import stage, theatres

from refute.errors import RefuteError
from refute.gate import (
    DEFAULT_RATCHET,
    METRICS,
    RATCHET_FILE,
    Documents,
    Entry,
    GateResult,
    Line,
    Material,
    State,
    Unmeasured,
    Value,
    check,
    find_metric,
    propose,
    ratchet_text,
    read_gate,
    read_ratchet,
)
from refute.gate.ratchet import better, worse
from refute.imports import LineCoverage, Results, Sarif, Slowdown
from refute.imports.sarif import Result
from refute.judgement import Acceptance, Judgement, Remark, Selection, Slug, Speed, Verdict
from refute.metrics.speed import FirstFailure, Taken

DAY = "2027-01-31"
PAGE = Path(__file__).parents[2] / "docs" / "gates.md"


def project(folder: Path, table: str) -> Path:
    (folder / "pyproject.toml").write_text(table)
    return folder


def refusal(folder: Path, table: str) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        read_gate(project(folder, table))
    return caught.value


def held(folder: Path, lines: str, material: Material) -> GateResult:
    gate = read_gate(project(folder, f"[tool.refute.gate]\n{lines}\n"))
    return check(gate, read_ratchet(folder), material)


def one(folder: Path, lines: str, found: Judgement, **more: Any) -> Line:
    (line,) = held(folder, lines, Material(found, DAY, **more)).lines
    return line


def measured(name: str, found: Judgement, scope: str = "", **more: Any) -> Value | Unmeasured:
    metric = find_metric(name)
    assert metric is not None
    return metric.measure(Material(found, DAY, scope=scope, **more))


def accepting(found: Judgement, slug: Slug, until: str | None = None) -> Judgement:
    """The same, with all findings of a kind accepted."""
    mark = Acceptance("it may stay", until, "refute-accept.toml, no. 1")
    return replace(
        found,
        findings=tuple(
            replace(one, accepted=mark) if one.slug is slug else one for one in found.findings
        ),
    )


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


def test_an_unfinished_run_decides_nothing_but_what_is_too_much_already(tmp_path: Path) -> None:
    pending = [other(fault("amount * 0.9", "amount"), Verdict.PENDING)]
    found = judgement([*shop().judged, *pending], partial=True)
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


@pytest.mark.parametrize(
    ("defects", "state"),
    [
        ({"metrics": {"defects": {"detected": 9, "missed": 1, "not_replayable": 4}}}, State.HELD),
        ({"metrics": {"defects": {"detected": 8, "missed": 1}}}, State.FAILED),
        ({"metrics": {"defects": {"detected": ["a"], "missed": []}}}, State.HELD),
        ({"metrics": {"defects": {"detected": 0, "missed": 0}}}, State.UNMEASURED),
        ({"metrics": {"defects": {"detected": 9}}}, State.UNMEASURED),
        ({"metrics": []}, State.UNMEASURED),
        ({}, State.UNMEASURED),
        ("there is no .refute/defects.json", State.UNMEASURED),
    ],
)
def test_past_bugs(tmp_path: Path, defects: Mapping[str, Any] | str, state: State) -> None:
    line = one(tmp_path, "defect-detection = 90", shop(), documents=Documents(defects=defects))
    assert line.state is state, line
    if state is State.UNMEASURED:
        assert "refute defects" in line.said


def test_stability(tmp_path: Path) -> None:
    metrics = {"flaky": 1, "order_dependent": [], "brittle": {"count": 2}}
    documents = Documents(stability={"metrics": {"stability": metrics}})
    lines = "flaky = 0\norder-dependent = 0\nbrittle = 2"
    result = held(tmp_path, lines, Material(shop(), DAY, documents=documents))
    states = [line.state for line in result.lines]
    assert states == [State.FAILED, State.HELD, State.HELD]


def test_speed(tmp_path: Path) -> None:
    speed = Speed(9.0, 8.0, FirstFailure(3, 1.0, 2.5), (), Taken(1, 3.0), None, Taken(0, 0.0))
    found = replace(shop(), speed=speed)
    lines = "first-failure-seconds = 2\nredundant-seconds = 3\nsleeping-seconds = 1"
    first, redundant, sleeping = held(tmp_path, lines, Material(found, DAY)).lines
    assert (first.state, redundant.state) == (State.FAILED, State.HELD)
    assert first.said == "2.5 s, ceiling 2 s: 0.5 s too much"
    assert sleeping.state is State.UNMEASURED


def test_results_of_other_tools(tmp_path: Path) -> None:
    results = Results(
        slowdowns=(Slowdown("test_a", 1.0, 1.5), Slowdown("test_b", 1.0, 0.5)),
        sarif=Sarif((Result("B602", "error", "src/a.py", 3, "shell"),)),
        coverage=LineCoverage((8, 10), None),
    )
    lines = (
        'benchmark-slowdown = 1.2\nsarif-errors = 0\nsarif-notes = 0\n"sarif[B602]" = 0\n'
        "line-coverage = 80\nbranch-coverage = 50"
    )
    result = held(tmp_path, lines, Material(shop(), DAY, results=results))
    states = [line.state.value for line in result.lines]
    assert states == ["failed", "failed", "held", "failed", "held", "not measured"]
    assert result.lines[0].said == (
        "1.5 times (of 2 benchmarks), ceiling 1.2 times: 0.3 times too much"
    )
    assert result.lines[1].look == ("src/a.py:3: B602 shell",)
    gone = replace(results, benchmarks_gone=("test_c",))
    line = one(tmp_path, "benchmark-slowdown = 3", shop(), results=gone)
    assert (line.state, "lacks test_c" in line.said) == (State.UNMEASURED, True)


def ratcheted(folder: Path, found: Judgement, *names: str, scope: str = "") -> tuple[Entry, ...]:
    """Write those metrics down, and read them back."""
    wanted = [(METRICS[name], scope) for name in names]
    proposal = propose(read_ratchet(folder), wanted, lambda part: Material(found, DAY, scope=part))
    (folder / RATCHET_FILE).write_text(ratchet_text(proposal.entries))
    back = read_ratchet(folder)
    assert {one.key for one in back} == {one.key for one in proposal.entries}
    return back


def test_the_ratchet_keeps_what_was_reached(tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "mutation-score", "survivors")
    ratcheted(tmp_path, shop(), "mutation-score", scope="src/**")
    text = (tmp_path / RATCHET_FILE).read_text()
    assert text.endswith(
        "version = 1\n\n[values]\nmutation-score = { part = 3, whole = 10 }\nsurvivors = 5\n\n"
        '[values."src/**"]\nmutation-score = { part = 3, whole = 10 }\n'
    )
    result = held(tmp_path, "", Material(shop(), DAY))
    assert result.holds
    assert len(result.lines) == 3


def test_getting_worse_fails_and_getting_better_is_offered(tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "mutation-score", "survivors")
    more = judgement([*shop().judged, survived(fault("amount * 0.9", "amount"))])
    score, survivors = held(tmp_path, "", Material(more, DAY)).lines
    assert (score.state, survivors.state) == (State.FAILED, State.FAILED)
    assert score.said == "27.3% (3 of 11 faults), ratchet 30.0% (3 of 10): worse by 2.7 points"
    fewer = judgement([item for item in shop().judged if item.mutant.operator != "number"])
    result = held(tmp_path, "", Material(fewer, DAY))
    assert result.holds
    assert len(result.notes) == 2
    assert "`refute ratchet` keeps it" in result.notes[0]


@pytest.mark.parametrize(
    "part",
    [
        Selection(paths=("src/shop/texts.py",)),
        Selection(changes="what changed since main"),
        Selection(shard="2/5"),
    ],
)
def test_the_ratchet_holds_no_report_on_a_part(part: Selection, tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "survivors")
    narrow = replace(shop(), selection=part)
    (line,) = held(tmp_path, "", Material(narrow, DAY)).lines
    assert line.state is State.UNMEASURED
    assert "a part of the code" in line.said
    (line,) = held(tmp_path, "", Material(replace(shop(), partial=True), DAY)).lines
    assert line.state is State.UNDECIDED


def test_the_ratchet_only_tightens_by_itself(tmp_path: Path) -> None:
    old = ratcheted(tmp_path, shop(), "survivors")
    more = judgement([*shop().judged, survived(fault("amount * 0.9", "amount"))])
    wanted = [(METRICS["survivors"], ""), (METRICS["prayers"], "")]
    material: Callable[[str], Material] = lambda part: Material(more, DAY, scope=part)  # noqa: E731
    kept = propose(old, wanted, material)
    assert (kept.entries, kept.changes) == (old, ())
    assert kept.left[0] == "survivors: 6 (of 11 faults) is worse than 5, which stays."
    assert kept.left[1].startswith("prayers: not measured")
    loosened = propose(old, wanted, material, loosen=True)
    assert loosened.changes == ("survivors: loosened from 5 to 6 (of 11 faults).",)
    nowhere = propose(old, [(METRICS["survivors"], "nowhere")], material)
    assert "meets no file" in nowhere.left[0]


@given(keys=st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.sampled_from([*METRICS]))))
def test_any_ratchet_comes_back_from_its_file(
    keys: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rule = find_metric("sarif[B602]")
    assert rule is not None
    entries = {("", rule.name): Entry(rule, "", Value(3))}
    for scope, name in keys:
        metric = METRICS[name]
        share = metric.unit == "percent"
        if metric.unit in ("percent", "count") and scope not in METRICS:
            value = Value(50.0, 1, 2) if share else Value(7)
            entries[scope, name] = Entry(metric, scope, value)
    folder = tmp_path_factory.mktemp("ratchet")
    (folder / RATCHET_FILE).write_text(ratchet_text(list(entries.values())), encoding="utf-8")
    back = {one.key: one.value for one in read_ratchet(folder)}
    assert back == {key: entry.value for key, entry in entries.items()}


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_shares_are_compared_without_rounding(a: int, b: int, c: int, d: int) -> None:
    a, c = min(a, b), min(c, d)
    metric = METRICS["mutation-score"]
    one, two = Value(100 * a / b, a, b), Value(100 * c / d, c, d)
    assert better(metric, one, two) is (c * b > a * d)
    assert worse(metric, one, two) is (c * b < a * d)
    assert not better(metric, one, one)
    assert not worse(metric, one, one)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "bad-setting"),
        ("version = 2", "bad-setting"),
        ("version = 1\nvalues = 3", "bad-setting"),
        ("version = 1\n[values]\nprayer = 3", "unknown-setting"),
        ("version = 1\n[values]\nprayers = -3", "bad-setting"),
        ("version = 1\n[values]\nprayers = 0.5", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = 3", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = { part = 3, whole = 2 }", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = { part = 0, whole = 0 }", "bad-setting"),
        ("version = 1\n[values.'a/**']\nprayer = 3", "unknown-setting"),
        ("version", "bad-setting"),
    ],
)
def test_a_ratchet_that_cannot_be_meant(tmp_path: Path, text: str, slug: str) -> None:
    (tmp_path / RATCHET_FILE).write_text(text)
    with pytest.raises(RefuteError) as caught:
        read_ratchet(tmp_path)
    assert caught.value.slug == slug, caught.value
