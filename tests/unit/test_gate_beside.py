"""Gates on what is measured beside mutants: past bugs, stability, speed, other tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.factory import shop
from tests.unit.gate_projects import DAY, held, one

from refute.gate import Documents, Material, State
from refute.imports import LineCoverage, Results, Sarif, Slowdown
from refute.imports.sarif import Result
from refute.judgement import Speed
from refute.metrics.speed import FirstFailure, Taken


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
