"""Which tests are run against a mutant, by which mechanism, and in which order."""

from __future__ import annotations

import pytest
from tests.unit.plans import mutant, plan_one, planned, world

from refute.baseline import TestOutcome
from refute.faults.plan import BEST, Order, Planned, make_plan
from refute.trials.outcome import Mechanism


def test_lines_of_functions_are_swapped_against_the_tests_that_run_them() -> None:
    plan = plan_one(world(lines={1: [3, 1], 2: [0]}))
    assert planned(plan, "m") == Planned(mutant("m"), Mechanism.SWAP, (1, 3))


def test_all_lines_of_a_mutant_count() -> None:
    found = planned(plan_one(world(lines={1: [0], 3: [2]}), lines=((1, 1), (3, 4))), "m")
    assert found.tests == (0, 2)


@pytest.mark.parametrize(
    "outcome",
    [TestOutcome.FAILED, TestOutcome.FLAKY, TestOutcome.SKIPPED, TestOutcome.XFAILED],
)
def test_only_tests_that_passed_are_put_to_faults(outcome: TestOutcome) -> None:
    base = world(lines={1: [0, 1], 2: [1]}, outcomes={1: outcome})
    assert planned(plan_one(base), "m").tests == (0,)
    alone = plan_one(base, 2)
    assert (alone.tried, alone.uncovered) == ((), (mutant("m", 2),))


def test_lines_that_nothing_runs() -> None:
    plan = plan_one(world(lines={1: [0]}), 2)
    assert plan.uncovered == (mutant("m", 2),)
    assert plan.tried == ()


def test_lines_that_nothing_runs_but_tests_that_could_not_be_seen() -> None:
    plan = plan_one(world(lines={1: [0]}, unseen=frozenset([3, 2])), 2)
    assert plan.cold == (Planned(mutant("m", 2), Mechanism.COLD, (2, 3)),)
    assert plan.uncovered == ()


def test_code_of_the_module_is_tried_by_import_against_all() -> None:
    base = world(at_import=[1], outcomes={2: TestOutcome.FAILED})
    found = planned(plan_one(base, unit=None, unit_line=0), "m")
    assert (found.mechanism, found.tests, found.also_import) == (
        Mechanism.IMPORT,
        (0, 1, 3),
        False,
    )


def test_functions_that_only_the_import_calls() -> None:
    assert planned(plan_one(world(at_import=[1])), "m").mechanism is Mechanism.IMPORT


def test_functions_that_import_and_tests_call_are_swapped_first() -> None:
    found = planned(plan_one(world(lines={1: [2]}, at_import=[1])), "m")
    assert (found.mechanism, found.tests, found.also_import) == (Mechanism.SWAP, (2,), True)


def test_module_code_that_runs_in_tests_alone_is_no_import() -> None:
    # A module that no test imports while the suite is collected.
    found = planned(plan_one(world(lines={1: [2]}), unit=None, unit_line=0), "m")
    assert (found.mechanism, found.tests) == (Mechanism.SWAP, (2,))


def test_lines_that_depend_on_order_meet_all_tests() -> None:
    base = world(lines={1: [2]}, order_dependent=[1], outcomes={0: TestOutcome.SKIPPED})
    assert planned(plan_one(base), "m").tests == (1, 2, 3)


def test_lines_that_run_elsewhere() -> None:
    found = planned(plan_one(world(lines={1: [0]}, elsewhere={1: [3]})), "m")
    assert (found.mechanism, found.tests, found.elsewhere) == (Mechanism.SWAP, (0, 3), True)
    alone = planned(plan_one(world(elsewhere={1: [3]}), unit=None, unit_line=0), "m")
    assert (alone.mechanism, alone.tests, alone.elsewhere) == (Mechanism.SWAP, (3,), True)
    here = planned(plan_one(world(lines={1: [0]}, elsewhere={2: [3]})), "m")
    assert not here.elsewhere


def test_only_tests_in_which_a_mutant_made_a_difference() -> None:
    base = world(lines={1: [0, 1, 2]}, infected={"m": frozenset([1])})
    assert planned(plan_one(base), "m").tests == (1,)


