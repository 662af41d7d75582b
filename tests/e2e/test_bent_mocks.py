"""A project that has bent what the observer of doubles needs: judged all the same, and said so."""

from __future__ import annotations

import pytest
from tests.e2e.stage import Done, stage

pytestmark = pytest.mark.slow

WITHOUT = """
import unittest.mock
del unittest.mock.NonCallableMock.assert_any_call
del unittest.mock.CallableMixin.__call__
"""
"""Mocks that can't be called: the hook for calls finds nothing to hook."""
OTHER = """
import unittest.mock

class NonCallableMock:
    assert_secret = "hunter2hunter2"

unittest.mock.NonCallableMock = NonCallableMock
del unittest.mock.AsyncMockMixin
"""
"""A class of another shape, and one that is missing altogether."""


SOURCE = """
def price(count, rate):
    total = count * rate + 3
    if total > 100 or count < 1:
        total = total - 10
    return total
"""
TESTS = """
from catalog import price

def test_told():
    assert price(3, 5) == 18 and price(40, 5) == 193

def test_silent(monkeypatch):
    monkeypatch.setenv("RATE", "5")
    price(3, 5)
"""


def judge(conftest: str) -> Done:
    """A run on a project with this conftest."""
    with stage("theatre/idioms/echo_return") as made:
        (made.project / "catalog.py").write_text(SOURCE, encoding="utf-8")
        (made.project / "tests" / "test_catalog.py").write_text(TESTS, encoding="utf-8")
        (made.project / "conftest.py").write_text(conftest, encoding="utf-8")
        return made.run("--jobs", "1")


def verdicts(done: Done) -> dict[str, str]:
    return {test["id"].rpartition("::")[2]: test["verdict"] for test in done.report["tests"]}


@pytest.mark.parametrize("conftest", [WITHOUT, OTHER], ids=["missing", "other"])
def test_goes_on_without_doubles_and_says_so(conftest: str) -> None:
    done = judge(conftest)
    assert done.code == 0, done.output
    assert {test["outcome"] for test in done.report["tests"]} == {"passed"}
    assert "killed" in {mutant["verdict"] for mutant in done.report["mutants"]}
    (note,) = [one for one in done.report["notes"] if one["slug"] == "doubles-not-observed"]
    assert "Error" in note["text"]
    # Once as it happens, and once where tests are judged.
    assert done.output.count("Test doubles were not observed") == 2, done.output
    assert done.report["doubles"] == []
    # Its silence says nothing where doubles were not tried.
    assert verdicts(done)["test_silent"] == "unjudged"
    assert verdicts(done)["test_told"] in ("witness", "faint_witness")


def test_says_nothing_of_the_kind_where_mocks_are_as_they_should_be() -> None:
    done = judge("")
    assert "doubles-not-observed" not in {note["slug"] for note in done.report["notes"]}
    assert verdicts(done)["test_silent"] in ("prayer", "smoke")
