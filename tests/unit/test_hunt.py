"""The hunt decides what is run next and what each reply means: driven here by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.games import FAILURE, PATH, Game, covered, trials
from tests.unit.plans import mutant, world

from refute.trials.hunt import BATCH
from refute.trials.outcome import Mechanism, Result
from refute.trials.pool import ZYGOTE
from refute.trials.requests import LONG, ControlFailed, Try


def test_controls_come_first_then_a_batch() -> None:
    game = Game(covered(), [mutant("m-a"), mutant("m-b")])
    control = game.next()
    assert control.record["mutant"] is None
    assert control.record["tests"] == [0, 1, 2, 3]
    game.reply(control, "passed")
    game.reply(game.next(), "passed")
    batch = game.next()
    assert batch.record["op"] == "batch"
    assert [trial["id"] for trial in trials(batch)] == ["m-a", "m-b"]
    first = trials(batch)[0]
    assert first["mutant"] == {
        "path": PATH,
        "start": 0,
        "end": 1,
        "text": "2",
        "unit": "f",
        "unit_line": 1,
        "elsewhere": False,
    }
    # Six times the millisecond that the tests take, and half a second.
    assert first["limits"] == [pytest.approx((0.506, 0.506))] * len(first["tests"])
    assert game.hunt.controls == 2
    assert game.emitted == []


def test_slow_tests_make_small_batches() -> None:
    base = covered()
    slow = replace(base, tests=tuple(replace(test, seconds=0.6 * LONG) for test in base.tests))
    game = Game(slow, [mutant(f"m-{letter}") for letter in "abcde"])
    assert len(trials(game.pass_controls())) == 2
    assert len(trials(game.pass_controls())) == 2
    assert len(trials(game.pass_controls())) == 1


def test_a_proven_kill_in_a_batch_is_an_outcome() -> None:
    game = Game(covered(), [mutant("m-a")])
    game.batch(game.pass_controls(), m_a={"result": "failed", "ran": 2})
    ((planned, outcome),) = game.emitted
    assert planned.mutant.id == "m-a"
    assert (outcome.result, outcome.mechanism) == (Result.FAILED, Mechanism.SWAP)
    assert outcome.test == "tests/test_code.py::test_1"
    assert outcome.tests_run == ("tests/test_code.py::test_0", "tests/test_code.py::test_1")
    assert outcome.failure is not None
    assert (outcome.failure.exception, outcome.failure.by_test) == ("AssertionError", True)
    assert game.hunt.next_request(ZYGOTE) is None


def test_survival_is_never_concluded_in_a_batch() -> None:
    game = Game(covered(), [mutant("m-a")])
    request = game.settle()
    assert game.emitted == []
    assert request.record["op"] == "trial"
    assert sorted(request.record["tests"]) == [0, 1, 2, 3]
    game.reply(request, "passed", ran=4)
    ((_, outcome),) = game.emitted
    assert (outcome.result, outcome.test, len(outcome.tests_run)) == (Result.PASSED, None, 4)
    assert game.hunt.next_request(ZYGOTE) is None


def test_a_batch_that_ended_early() -> None:
    # The one that ended it gets a fork of its own; the others another look together.
    mutants = [mutant(f"m-{letter}") for letter in "abcd"]
    game = Game(covered(), mutants)
    game.batch(game.pass_controls(), m_a="failed")
    alone = game.pass_controls()
    assert (alone.record["op"], alone.record["id"]) == ("trial", "m-b")
    again = game.pass_controls()
    assert [trial["id"] for trial in trials(again)] == ["m-c", "m-d"]
    game.batch(again, m_c="failed", m_d="failed")
    game.reply(alone, "failed", ran=1)
    assert game.verdicts == {"m-a": "failed", "m-b": "failed", "m-c": "failed", "m-d": "failed"}


def test_a_slot_that_died_over_a_batch() -> None:
    game = Game(covered(), [mutant("m-a"), mutant("m-b")])
    request = game.pass_controls()
    request.deaths += 1
    game.hunt.on_reply(request, {"result": "slot-died", "reason": "killed"})
    assert game.pass_controls().record["id"] == "m-a"
    assert [trial["id"] for trial in trials(game.pass_controls())] == ["m-b"]
    assert game.emitted == []


def test_what_a_batch_leaves_keeps_its_turn() -> None:
    mutants = [mutant(f"m-{letter}{digit}") for letter in "abc" for digit in range(10)]
    game = Game(covered(), mutants)
    first = game.pass_controls()
    assert len(trials(first)) == BATCH
    # The first ends the child; the 19 behind it come before the ten that were not looked at.
    game.batch(first)
    assert game.pass_controls().record["id"] == "m-a0"
    again = [trial["id"] for trial in trials(game.pass_controls())]
    assert again == [one.id for one in mutants[1 : BATCH + 1]]


def test_forks_for_single_mutants_begin_with_the_quickest() -> None:
    base = world(3, {1: [0, 1, 2], 2: [1]})
    game = Game(base, [mutant("m-a"), mutant("m-b", line=2)])
    game.batch(game.pass_controls(), m_a="quiet", m_b="quiet")
    assert [game.pass_controls().record["id"] for _ in range(2)] == ["m-b", "m-a"]


def test_a_kill_by_a_test_that_is_not_trusted_waits_for_its_proof() -> None:
    game = Game(covered(), [mutant("m-a"), mutant("m-b")])
    first = game.settle()
    second = game.pass_controls()
    killer = first.record["tests"].index(3) + 1
    game.reply(first, "failed", ran=killer)
    game.reply(second, "failed", ran=second.record["tests"].index(3) + 1)
    assert game.emitted == []
    proof = game.next()
    assert (proof.record["id"], proof.record["tests"]) == ("control", [3])
    assert game.hunt.next_request(ZYGOTE) is None
    game.reply(proof, "passed")
    assert game.verdicts == {"m-a": "failed", "m-b": "failed"}
    assert {outcome.test for _, outcome in game.emitted} == {"tests/test_code.py::test_3"}


def test_a_killer_that_fails_alone_is_set_aside_and_its_kills_are_tried_again() -> None:
    game = Game(covered(), [mutant("m-a"), mutant("m-b")])
    first = game.settle()
    game.reply(first, "failed", ran=first.record["tests"].index(3) + 1)
    proof = game.next()
    assert proof.record["tests"] == [3]
    game.reply(proof, "failed", ran=1)
    assert game.emitted == []
    assert game.hunt.unfit == {3: "AssertionError: assert 1 == 2"}
    rest = [game.next(), game.next()]
    assert {request.record["id"] for request in rest} == {"m-a", "m-b"}
    for request in rest:
        assert 3 not in request.record["tests"]
        game.reply(request, "passed", ran=3)
    assert game.verdicts == {"m-a": "passed", "m-b": "passed"}


def test_kills_that_were_told_already_are_tried_again_too() -> None:
    game = Game(covered(), [mutant("m-a"), mutant("m-b")])
    request = game.pass_controls()
    tests = trials(request)[0]["tests"]
    game.batch(request, m_a={"result": "failed", "ran": tests.index(1) + 1}, m_b="quiet")
    assert game.verdicts == {"m-a": "failed"}
    # A null control finds the same test failing without any fault.
    control = game.hunt._requests.trial(Try(None, [0, 1]), ZYGOTE)
    game.reply(control, "failed", ran=2)
    assert set(game.hunt.unfit) == {1}
    redone = [game.pass_controls(), game.pass_controls()]
    assert {request.record["id"] for request in redone} == {"m-a", "m-b"}
    for request in redone:
        assert 1 not in request.record["tests"]
        game.reply(request, "passed", ran=3)
    assert game.verdicts == {"m-a": "passed", "m-b": "passed"}


def test_too_many_tests_that_fail_without_a_fault_end_the_hunt() -> None:
    game = Game(covered(8), [mutant("m-a")])
    for test in (0, 1, 2):
        game.reply(game.hunt._requests.trial(Try(None, [test]), ZYGOTE), "failed", ran=1)
    with pytest.raises(ControlFailed, match="test_3"):
        game.reply(game.hunt._requests.trial(Try(None, [3]), ZYGOTE), "timeout", ran=1)


def test_controls_go_on_during_a_long_hunt() -> None:
    game = Game(covered(), [mutant(f"m-{number:04}") for number in range(500)])
    controls = 0
    while (request := game.hunt.next_request(ZYGOTE)) is not None:
        if request.record.get("id") == "control":
            controls += 1
            game.reply(request, "passed")
        elif request.record["op"] == "batch":
            game.batch(request, **{t["id"].replace("-", "_"): "quiet" for t in trials(request)})
        else:
            game.reply(request, "passed", ran=4)
    assert len(game.verdicts) == 500
    assert controls >= 5 + 2


@pytest.mark.parametrize(
    ("result", "expected"),
    [("loop", Result.TIMEOUT), ("timeout", Result.TIMEOUT), ("died", Result.DIED)],
)
def test_what_ends_a_trial_counts_once_its_test_ends_without_the_fault(
    result: str, expected: Result
) -> None:
    game = Game(covered(), [mutant("m-a")])
    request = game.settle()
    game.reply(request, result, ran=2, reason="cpu limit")
    assert game.emitted == []
    proof = game.next()
    assert proof.record["tests"] == [request.record["tests"][1]]
    game.reply(proof, "passed")
    ((_, outcome),) = game.emitted
    assert (outcome.result, outcome.detail, outcome.failure) == (expected, "cpu limit", None)
    assert len(outcome.tests_run) == 2


def test_a_test_that_hangs_alone_ends_no_mutant() -> None:
    game = Game(covered(), [mutant("m-a")])
    first = game.settle()
    hanging = first.record["tests"][1]
    # Elsewhere a control finds out that it hangs without any fault.
    game.reply(game.hunt._requests.trial(Try(None, [hanging]), ZYGOTE), "timeout", ran=1)
    game.reply(first, "timeout", ran=2)
    assert game.emitted == []
    again = game.next()
    assert hanging not in again.record["tests"]
    game.reply(again, "passed", ran=3)
    assert game.verdicts == {"m-a": "passed"}


def test_accidents_that_a_test_shows_without_a_fault_are_none_of_the_fault_s() -> None:
    usual = {0: frozenset(["code.py:f:KeyError"])}
    game = Game(covered(1, accidents=usual), [mutant("m-a"), mutant("m-b")])
    failures = {
        "m_a": {**FAILURE, "accidents": ["code.py:f:KeyError"]},
        "m_b": {**FAILURE, "accidents": ["code.py:f:KeyError", "code.py:g:TypeError"]},
    }
    game.batch(
        game.pass_controls(),
        **{id: {"result": "failed", "failure": failure} for id, failure in failures.items()},
    )
    found = {o.mutant: o.failure.accident for _, o in game.emitted if o.failure is not None}
    assert found == {"m-a": False, "m-b": True}


def test_a_slot_that_died_over_a_control_says_nothing_of_its_tests() -> None:
    game = Game(covered(), [mutant("m-a")])
    control = game.next()
    control.deaths = 1
    game.reply(control, "slot-died", reason="status 9")
    again = game.next()
    assert game.hunt.unfit == {}
    while again.record.get("id") == "control":
        game.reply(again, "passed")
        again = game.next()
    assert again.record["op"] == "batch"
    assert game.hunt.unfit == {}


def test_what_is_known_is_not_tried() -> None:
    base = world(4, {1: [0]}, at_import=[2], unseen=frozenset([1]))
    mutants = [mutant("m-a"), mutant("m-b", 2), mutant("m-c", 3), mutant("m-d")]
    game = Game(base, mutants, known=frozenset(["m-a", "m-b", "m-c"]))
    batch = game.pass_controls()
    assert [trial["id"] for trial in trials(batch)] == ["m-d"]
    assert game.hunt.to_cold == []


def test_an_empty_plan_asks_for_nothing() -> None:
    game = Game(world(2), [])
    assert game.hunt.next_request(None) is None
    assert game.emitted == []


def test_in_turn_what_a_batch_did_not_settle_comes_next_and_in_order() -> None:
    base = world(3, {1: [0, 1, 2], 2: [1]})
    more = [mutant(f"m-{number:02}") for number in range(2, 2 + BATCH)]
    game = Game(base, [mutant("m-00"), mutant("m-01", line=2), *more], in_turn=True)
    first = game.pass_controls()
    quiet = {"m_00": "quiet", "m_01": "quiet"}
    game.batch(first, **{t["id"].replace("-", "_"): "failed" for t in trials(first)} | quiet)
    # Neither the quicker one of the two nor the batch of the rest comes before.
    assert [game.pass_controls().record.get("id") for _ in range(2)] == ["m-00", "m-01"]
    assert [t["id"] for t in trials(game.pass_controls())] == ["m-20", "m-21"]


def test_what_survived_its_swap_is_not_swapped_again_in_a_later_round() -> None:
    game = Game(world(2, {1: [0, 1]}, at_import=[1]), [mutant("m-a")])
    game.reply(game.settle(), "passed", ran=2)
    assert game.emitted == []
    game.hunt.begin(frozenset(), game.hunt.plan)
    request = game.pass_controls(PATH)
    assert (request.mode, request.record["id"]) == (PATH, "m-a")
    game.reply(request, "passed", ran=2)
    ((_, outcome),) = game.emitted
    assert outcome.mechanism is Mechanism.IMPORT