def test_mutants_that_never_made_a_difference_are_not_tried() -> None:
    plan = plan_one(world(lines={1: [0, 1]}, infected={"m": frozenset()}))
    assert plan.tried == ()
    assert plan.uninfected == (Planned(mutant("m"), Mechanism.NONE, (0, 1)),)


@pytest.mark.parametrize("where", ["at_import", "order_dependent", "elsewhere"])
def test_where_a_difference_could_not_be_seen_everywhere_it_is_not_relied_on(where: str) -> None:
    more = {"elsewhere": {1: [1]}} if where == "elsewhere" else {where: [1]}
    base = world(lines={1: [0, 1]}, infected={"m": frozenset()}, **more)
    assert set(planned(plan_one(base), "m").tests) >= {0, 1}


def test_excluded_mutants_are_nowhere() -> None:
    plan = make_plan([mutant("m", excluded="unviable")], world(lines={1: [0]}))
    assert (plan.tried, plan.uncovered, plan.uninfected) == ((), (), ())


def test_mutants_come_in_the_order_of_their_ids() -> None:
    mutants = [mutant(id) for id in ("m-c", "m-a", "m-b")]
    plan = make_plan(mutants, world(lines={1: [0]}))
    assert [one.mutant.id for one in plan.swap] == ["m-a", "m-b", "m-c"]


def order(seconds: dict[int, float] | None = None, tests: int = 4) -> Order:
    return Order([(seconds or {}).get(index, 0.01) for index in range(tests)])


def on(line: int, tests: tuple[int, ...] = (0, 1, 2, 3), unit_line: int = 1) -> Planned:
    return Planned(mutant(f"m-{line}", line, unit_line=unit_line), Mechanism.SWAP, tests)


def test_quick_tests_come_first_as_long_as_nothing_is_known() -> None:
    assert order({0: 0.5, 2: 0.001}).sort(on(1)) == [2, 1, 3, 0]
    assert order().sort(on(1, (3, 1))) == [1, 3]


def test_tests_that_kill_move_up_and_those_that_do_not_move_down() -> None:
    learning = order()
    learning.learn(mutant("m"), [0, 1, 2], 2)
    assert learning.sort(on(1)) == [2, 3, 0, 1]


def test_what_is_learnt_holds_for_the_function_and_a_little_for_the_file() -> None:
    learning = order()
    learning.learn(mutant("m", 1, unit_line=1), [0, 3], 3)
    assert learning.sort(on(9, unit_line=9))[0] == 3
    other = learning.sort(Planned(mutant("o", file="other.py"), Mechanism.SWAP, (0, 1, 2, 3)))
    assert other == [0, 1, 2, 3]


def test_a_slow_killer_does_not_come_before_many_quick_ones() -> None:
    learning = order({3: 10.0})
    learning.learn(mutant("m"), [0, 3], 3)
    assert learning.sort(on(1))[-1] == 3


def test_a_fault_that_may_last_is_tried_from_where_it_first_differs_on() -> None:
    gone = mutant("m-a", operator="assignment_removed")
    lines = {1: [0, 1, 2, 3]}
    plan = make_plan([gone], world(5, lines, infected={"m-a": frozenset({1, 2})}))
    assert [planned.tests for planned in plan.swap] == [(1, 2, 3)]


def test_a_fault_that_never_differed_leaves_nothing_behind() -> None:
    gone = mutant("m-a", operator="assignment_removed")
    plan = make_plan([gone], world(4, {1: [0, 1]}, infected={"m-a": frozenset()}))
    assert (plan.swap, [planned.mutant.id for planned in plan.uninfected]) == ((), ["m-a"])


def test_the_best_come_first_and_then_the_suites_own_order() -> None:
    tests = BEST + 5
    plan = make_plan([mutant("m-a")], world(tests, {1: range(tests)}))
    seconds = [1.0 - index / 100 for index in range(tests)]
    ordered = Order(seconds).whole(plan.swap[0])
    # The later ones are the quicker ones here.
    assert ordered == [*reversed(range(5, tests)), *range(5)]


def test_faults_that_may_last_meet_the_tests_as_the_suite_runs_them() -> None:
    plan = make_plan([mutant("m-a", operator="statement_removed")], world(3, {1: range(3)}))
    assert Order([3.0, 2.0, 1.0]).whole(plan.swap[0]) == [0, 1, 2]
