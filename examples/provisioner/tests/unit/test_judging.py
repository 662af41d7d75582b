"""What RESULTS.md says of a measure: shares with their numbers, intervals, and what is unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from judging import results
from judging.shares import share, wilson
from judging.suites import Suite


def said(folder: Path, step: str, what: object) -> None:
    (folder / f"{step}.json").write_text(json.dumps(what))


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """A suite whose results are kept in the test's own folder."""
    made = Suite(str(tmp_path / "kept"), "Real", ("tests",))
    made.folder.mkdir()
    return made


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "0 of 0"),
        (0, 3, "0 of 3 (0.0%)"),
        (2, 23, "2 of 23 (8.7%)"),
        (9999, 10000, "9,999 of 10,000 (99.9%)"),
        (3, 3, "3 of 3 (100%)"),
    ],
)
def test_share_is_never_rounded_up(part: int, whole: int, words: str) -> None:
    assert share(part, whole) == words


@pytest.mark.parametrize(
    ("good", "of", "low", "high"), [(0, 0, 0, 1), (50, 100, 0.404, 0.596), (10, 10, 0.722, 1)]
)
def test_interval_of_a_share(good: int, of: int, low: float, high: float) -> None:
    assert wilson(good, of) == pytest.approx((low, high), abs=0.001)


def test_what_was_not_measured_is_called_so(suite: Suite) -> None:
    assert {results._coverage(suite), results._score(suite), results._found(suite)} == {
        "not measured"
    }


def bug(name: str, fate: str) -> dict[str, str]:
    return {"commit": name, "fate": fate, "unfit": "changed"}


def test_what_the_quick_tests_missed_is_for_the_others_to_say(suite: Suite) -> None:
    quick = [
        bug("a", "missed"),
        bug("b", "detected"),
        bug("c", "missed"),
        bug("d", "not-replayable"),
    ]
    said(suite.folder, "defects", {"bugs": quick})
    alone = replace(suite, quick=("tests/unit",), rest=("tests/slow",))
    found = "found by tests/unit"
    unknown = "not measured"
    assert results.fates(alone) == {"a": unknown, "b": found, "c": unknown, "d": "changed"}
    assert results._found(alone) == "1 found, 2 not measured"
    said(suite.folder, "rest", {"bugs": [bug("a", "detected"), bug("c", "missed")]})
    assert results.fates(alone) == {"a": "found", "b": found, "c": "missed", "d": "changed"}
    assert results._found(alone) == "2 of 4 (50.0%)"


def test_suite_that_is_asked_at_once_has_found_a_bug_or_missed_it(suite: Suite) -> None:
    said(suite.folder, "defects", {"bugs": [bug("a", "missed"), bug("b", "detected")]})
    assert results.fates(suite) == {"a": "missed", "b": "found"}


def counted(**others: int) -> dict[str, int]:
    return {"killed": 30, "timeout": 0, "told": 20, **others}


def test_score_of_a_sample_says_what_it_says_of_the_rest(suite: Suite) -> None:
    counts = {
        "killed": 30,
        "timeout": 0,
        "survived": 8,
        "no_coverage": 2,
        "settled": 1,
        "pending": 0,
        "told": 20,
    }
    said(suite.folder, "run", {"metrics": {"mutation": {**counts, "estimate": None}}})
    assert results._score(suite) == "30 of 40 (75.0%); of all, 95%: 59.8% to 85.8%"
    assert results._told(suite) == "20 of 30 (66.7%)"


def test_score_of_a_run_that_was_stopped_is_foretold(suite: Suite) -> None:
    about = {"score": 0.7, "low": 0.6, "high": 0.8}
    counts = {
        "killed": 30,
        "timeout": 0,
        "survived": 12,
        "no_coverage": 0,
        "settled": 2,
        "pending": 60,
        "told": 20,
    }
    said(suite.folder, "run", {"metrics": {"mutation": {**counts, "estimate": about}}})
    words = "about 70.0% (95%: 60.0% to 80.0%); 30 of 40 tried; 60 were not"
    assert results._score(suite) == words
