"""Pairs of faults and tests: what is asked next, and what each reply means; driven by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.games import FAILURE
from tests.unit.plans import world

from refute.trials.outcome import Failure, Result
from refute.trials.pairs import BATCH, FIRST, Pair, Pairs
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import Limits


class Game:
    """Pairs of one world, with a wish list for each test and hand-made replies."""

    def __init__(
        self, wishes: dict[int, list[Pair]], silent: Callable[[int], bool] = lambda _: False
    ) -> None:
        self.told: list[tuple[Pair, Result]] = []
        self.done: list[int] = []
        known: set[Pair] = set()

        def tell(pair: Pair, result: Result, failure: Failure | None) -> None:
            known.add(pair)
            self.told.append((pair, result))

        self.pairs = Pairs(
            baseline=world(4, {1: range(4)}),
            limits=Limits(10.0, 1.0),
            records={fault: {"unit": "f"} for pairs in wishes.values() for fault, _ in pairs},
            wanted=lambda test: [pair for pair in wishes[test] if pair not in known],
            silent=silent,
            tell=tell,
            on_done=self.done.append,
        )
        self.pairs.begin(wishes)

    def next(self) -> Request:
        found = self.pairs.next_request(ZYGOTE)
        assert found is not None
        return found

    def batch(self, request: Request, *results: str | dict[str, Any]) -> None:
        records: list[dict[str, Any]] = [
            one if isinstance(one, dict) else {"result": one} for one in results
        ]
        for record in records:
            if record["result"] == "failed":
                record.setdefault("failure", FAILURE)
        self.pairs.on_reply(request, {"event": "trial", "results": records})


def faults(number: int, test: int = 0) -> list[Pair]:
    return [(f"m-{index}", test) for index in range(number)]


def test_a_batch_begins_small_and_grows() -> None:
    game = Game({0: faults(100)})
    sizes = []
    for _ in range(5):
        request = game.next()
        sizes.append(len(request.record["trials"]))
        game.batch(request, *["quiet"] * sizes[-1])
    assert sizes == [FIRST, 2 * FIRST, 4 * FIRST, BATCH, BATCH]


def test_each_result_is_told_and_the_test_is_done_in_the_end() -> None:
    game = Game({0: faults(3)})
    game.batch(game.next(), "quiet", "failed", "unswappable")
    assert game.told == [
        (("m-0", 0), Result.PASSED),
        (("m-1", 0), Result.FAILED),
        (("m-2", 0), Result.BROKEN),
    ]
    assert game.done == []
    assert game.pairs.next_request(ZYGOTE) is None
    assert game.done == [1]


def test_what_ended_a_child_is_run_by_itself() -> None:
    game = Game({0: faults(3)})
    game.batch(game.next(), "quiet")
    alone = game.next()
    assert (alone.record["op"], alone.record["id"]) == ("trial", "m-1")
    assert game.pairs.next_request(ZYGOTE) is None
    game.pairs.on_reply(alone, {"event": "trial", "result": "timeout"})
    assert game.told[-1] == (("m-1", 0), Result.TIMEOUT)
    assert [trial["id"] for trial in game.next().record["trials"]] == ["m-2"]


def test_a_slot_that_died_is_given_the_pair_again_then_it_is_void() -> None:
    game = Game({0: faults(1)})
    game.batch(game.next())
    alone = game.next()
    alone.deaths = 1
    game.pairs.on_reply(alone, {"result": "slot-died", "reason": "killed"})
    again = game.next()
    # What the pool counts goes with the pair: a fault that kills its slot each time has an end.
    again.deaths += 1
    assert again.deaths == 2
    game.pairs.on_reply(again, {"result": "slot-died", "reason": "killed"})
    assert game.told == [(("m-0", 0), Result.BROKEN)]


def test_silence_is_believed_after_forks_of_their_own_alone() -> None:
    game = Game({0: faults(2)}, silent=lambda _: len(game.told) < 4)
    game.batch(game.next(), "quiet", "quiet")
    for fault in ("m-0", "m-1"):
        alone = game.next()
        assert (alone.record["op"], alone.record["id"]) == ("trial", fault)
        game.pairs.on_reply(alone, {"event": "trial", "result": "failed", "failure": FAILURE})
    assert game.told[2:] == [(("m-0", 0), Result.FAILED), (("m-1", 0), Result.FAILED)]
    assert game.pairs.next_request(ZYGOTE) is None
    assert game.done == [1]


def test_a_fault_in_a_double_that_took_no_effect_is_void() -> None:
    game = Game({0: faults(1)})
    game.batch(game.next(), {"result": "quiet", "effects": 0})
    assert game.told == [(("m-0", 0), Result.BROKEN)]


def test_tests_take_turns_in_slots() -> None:
    game = Game({0: faults(1), 1: faults(1, 1)})
    one, two = game.next(), game.next()
    assert game.pairs.next_request(ZYGOTE) is None
    game.batch(two, "quiet")
    game.batch(one, "quiet")
    assert game.pairs.next_request(ZYGOTE) is None
    assert game.done == [1, 2]
