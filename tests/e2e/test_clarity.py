"""What failures say, in whole runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.e2e.stage import Done, stage

import refute

pytestmark = pytest.mark.slow

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())

MORE = """

def test_price_of_a_secret():
    token = "ghp_0123456789abcdefghijABCDEFGHIJ"
    assert (till.price(2, 2), token) == (4, token)


def test_helped():
    helped(till.price(5, 5))


def helped(found):
    assert found == 25


def test_cases(subtests=None):
    for pieces in (1, 2):
        assert till.price(7, pieces) == 7 * pieces
"""


@pytest.fixture(scope="module")
def till() -> Iterator[Done]:
    """The till, whose four tests say what they noticed in four ways."""
    with stage("clarity") as made:
        done = made.run("--jobs", "1")
        assert done.code == 0, done.output
        assert made.clean()
        yield done


def clarity(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = done.report["metrics"]["clarity"]
    return found


def text(done: Done, name: str) -> dict[str, Any]:
    """The one text of a test."""
    tests = [test["id"].rpartition("::")[2] for test in done.report["tests"]]
    (found,) = [one for one in clarity(done)["texts"] if tests[one["test"]] == name]
    return dict(found)


def test_all_failures_are_taken_and_counted(till: Done) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(till.report)
    found = clarity(till)
    assert (found["assertions"], found["taken"], found["missing"]) == (4, 4, [])
    assert (found["clear"], found["far"]) == (2, 1)
    assert found["kinds"] == {"clear": 2, "partial": 0, "error": 0, "not_called": 1, "bare": 1}
    assert found["crashed"] >= 1
    assert "Clarity: both values are shown in 2 of 4 failure texts (50.0%)" in till.output


def test_a_clear_one(till: Done) -> None:
    one = text(till, "test_price")
    assert (one["kind"], one["named"], one["where"], one["calls"]) == ("clear", True, "tests", 1)
    assert one["line"] == 7
    assert one["quote"][0].startswith("assert ")
    assert one["quote"][0].endswith(" == 90")


def test_a_bare_one(till: Done) -> None:
    one = text(till, "test_is_member")
    assert (one["kind"], one["both_values"], one["quote"]) == ("bare", False, ["assert False"])


def test_one_that_says_only_that_nothing_was_called(till: Done) -> None:
    one = text(till, "test_close_tells_the_printer")
    assert (one["kind"], one["where"], one["line"]) == ("not_called", "library", 20)


def test_one_that_is_far_from_its_fault(till: Done) -> None:
    one = text(till, "test_report")
    assert (one["kind"], one["named"], one["where"], one["calls"]) == ("clear", False, "tests", 3)
    assert till.mutant(id=one["mutant"])["function"] == "_rounded"


def test_the_worst_are_findings_that_can_be_repeated(till: Done) -> None:
    found = [one for one in till.report["findings"] if one["slug"] == "unclear-failure"]
    named = {one["reproduce"].rpartition("::")[2]: one for one in found}
    assert sorted(named) == ["test_close_tells_the_printer", "test_is_member"]
    assert named["test_is_member"]["message"].endswith("fails without a value: `assert False`.")
    assert named["test_is_member"]["evidence"] == [text(till, "test_is_member")["mutant"]]


def test_secrets_stay_inside_and_helpers_count_as_tests() -> None:
    with stage("clarity") as made:
        tests = made.project / "tests" / "test_till.py"
        tests.write_text(tests.read_text() + MORE)
        # Without texts of its own pytest is asked for them all the same.
        done = made.run("--jobs", "1", env={"PYTEST_ADDOPTS": "--tb=no"})
    assert done.code == 0, done.output
    quote = " ".join(text(done, "test_price_of_a_secret")["quote"])
    assert "ghp_" not in quote
    assert "***" in quote
    helped = text(done, "test_helped")
    assert (helped["kind"], helped["where"], helped["calls"]) == ("clear", "tests", 1)
    assert text(done, "test_report")["kind"] == "clear"


def test_what_was_not_taken_is_said() -> None:
    with stage("clarity") as made:
        quick = made.run("--jobs", "1", "--score-only")
        assert quick.report["metrics"]["clarity"] is None
        assert "Clarity" not in quick.output
        cold = made.run("--jobs", "1", "--isolation", "cold", "--paths", "till/__init__.py")
    found = clarity(cold)
    assert (found["taken"], found["median_lines"]) == (0, None)
    assert found["assertions"] == sum(one["number"] for one in found["missing"]) > 0
    assert "Clarity" not in cold.output
