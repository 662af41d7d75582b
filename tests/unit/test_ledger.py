"""What is known of each mutant while a run goes on."""

from __future__ import annotations

from tests.unit.plans import mutant, planned, world

from refute.baseline import Baseline
from refute.events import Event, TrialDone
from refute.faults.fault import Mutant
from refute.faults.plan import Plan, Planned, make_plan
from refute.judgement import Verdict
from refute.ledger import Ledger
from refute.trials.outcome import Mechanism, Outcome, Result
from refute.verdicts import Reached


def begun(mutants: list[Mutant], base: Baseline | None = None) -> tuple[Ledger, Plan, list[Event]]:
    """A ledger at the beginning of a run."""
    base = base or world(lines={1: [0, 1], 2: [2]})
    events: list[Event] = []
    ledger = Ledger(base, events.append)
    plan = make_plan(mutants, base)
    ledger.begin(mutants, plan)
    return ledger, plan, events


def passed(id: str) -> Outcome:
    return Outcome(id, Mechanism.SWAP, Result.PASSED)


def failed(id: str, test: str = "tests/test_code.py::test_0") -> Outcome:
    return Outcome(id, Mechanism.SWAP, Result.FAILED, test)


def verdicts(ledger: Ledger) -> dict[str, str]:
    return {id: str(judged.verdict) for id, judged in ledger.judged.items()}


def test_every_mutant_has_a_verdict_from_the_start() -> None:
    ledger, _, events = begun(
        [
            mutant("m-a"),
            mutant("m-b", 9),
            mutant("m-c", excluded="equivalent", reason="the same code"),
            mutant("m-d", excluded="suppressed", reason="logging"),
            mutant("m-e", 2),
        ],
        world(lines={1: [0, 1], 2: [2]}, infected={"m-e": frozenset()}),
    )
    assert verdicts(ledger) == {
        "m-a": "pending",
        "m-b": "no_coverage",
        "m-c": "equivalent",
        "m-d": "suppressed",
        "m-e": "survived",
    }
    assert ledger.judged["m-a"].covered_by == (
        "tests/test_code.py::test_0",
        "tests/test_code.py::test_1",
    )
    assert ledger.judged["m-e"].covered_by == ("tests/test_code.py::test_2",)
    assert ledger.judged["m-c"].reason == "the same code"
    assert (ledger.done, len(ledger.planned), events) == (0, 1, [])


def test_outcomes_are_judged_and_told() -> None:
    ledger, plan, events = begun([mutant("m-a"), mutant("m-b"), mutant("m-c")])
    ledger.add(planned(plan, "m-a"), failed("m-a"))
    ledger.add(planned(plan, "m-b"), passed("m-b"))
    assert verdicts(ledger) == {"m-a": "killed", "m-b": "survived", "m-c": "pending"}
    told = [event for event in events if isinstance(event, TrialDone)]
    assert [(e.done, e.total, e.killed, e.survived) for e in told] == [(1, 3, 1, 0), (2, 3, 1, 1)]
    assert told[0].judged is ledger.judged["m-a"]


def test_a_second_outcome_takes_the_place_of_the_first() -> None:
    ledger, plan, events = begun([mutant("m-a")])
    one = planned(plan, "m-a")
    ledger.add(one, failed("m-a"))
    ledger.add(one, passed("m-a"))
    last = events[-1]
    assert isinstance(last, TrialDone)
    assert (last.done, last.killed, last.survived) == (1, 0, 1)
    assert verdicts(ledger) == {"m-a": "survived"}
    ledger.add(one, Outcome("m-a", Mechanism.SWAP, Result.TIMEOUT))
    last = events[-1]
    assert isinstance(last, TrialDone)
    assert (last.done, last.killed, last.survived) == (1, 1, 0)


def test_what_is_known_is_taken_over() -> None:
    ledger, _, events = begun([mutant("m-a"), mutant("m-b"), mutant("m-c", 9)])
    settled = ledger.reuse({"m-a": failed("m-a"), "m-c": failed("m-c"), "m-z": failed("m-z")})
    assert settled == {"m-a"}
    assert verdicts(ledger) == {"m-a": "killed", "m-b": "pending", "m-c": "no_coverage"}
    assert [id for id, judged in ledger.judged.items() if judged.reused] == ["m-a"]
    assert (ledger.done, events) == (1, [])


def test_new_and_known_outcomes_read_alike() -> None:
    # A mutant that had to be tried by import, where all tests can notice it.
    base = world(lines={1: [0, 1]}, at_import=[1])
    outcome = Outcome("m-a", Mechanism.IMPORT, Result.FAILED, "tests/test_code.py::test_3")
    new, plan, _ = begun([mutant("m-a")], base)
    everything = Planned(mutant("m-a"), Mechanism.IMPORT, (0, 1, 2, 3), True)
    new.add(everything, outcome)
    known, _, _ = begun([mutant("m-a")], base)
    known.reuse({"m-a": outcome})
    assert new.judged["m-a"].covered_by == known.judged["m-a"].covered_by
    assert planned(plan, "m-a").also_import


def test_what_is_left_out() -> None:
    ledger, plan, _ = begun([mutant("m-a"), mutant("m-b")])
    ledger.leave_out([(planned(plan, "m-a"), "no seal")])
    assert verdicts(ledger) == {"m-a": "suppressed", "m-b": "pending"}
    assert ledger.judged["m-a"].reason == "no seal"
    assert set(ledger.planned) == {"m-b"}
    assert ledger.reuse({"m-a": failed("m-a")}) == frozenset()


def test_how_far_a_survivor_got() -> None:
    base = world(lines={1: [0, 1]}, infected={"m-a": frozenset([1])})
    ledger, plan, _ = begun([mutant("m-a"), mutant("m-b")], base)
    for one in plan.swap:
        ledger.add(one, passed(one.mutant.id))
    assert ledger.judged["m-a"].reached is Reached.INFECTED
    assert ledger.judged["m-b"].reached is Reached.REACHED
    assert ledger.judged["m-a"].verdict is Verdict.SURVIVED
