"""Fakes of HTTP clients: what they are sent and what they hand back is made a little wrong.

The libraries here are stand-ins of the real ones' shape; refute knows both by it.
"""

from __future__ import annotations

import pytest
from tests.e2e.stage import Done, stage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done() -> Done:
    with stage("httpfake") as made:
        found = made.run("--jobs", "2")
        assert made.unchanged()
    return found


def test_parts_of_a_request_that_nobody_looks_at_are_blind_places(done: Done) -> None:
    places = {(one["function"], one["argument"]) for one in done.report["blind_places"]}
    assert places == {
        ("order", "method"),
        ("order", 'query["dry"]'),
        ("order", 'json["item"]'),
        ("cancel", "method"),
    }
    (double,) = done.report["doubles"]
    assert (double["name"], double["target"]) == ("responses", "requests")
    assert double["arguments"] > double["arguments_noticed"] > 0


def test_responses_are_changed_in_status_and_body(done: Done) -> None:
    returned = [one for one in done.report["double_faults"] if one["path"] == "returns"]
    changes = {(one["site"]["function"], one["change"]) for one in returned}
    whole = {"raises", "status", "emptied", "truncated"}
    assert changes == {("order", change) for change in whole} | {
        ("cancel", "raises"),
        ("cancel", "status"),
    }
    noticed = sum(one["told"] + one["tripped"] + one["crashed"] for one in returned)
    tried = sum(one["tried"] for one in returned)
    assert tried == noticed > 0


def test_survivors_are_seen_to_reach_the_fake(done: Done) -> None:
    fates = [one["trace"]["words"] for one in done.report["mutants"] if one["trace"]]
    assert fates
    assert all(words.startswith("swallowed by double requests at shop.py:5") for words in fates)
    assert any("(sent json={'count': 2} instead of " in words for words in fates)


def test_a_fault_at_a_fake_can_be_repeated_by_hand() -> None:
    with stage("httpfake") as made:
        found = made.run("--jobs", "2").report["double_faults"]
        status = next(
            one
            for one in found
            if one["change"] == "status" and one["site"]["function"] == "cancel"
        )
        shown = made.finish(made.start("try", status["id"], "test_cancel"))
    assert "assert" in shown.output
    assert "did not notice" not in shown.output


def test_nobody_is_blamed_where_operators_are_left_out() -> None:
    with stage("httpfake") as made:
        tests = made.run("--operators", "string,comparison").report["tests"]
    verdicts = {one["id"].rpartition("::")[2]: one["verdict"] for one in tests}
    # With all operators it is a smoke test.
    assert verdicts["test_order_again"] == "unjudged"
    assert set(verdicts.values()) <= {"unjudged", "witness"}
