"""How much work lies ahead, as mutants get done."""

from __future__ import annotations

import pytest
from tests.unit.plans import mutant, world

from refute.faults.forecast import AGAIN, MOST, TRIAL, WEIGHT, Forecast, estimate
from refute.faults.plan import make_plan

BASE = world(lines={1: [0, 1], 2: [1, 2, 3]}, seconds={0: 0.5, 1: 1.0, 2: 2.0, 3: 4.0})
MUTANTS = [mutant(f"m-{number}", 1 + number % 2) for number in range(10)]
LEAST = 5 * (TRIAL + 0.5) + 5 * (TRIAL + 1.0)
REST = 5 * 1.0 + 5 * 6.0


def forecast() -> Forecast:
    return Forecast(make_plan(MUTANTS, BASE).tried, BASE)


def test_at_first_the_usual_share_survives() -> None:
    assert forecast().ahead == pytest.approx(LEAST + 0.2 * REST)
    assert estimate(make_plan(MUTANTS, BASE), BASE, 2) == pytest.approx((LEAST + 0.2 * REST) / 2)


def test_what_is_known_is_no_work() -> None:
    known = [f"m-{number}" for number in range(0, 10, 2)]
    plan = make_plan(MUTANTS, BASE)
    assert estimate(plan, BASE, 1, known) == pytest.approx(5 * (TRIAL + 1.0) + 0.2 * 30)


def test_kills_come_first_so_survivors_are_still_ahead() -> None:
    found = forecast()
    for number in range(0, 10, 2):
        found.done(f"m-{number}", False, TRIAL + 0.5)
    assert found.behind == pytest.approx(5 * (TRIAL + 0.5))
    # Two of ten were to survive, and none has: many of the five that are left.
    assert found.ahead == pytest.approx(5 * (TRIAL + 1.0) + MOST * 30)


def test_survivors_cost_all_their_tests() -> None:
    found = forecast()
    found.done("m-0", True, TRIAL + 1.5)
    found.done("m-1", True, TRIAL + 7.0)
    assert found.behind == pytest.approx(TRIAL + 0.5 + 1.0 + TRIAL + 1.0 + 6.0)
    # More than usual: it goes on as it began.
    assert found.ahead == pytest.approx(4 * (2 * TRIAL + 1.5) + 4 * 1.0 + 4 * 6.0)


def test_at_the_end_nothing_is_ahead() -> None:
    found = forecast()
    for one in MUTANTS:
        found.done(one.id, False, 2.0)
        found.done(one.id, True, 2.0)
    assert found.ahead == 0
    assert found.behind == 20


def test_a_fault_at_import_costs_another_collection() -> None:
    base = world(lines={1: [0]}, seconds={0: 0.5}, at_import=[3])
    plan = make_plan([mutant("m-a", 3)], base)
    assert estimate(plan, base, 1) >= AGAIN * base.collect_seconds


def test_who_is_slow_stays_slow() -> None:
    found = forecast()
    found.done("m-0", False, 10 * (TRIAL + 0.5))
    kill = (10 * (TRIAL + 0.5) + WEIGHT) / (TRIAL + 0.5 + WEIGHT)
    least, rest = LEAST - TRIAL - 0.5, REST - 1.0
    survive = 2 / 9
    # That kills are slow says nothing of survivors, most of whose time is that of their tests.
    assert found.ahead == pytest.approx((1 - survive) * least * kill + survive * (least + rest))
    found.done("m-2", True, 3 * (TRIAL + 1.5))
    slow = (3 * (TRIAL + 1.5) + WEIGHT) / (TRIAL + 1.5 + WEIGHT)
    least, rest, survive = least - TRIAL - 0.5, rest - 1.0, 0.5
    expected = (1 - survive) * least * kill + survive * (least + rest) * slow
    assert found.ahead == pytest.approx(expected)
