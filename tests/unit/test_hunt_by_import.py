"""The hunt's other ways to try a mutant: by import, and cold."""

from __future__ import annotations

import pytest
from tests.unit.games import FAILURE, PATH, Game, covered
from tests.unit.plans import mutant, world

from refute.trials.hunt import FEW_TESTS
from refute.trials.outcome import Mechanism, Result
from refute.trials.pool import ZYGOTE


def test_import_time_mutants_are_tried_in_two_stages() -> None:
    tests = FEW_TESTS + 10
    base = world(
        tests, {8: [20], 9: [1], 5: [3]}, at_import=[9], seconds=dict.fromkeys(range(3), 0.1)
    )
    files = tuple(test // 4 for test in range(tests))
    game = Game(base, [mutant("m-a", 9, unit=None, unit_line=0)], files=files)
    few = game.next(PATH)
    assert few.mode == PATH
    assert few.record["tests"][0] == 1
    assert len(few.record["tests"]) <= FEW_TESTS
    assert {files[test] for test in few.record["tests"]} == set(few.record["files"])
    assert len(few.record["files"]) <= 2
    assert len(few.record["limits"]) == len(few.record["tests"]) + 1
    assert few.record["limits"][0] == (6.0, 14.0)
    game.reply(few, "passed", ran=len(few.record["tests"]))
    assert game.emitted == []
    whole = game.next(PATH)
    assert sorted(whole.record["tests"]) == list(range(tests))
    game.reply(whole, "passed", ran=tests)
    ((_, outcome),) = game.emitted
    assert (outcome.result, outcome.mechanism) == (Result.PASSED, Mechanism.IMPORT)
    assert game.hunt.next_request(PATH) is None


def test_few_tests_need_no_two_stages() -> None:
    game = Game(world(3, at_import=[1]), [mutant("m-a")])
    request = game.next(None)
    assert (request.mode, request.record["tests"]) == (PATH, [0, 1, 2])
    game.reply(request, "passed", ran=3)
    assert game.verdicts == {"m-a": "passed"}


def test_a_suite_that_can_not_be_collected_any_more() -> None:
    game = Game(world(3, at_import=[1]), [mutant("m-a")])
    failure = {**FAILURE, "phase": "collect", "by_test": False}
    game.reply(game.next(PATH), "failed", ran=0, failure=failure)
    ((_, outcome),) = game.emitted
    assert (outcome.result, outcome.test, outcome.tests_run) == (Result.FAILED, None, ())


def test_a_test_that_the_mutant_has_made_is_named() -> None:
    game = Game(world(3, at_import=[1]), [mutant("m-a")])
    request = game.next(PATH)
    game.reply(request, "died", ran=4, last="tests/test_code.py::test_new", reason="signal 9")
    assert game.emitted[0][1].test == "tests/test_code.py::test_new"


def test_a_killer_at_import_is_proven_in_the_same_way() -> None:
    game = Game(world(3, at_import=[1]), [mutant("m-a")])
    game.reply(game.next(PATH), "failed", ran=2)
    proof = game.next(PATH)
    assert (proof.mode, proof.record["mutant"], proof.record["tests"]) == (PATH, None, [1])
    game.reply(proof, "failed", ran=1)
    assert set(game.hunt.unfit) == {1}
    again = game.next(PATH)
    assert (again.record["id"], sorted(again.record["tests"])) == ("m-a", [0, 2])
    game.reply(again, "passed", ran=2)
    assert game.verdicts == {"m-a": "passed"}


@pytest.mark.parametrize("in_batch", [True, False])
def test_what_can_not_be_swapped_is_tried_by_import(in_batch: bool) -> None:
    game = Game(covered(3), [mutant("m-a")])
    if in_batch:
        game.batch(game.pass_controls(), m_a={"result": "unswappable", "reason": "differs"})
    else:
        game.reply(game.settle(), "unswappable", ran=0, reason="differs")
    request = game.pass_controls()
    assert (request.mode, sorted(request.record["tests"])) == (PATH, [0, 1, 2])
    game.reply(request, "passed", ran=3)
    assert game.emitted[0][1].mechanism is Mechanism.IMPORT


def test_surviving_a_swap_is_not_the_end_for_lines_that_run_at_import() -> None:
    game = Game(world(4, {1: [2]}, at_import=[1]), [mutant("m-a")])
    request = game.settle()
    assert request.record["tests"] == [2]
    game.reply(request, "passed", ran=1)
    assert game.emitted == []
    whole = game.pass_controls()
    assert (whole.mode, sorted(whole.record["tests"])) == (PATH, [0, 1, 2, 3])
    game.reply(whole, "failed", ran=0, failure={**FAILURE, "phase": "collect"})
    assert game.verdicts == {"m-a": "failed"}


@pytest.mark.parametrize("result", ["broken", "not-imported"])
def test_what_can_not_be_done_by_import_goes_cold(result: str) -> None:
    game = Game(world(3, at_import=[1]), [mutant("m-a")])
    game.reply(game.next(PATH), result, reason="why")
    assert [(planned.mutant.id, why) for planned, why in game.hunt.to_cold] == [("m-a", "why")]
    assert game.emitted == []
    assert game.hunt.next_request(PATH) is None


def test_a_slot_that_died_twice_over_a_mutant_sends_it_cold() -> None:
    game = Game(covered(), [mutant("m-a")])
    request = game.settle()
    request.deaths = 1
    game.reply(request, "slot-died", reason="status 9")
    again = game.next()
    assert again is request
    again.deaths = 2
    game.reply(again, "slot-died", reason="status 9")
    assert [(planned.mutant.id, why) for planned, why in game.hunt.to_cold] == [("m-a", "status 9")]
    assert game.hunt.next_request(ZYGOTE) is None


def test_survivors_go_cold_where_tests_start_what_can_not_be_seen() -> None:
    game = Game(covered(unseen=frozenset([0])), [mutant("m-a"), mutant("m-b", 5)])
    assert [planned.mutant.id for planned, _ in game.hunt.to_cold] == ["m-b"]
    game.reply(game.settle(), "passed", ran=4)
    assert [planned.mutant.id for planned, _ in game.hunt.to_cold] == ["m-b", "m-a"]
    assert game.emitted == []


def test_a_slot_keeps_its_mode_while_there_is_work_for_it() -> None:
    base = world(2, {1: [0]}, at_import=[2])
    game = Game(base, [mutant("m-a"), mutant("m-b", 2), mutant("m-c", 2)])
    first = game.next(PATH)
    assert (first.mode, first.record["id"]) == (PATH, "m-b")
    game.reply(first, "passed", ran=2)
    assert game.next(PATH).record["id"] == "m-c"
    assert game.next(PATH).mode == ZYGOTE
