"""Faults in the bodies of classes: who is put to them, and what follows; trials driven by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.factory import killed
from tests.unit.games import FAILURE
from tests.unit.plans import mutant as planned_mutant
from tests.unit.plans import world as plain_world
from tests.unit.stage_props import World, world

from refute.faults.plan import Planned
from refute.strength import Matrix, Notice, Pair, TestVerdict
from refute.theatre.bodies import unmet, worth_meeting
from refute.theatre.witness import judge_tests
from refute.trials.meeting import Meeting
from refute.trials.outcome import Mechanism, Result
from refute.trials.requests import Limits, Requests
from refute.verdicts import Judged

BODY = "m-default"


def users(notice: Notice) -> tuple[World, list[Judged]]:
    """Two tests that use a class: what the first makes of its methods, and a fault in the body
    of that class, of which the second was told first.
    """
    here = world({f"m-{n}": ("number", {0: notice}) for n in range(5)}, count=2)
    names = [test.id for test in here.base.tests]
    methods = [replace(i, mutant=replace(i.mutant, function="Server.check")) for i in here.judged]
    default = replace(methods[0].mutant, id=BODY, function="Server", unit=None)
    told = killed(default, names[1], mechanism=Mechanism.IMPORT, tests_run=(names[1],))
    return here, [*methods, told]


def knowing(here: World, notice: Notice | None) -> Matrix:
    """All that is known of the methods, and what the first test made of the body, if anything."""
    return Matrix({**here.whole.pairs, **({BODY: {0: notice}} if notice else {})}, here.whole.void)


def test_a_test_that_was_told_of_nothing_is_put_to_the_body_of_a_class_that_it_uses() -> None:
    here, judged = users(Notice.CRASHED)
    assert unmet(here.base, judged, here.whole) == {0: [BODY]}
    assert worth_meeting(here.base, judged, here.chances, here.whole) == {BODY: [0]}


def test_whoever_was_told_of_something_need_not_be() -> None:
    here, judged = users(Notice.TOLD)
    assert worth_meeting(here.base, judged, here.chances, here.whole) == {}


def test_what_cannot_be_run_is_not_asked_again() -> None:
    here, judged = users(Notice.CRASHED)
    known = Matrix(here.whole.pairs, {(BODY, 0)})
    assert worth_meeting(here.base, judged, here.chances, known) == {}
    assert unmet(here.base, judged, known) == {0: [BODY]}


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (None, TestVerdict.UNJUDGED),
        (Notice.NONE, TestVerdict.SMOKE),
        (Notice.CRASHED, TestVerdict.SMOKE),
        (Notice.TOLD, TestVerdict.FAINT_WITNESS),
    ],
)
def test_its_verdict_follows(notice: Notice | None, expected: TestVerdict) -> None:
    here, judged = users(Notice.CRASHED)
    found = judge_tests(here.base, judged, here.chances, knowing(here, notice))[0]
    assert found.verdict is expected
    assert found.faults == (5 if notice is None else 6)


class Game:
    """Trials of one fault on some tests, with hand-made replies."""

    def __init__(self, tests: list[int]) -> None:
        self.told: list[tuple[Pair, Result]] = []
        self.done: list[tuple[int, int]] = []
        base = plain_world(4, {1: range(4)})
        requests = Requests(Path("/project"), base, (0, 0, 0, 0), Limits(10.0, 1.0))
        self.meeting = Meeting(requests, lambda pair, result, _: self.told.append((pair, result)))
        self.meeting.on_done = lambda done, total: self.done.append((done, total))
        fault = Planned(planned_mutant("m-1"), Mechanism.IMPORT, (0, 1, 2, 3))
        self.meeting.begin([fault], {"m-1": tests})

    def reply(self, result: str, **more: Any) -> list[int]:
        """Answer the next request; returns the tests that it was about."""
        request = self.meeting.next_request(None)
        assert request is not None
        if result == "failed":
            more = {"failure": FAILURE, **more}
        self.meeting.on_reply(request, {"result": result, **more})
        tests: list[int] = request.record["tests"]
        return tests


def test_those_behind_one_that_noticed_have_their_turn() -> None:
    game = Game([0, 2, 3])
    assert game.reply("failed", ran=2) == [0, 2, 3]
    assert game.reply("passed", ran=1) == [3]
    assert game.told == [
        (("m-1", 0), Result.PASSED),
        (("m-1", 2), Result.FAILED),
        (("m-1", 3), Result.PASSED),
    ]
    assert game.done == [(1, 1)]
    assert game.meeting.next_request(None) is None


@pytest.mark.parametrize(("result", "ran"), [("broken", 0), ("not-imported", 0), ("failed", 0)])
def test_a_fault_that_comes_to_no_test_says_nothing(result: str, ran: int) -> None:
    game = Game([0, 1])
    game.reply(result, ran=ran)
    assert game.told == [(("m-1", 0), Result.BROKEN), (("m-1", 1), Result.BROKEN)]


def test_a_slot_that_died_is_given_the_fault_once_more() -> None:
    game = Game([1])
    request = game.meeting.next_request(None)
    assert request is not None
    request.deaths += 1
    game.meeting.on_reply(request, {"result": "slot-died", "reason": "killed"})
    again = game.meeting.next_request(None)
    assert again is request
    again.deaths += 1
    game.meeting.on_reply(again, {"result": "slot-died", "reason": "killed"})
    assert game.told == [(("m-1", 1), Result.BROKEN)]
    assert game.meeting.next_request(None) is None
