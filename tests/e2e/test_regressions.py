"""What real projects showed to be wrong, each in a project of a few lines."""

from __future__ import annotations

import os

import pytest
from tests.e2e.stage import stage

pytestmark = pytest.mark.slow


def test_failures_that_come_as_text_are_read_like_exceptions() -> None:
    with stage("told_in_text") as place:
        done = place.run("--operators", "number", "--source", "shop.py")
        assert done.verdicts() == {"half": "killed", "first": "killed", "unchecked": "survived"}
        half, first = done.mutant(function="half"), done.mutant(function="first")
        assert (half["kill_kind"], half["failure"]["exception"]) == ("told", "AssertionError")
        assert (first["kill_kind"], first["failure"]["exception"]) == ("crashed", "IndexError")
        assert first["failure"]["message"] == "list index out of range"


def test_plain_pytest_is_understood_in_colour() -> None:
    with stage("told_in_text") as place:
        place.run("--operators", "number", "--source", "shop.py")
        verified = place.finish(place.start("verify", ".", "--python", place.python))
        assert verified.code == 0, verified.output
        assert "3 of 3 verdicts agree" in verified.output


def test_code_that_was_imported_before_pytest_is_not_taken_for_unreached() -> None:
    with stage("early") as place:
        path = os.pathsep.join([str(place.project), *filter(None, [place.path])])
        done = place.run("--operators", "number", "--source", "limits.py", env={"PYTHONPATH": path})
        found = {m["line"]: (m["verdict"], m["mechanism"]) for m in done.report["mutants"]}
        assert found == {1: ("killed", "cold"), 2: ("survived", "cold")}, done.output


def test_what_one_test_leaves_behind_is_noticed_by_the_next() -> None:
    with stage("lasting") as place:
        done = place.run("--operators", "assignment_removed", "--source", "voice.py")
        assert set(done.verdicts().values()) == {"killed"}, done.output
        assert done.killer("reset") == "tests/test_voice.py::test_quiet"


def test_a_suite_that_hangs_in_reverse_is_judged_in_its_own_order() -> None:
    with stage("backwards") as place:
        done = place.run("--operators", "arithmetic", "--jobs", "1")
        assert done.verdicts() == {"double": "killed"}, done.output
        assert "order-not-tried" in {note["slug"] for note in done.report["notes"]}
        assert "reverse order" in done.output
