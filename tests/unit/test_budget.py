"""A run within a budget: its order, and what the beginning of it says of the whole."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.unit.plans import mutant

from refute.budgeting import foretold
from refute.errors import RefuteError
from refute.faults.budget import WINDOW, in_order, rounds, strata
from refute.faults.plan import Plan, Planned
from refute.metrics.foretelling import Sample, foretell
from refute.settings import load
from refute.trials.outcome import Mechanism
from refute.verdicts import Judged, Verdict


def planned(number: int, operator: str, file: str, mechanism: Mechanism) -> Planned:
    fault = replace(mutant(f"m-{number}"), operator=operator, file=file)
    return Planned(fault, mechanism, (0,))


OPERATORS = ("comparison", "number", "statement_removed", "whole_body")
SWAPS = tuple(
    planned(number, OPERATORS[number % 4], f"{'ab'[number % 3 == 0]}.py", Mechanism.SWAP)
    for number in range(240)
)
IMPORTS = tuple(planned(1000 + n, "number", "a.py", Mechanism.IMPORT) for n in range(20))
PLAN = Plan(SWAPS, IMPORTS, (), (), ())


def test_extreme_mutants_come_first_and_the_order_is_fixed() -> None:
    ordered = in_order(PLAN)
    operators = [one.mutant.operator for one in ordered.swap]
    assert operators[:60] == ["whole_body"] * 60
    assert sorted(one.mutant.id for one in ordered.swap) == sorted(o.mutant.id for o in SWAPS)
    shuffled = replace(PLAN, swap=tuple(reversed(SWAPS)))
    assert in_order(shuffled) == ordered


def test_each_beginning_holds_its_share() -> None:
    mild = in_order(PLAN).swap[60:]
    for length in (30, 60, 120):
        part = mild[:length]
        for operator in OPERATORS[:3]:
            count = sum(one.mutant.operator == operator for one in part)
            assert abs(count - length / 3) <= 2
        assert abs(sum(one.mutant.file == "b.py" for one in part) - length / 3) <= 3


def test_the_longest_finished_beginning_counts() -> None:
    extreme, other, both, imported, cold = strata(in_order(PLAN))
    lengths = [len(one.mutants) for one in (extreme, other, both, imported, cold)]
    assert lengths == [60, 180, 0, 20, 0]
    done = {*other.mutants[:5], *other.mutants[6:50]}
    assert other.prefix(done) == other.mutants[:5]


def test_import_time_mutants_have_a_share_of_the_time() -> None:
    parts = list(rounds(PLAN, 100.0, 200.0))
    assert [(len(p.swap), len(p.imports), until) for p, until in parts] == [
        (240, 0, 180.0),
        (0, 20, 200.0),
        (0, 0, 200.0),
        (240, 0, 200.0),
    ]
    assert [until for _, until in rounds(replace(PLAN, imports=()), 100.0, 200.0)] == [200.0]


def test_import_time_mutants_are_tried_in_windows_that_keep_the_order() -> None:
    swaps = tuple(replace(one, also_import=n % 8 == 0) for n, one in enumerate(SWAPS))
    imports = tuple(planned(2000 + n, "number", f"{n % 5}.py", Mechanism.IMPORT) for n in range(90))
    plan = in_order(Plan(swaps, imports, (), (), ()))
    windows = [part for part, _ in rounds(plan, 0.0, 10.0)][1:-2]
    assert len(windows) == 3
    assert all(len(part.imports) + len(part.swap) <= WINDOW for part in windows)
    assert tuple(one for part in windows for one in part.imports) == plan.imports
    again = [one.mutant.id for part in windows for one in part.swap]
    named = {stratum.name: stratum.mutants for stratum in strata(plan)}
    assert tuple(again) == named["both"]
    assert len(again) == 30
    assert not {*again} & {*named["extreme"], *named["other"]}


def test_a_whole_that_is_known_has_no_width() -> None:
    found = foretell([Sample(10, 10, 4)], detected=4, missed=10, unseen=4)
    assert (found.score, found.low, found.high) == (4 / 14, 4 / 14, 4 / 14)


def test_of_a_dark_stratum_anything_is_possible() -> None:
    found = foretell([Sample(50, 50, 50), Sample(50, 0, 0)], detected=50, missed=0, unseen=0)
    assert (found.low, found.high) == (0.5, 1.0)
    nothing = foretell([Sample(50, 0, 0)], detected=0, missed=50, unseen=50)
    assert (nothing.low, nothing.high) == (0.0, 0.5)


def test_bounds_never_say_what_is_no_longer_possible() -> None:
    found = foretell([Sample(20, 10, 10)], detected=10, missed=5, unseen=0)
    assert found.high == pytest.approx(0.75)


def test_a_run_that_was_stopped_counts_what_is_open_both_ways() -> None:
    plan = Plan(SWAPS[:100], (), (), (), ())
    judged = []
    for number, one in enumerate(plan.swap):
        # Of the first sixty the kills are known, and a few survivals.
        verdict = Verdict.PENDING if number >= 60 or number % 5 == 1 else Verdict.KILLED
        judged.append(Judged(one.mutant, Verdict.SURVIVED if number == 1 else verdict))
    found = foretold(plan, judged, in_turn=False)
    assert found is not None
    # From none of the eleven open ones to all of them, each with its margin.
    assert found.low < 0.75 < found.score < 0.95 < found.high < 1.0
    strict = foretold(plan, judged, in_turn=True)
    assert strict is not None
    assert strict.high - strict.low > found.high - found.low
    done = [replace(one, verdict=Verdict.KILLED) for one in judged]
    assert foretold(plan, done, in_turn=False) is None


def test_the_score_foretold_lies_within_its_bounds() -> None:
    # All of a short beginning was noticed, and what came after it was not.
    found = foretell([Sample(100, 10, 10)], detected=40, missed=30, unseen=10)
    assert found.low <= found.score == found.high == pytest.approx(80 / 110)
    least = foretell([Sample(100, 10, 1)], detected=60, missed=9, unseen=0)
    assert (least.low, least.score) == (0.6, 0.6)
    assert least.high >= least.score


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8, 0.97])
def test_intervals_hold_the_score_about_as_often_as_they_say(rate: float) -> None:
    dice = random.Random(f"{rate}")
    held = 0
    for _ in range(400):
        groups = [[dice.random() < rate for _ in range(size)] for size in (40, 300, 30)]
        score = sum(map(sum, groups)) / 370
        samples = [
            Sample(len(group), drawn, sum(group[:drawn]))
            for group, drawn in zip(groups, (40, 60, 8), strict=True)
        ]
        detected = sum(one.noticed for one in samples)
        missed = sum(one.drawn for one in samples) - detected
        found = foretell(samples, detected=detected, missed=missed, unseen=0)
        held += found.low <= score <= found.high
    assert 0.92 <= held / 400 <= 0.995


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("1h", 3600)])
def test_times_as_they_are_written(tmp_path: object, text: str, seconds: float) -> None:
    assert load(str(tmp_path), {"budget": text}).budget == seconds


@pytest.mark.parametrize(
    ("name", "text"),
    [("budget", "soon"), ("budget", "0"), ("budget", "-3s"), ("shard", "3/2"), ("shard", "0/2")],
)
def test_what_is_no_time_and_no_part(tmp_path: object, name: str, text: str) -> None:
    with pytest.raises(RefuteError) as caught:
        load(str(tmp_path), {name: text})
    assert caught.value.slug == "bad-setting"
