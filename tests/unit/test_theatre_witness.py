"""Verdicts on tests: the first that holds, and nobody is blamed for what was not tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import TOLD as FAILED
from tests.unit.factory import killed
from tests.unit.stage_props import (
    FILE,
    QUIET,
    World,
    baseline,
    double_fault,
    mutant,
    named,
    site,
    world,
)

from refute.baseline import Coverage, TestOutcome
from refute.faults.double import RETURNS
from refute.strength import Matrix, Notice, Strength, TestVerdict
from refute.theatre.chances import make_chances
from refute.theatre.wanted import FAINT_ALONE, SAMPLE
from refute.theatre.witness import EVIDENCE, judge_tests
from refute.trials.outcome import Mechanism
from refute.verdicts import Verdict

TOLD, CRASHED, TRIPPED, TIMEOUT = Notice.TOLD, Notice.CRASHED, Notice.TRIPPED, Notice.TIMEOUT


def one_test(mutants: Mapping[str, Notice], doubles: Mapping[str, Notice] | None = None) -> World:
    """A test with these notices; mutants named ``coarse...`` take a whole body away."""
    faults = [
        (double_fault(id, path="0", on=[0], at=site(line)), {0: notice})
        for line, (id, notice) in enumerate((doubles or {}).items(), 10)
    ]
    operators = {id: "whole_body" if id.startswith("coarse") else "number" for id in mutants}
    return world({id: (operators[id], {0: notice}) for id, notice in mutants.items()}, faults)


def strengths(here: World, matrix: Matrix | None = None) -> tuple[Strength, ...]:
    return judge_tests(here.base, here.judged, here.chances, matrix or here.whole)


def verdict(*notices: Notice, doubles: tuple[Notice, ...] = ()) -> TestVerdict:
    mutants = {f"m-{n}": notice for n, notice in enumerate(notices)}
    here = one_test(mutants, {f"d-{n}": notice for n, notice in enumerate(doubles)})
    return strengths(here)[0].verdict


@pytest.mark.parametrize(
    ("project", "doubles", "expected"),
    [
        ([QUIET] * 5, [], TestVerdict.PRAYER),
        ([QUIET] * 3, [QUIET] * 2, TestVerdict.PRAYER),
        ([QUIET] * 4, [], TestVerdict.UNJUDGED),
        ([CRASHED] * 4, [], TestVerdict.UNJUDGED),
        ([], [], TestVerdict.UNJUDGED),
        ([TOLD], [], TestVerdict.WITNESS),
        ([QUIET] * 4 + [TOLD], [], TestVerdict.WITNESS),
        ([QUIET] * 4 + [CRASHED], [], TestVerdict.SMOKE),
        ([TRIPPED, TIMEOUT] * 5, [], TestVerdict.SMOKE),
        ([QUIET] * 4, [TOLD], TestVerdict.ECHO),
        ([QUIET] * 4, [CRASHED], TestVerdict.ECHO),
        ([QUIET] * 3, [TOLD], TestVerdict.UNJUDGED),
        ([CRASHED, QUIET, QUIET, QUIET], [QUIET], TestVerdict.SMOKE),
        ([], [TOLD] * 5, TestVerdict.WITNESS),
        ([], [CRASHED] * 5, TestVerdict.SMOKE),
    ],
)
def test_the_first_verdict_that_holds(
    project: list[Notice], doubles: list[Notice], expected: TestVerdict
) -> None:
    assert verdict(*project, doubles=tuple(doubles)) is expected


@given(st.lists(st.sampled_from(Notice), max_size=9), st.lists(st.sampled_from(Notice), max_size=6))
def test_verdicts_keep_to_their_definitions(project: list[Notice], doubles: list[Notice]) -> None:
    found = verdict(*project, doubles=tuple(doubles))
    everything = [*project, *doubles]
    if found is TestVerdict.PRAYER:
        assert set(everything) == {QUIET}
        assert len(everything) >= 5
    if found in (TestVerdict.SMOKE, TestVerdict.PRAYER):
        assert TOLD not in everything
    if found in (TestVerdict.WITNESS, TestVerdict.FAINT_WITNESS):
        assert TOLD in everything
    if TOLD in project:
        assert found in (TestVerdict.WITNESS, TestVerdict.FAINT_WITNESS)


@given(st.data())
def test_nobody_is_blamed_before_the_last_fault(data: st.DataObject) -> None:
    notices = data.draw(st.lists(st.sampled_from([QUIET, QUIET, CRASHED]), min_size=5, max_size=9))
    here = one_test({f"m-{n}": notice for n, notice in enumerate(notices)})
    left_out = data.draw(st.sampled_from(sorted(here.truth)))
    known = Matrix({id: row for id, row in here.truth.items() if id != left_out})
    assert strengths(here, known)[0].verdict is TestVerdict.UNJUDGED
    assert strengths(here)[0].verdict is not TestVerdict.UNJUDGED


def test_what_could_not_be_run_stands_outside() -> None:
    here = one_test({f"m-{n}": QUIET for n in range(6)})
    pairs = {id: row for id, row in here.truth.items() if id != "m-3"}
    (found,) = strengths(here, Matrix(pairs, {("m-3", 0)}))
    assert (found.verdict, found.faults, found.tried) == (TestVerdict.PRAYER, 5, 5)
    pairs.pop("m-4")
    (found,) = strengths(here, Matrix(pairs, {("m-3", 0), ("m-4", 0)}))
    assert found.verdict is TestVerdict.UNJUDGED


def shared(told: int, mild: int, others: Notice = TOLD) -> World:
    """A test that is told of some mild faults and of a whole body, beside a second test."""
    rows = {
        f"m-{n:03}": ("number", {0: TOLD if n < told else QUIET, 1: others}) for n in range(mild)
    }
    return world(rows | {"m-body": ("whole_body", {0: TOLD, 1: TOLD})}, count=2)


@pytest.mark.parametrize(
    ("told", "mild", "others", "expected"),
    [
        (1, 11, TOLD, TestVerdict.FAINT_WITNESS),
        (1, 10, TOLD, TestVerdict.WITNESS),
        (0, 1, TOLD, TestVerdict.FAINT_WITNESS),
        (0, 0, TOLD, TestVerdict.WITNESS),
        (3, 40, QUIET, TestVerdict.FAINT_WITNESS),
        (3, 40, CRASHED, TestVerdict.FAINT_WITNESS),
        (4, 50, QUIET, TestVerdict.WITNESS),
        (4, 50, TOLD, TestVerdict.FAINT_WITNESS),
    ],
)
def test_a_faint_witness_has_a_small_share_and_little_of_its_own(
    told: int, mild: int, others: Notice, expected: TestVerdict
) -> None:
    found = strengths(shared(told, mild, others))[0]
    assert found.verdict is expected
    assert (found.mild, found.mild_told) == (mild, told)


def test_a_share_is_of_a_sample_that_was_tried_to_its_end() -> None:
    here = shared(1, 3 * SAMPLE)
    # Survivors of the score phase are known beyond the sample, and must not weigh on it.
    survivors = range(SAMPLE + 10, 3 * SAMPLE)
    known = {"m-body": {0: TOLD}} | {f"m-{n:03}": {0: QUIET} for n in range(SAMPLE - 5)}
    known |= {f"m-{n:03}": {0: QUIET} for n in survivors}
    (found, _) = strengths(here, Matrix(known))
    assert (found.verdict, found.mild, found.alone) == (TestVerdict.WITNESS, SAMPLE - 5, None)
    known |= {f"m-{n:03}": {0: QUIET} for n in range(SAMPLE - 5, SAMPLE + 5)}
    (found, _) = strengths(here, Matrix(known))
    assert (found.verdict, found.mild) == (TestVerdict.FAINT_WITNESS, SAMPLE)


def test_being_alone_counts_only_when_all_others_were_asked() -> None:
    here = shared(3, 40, QUIET)
    known = {id: {0: row[0]} for id, row in here.truth.items()}
    assert strengths(here, Matrix(known))[0].alone is None
    assert strengths(here)[0].alone == 3


def test_nobody_is_alone_on_a_fault_that_blows_another_test_up() -> None:
    assert strengths(shared(3, 40, Notice.CRASHED))[0].alone == 0


def test_cases_of_the_same_function_are_no_other_tests() -> None:
    told_both = {n: (TOLD if n < 4 else QUIET) for n in range(50)}
    rows = {f"m-{n:03}": ("number", {0: one, 1: one}) for n, one in told_both.items()}
    assert strengths(world(rows, count=2))[0].verdict is TestVerdict.FAINT_WITNESS
    kin = world(rows, count=2, defined="tests/test_shop.py:1")
    found = strengths(kin)[0]
    assert (found.verdict, found.alone) == (TestVerdict.WITNESS, FAINT_ALONE)


def test_flaky_and_red_tests_are_no_witnesses_and_no_prayers() -> None:
    known = [
        *named("test_flaky", outcome=TestOutcome.FLAKY),
        *named("test_red", outcome=TestOutcome.FAILED),
        *named("test_skipped", outcome=TestOutcome.SKIPPED),
    ]
    base = baseline(known)
    found = judge_tests(base, [], make_chances(base, [], []), Matrix())
    assert [one.verdict for one in found] == [
        TestVerdict.FLAKY,
        TestVerdict.UNJUDGED,
        TestVerdict.UNJUDGED,
    ]


def test_a_test_that_executes_no_line_is_untouched_unless_it_may_well_use_one() -> None:
    known = named("test_a", "test_b", "test_c", "test_d")
    base = replace(baseline(known, touching=[]), unseen=frozenset({1}))
    elsewhere = Coverage({}, {}, {}, {"src/shop/money.py": {5: frozenset({3})}})
    base = replace(base, coverage=elsewhere)
    chances = make_chances(base, [], [])
    found = judge_tests(base, [], chances, Matrix(), importing={2})
    assert [one.verdict.value for one in found] == ["untouched"] + ["unjudged"] * 3


def test_who_was_told_of_a_fault_at_import_is_a_witness() -> None:
    known = named("test_a", "test_b")
    base = baseline(known, touching=[1])
    made = mutant("m-1", "number", []).mutant
    for phase, expected in (("call", TestVerdict.WITNESS), ("collect", TestVerdict.UNTOUCHED)):
        item = killed(
            made,
            known[0].id,
            mechanism=Mechanism.IMPORT,
            failure=replace(FAILED, phase=phase),
        )
        found = judge_tests(base, [item], make_chances(base, [item], []), Matrix())
        assert found[0].verdict is expected


def test_what_runs_at_import_is_no_chance_of_tests_that_do_not_run_it() -> None:
    known = named("test_a", "test_b")
    base = replace(
        baseline(known),
        coverage=Coverage({FILE: {5: frozenset({0, 1}), 40: frozenset({1})}}, {}, {}, {}),
    )
    rows = [mutant(f"m-{n}", "number", [test.id for test in known]) for n in range(9)]
    judged = [
        replace(
            one,
            mutant=replace(one.mutant, lines=((40, 40),)),
            verdict=Verdict.SURVIVED,
            mechanism=Mechanism.IMPORT,
        )
        for one in rows
    ]
    chances = make_chances(base, judged, [])
    nothing = Matrix({one.mutant.id: {0: QUIET, 1: QUIET} for one in judged})
    first, second = judge_tests(base, judged, chances, nothing)
    assert (first.verdict, first.faults) == (TestVerdict.UNJUDGED, 0)
    assert (second.verdict, second.faults) == (TestVerdict.PRAYER, 9)


def test_nobody_is_blamed_who_executes_files_that_were_left_out() -> None:
    here = one_test({f"m-{n}": QUIET for n in range(9)})
    for left_out, expected in ((), TestVerdict.PRAYER), ((FILE,), TestVerdict.UNJUDGED):
        found = judge_tests(
            here.base, here.judged, here.chances, here.whole, left_out=frozenset(left_out)
        )
        assert found[0].verdict is expected
    told = one_test({f"m-{n}": TOLD for n in range(9)})
    found = judge_tests(told.base, told.judged, told.chances, told.whole, left_out={FILE})
    assert found[0].verdict is TestVerdict.WITNESS


def test_counts_and_evidence() -> None:
    rows = {"coarse": TOLD, "m-1": TOLD, "m-2": TRIPPED, "m-3": CRASHED, "m-4": TIMEOUT}
    (found,) = strengths(one_test(rows | {"m-5": QUIET}, {"d-1": TOLD, "d-2": QUIET}))
    assert (found.faults, found.tried, found.noticed) == (8, 8, 6)
    assert (found.told, found.tripped, found.crashed, found.timeout) == (3, 1, 1, 1)
    assert (found.mild, found.mild_told) == (5, 1)
    assert (found.arguments, found.arguments_noticed) == (2, 1)
    assert found.evidence[0] == "coarse"
    assert set(found.evidence) == {"coarse", "m-1", "d-1"}


def test_a_prayer_shows_what_it_overlooked_the_most_telling_first() -> None:
    rows = {f"m-{n:02}": QUIET for n in range(20)} | {"coarse": QUIET}
    (found,) = strengths(one_test(rows))
    assert len(found.evidence) == EVIDENCE
    assert found.evidence[0] == "coarse"


def test_what_doubles_hand_back_is_no_argument() -> None:
    back = double_fault("d-1", RETURNS, [0])
    here = world({}, [(back, {0: TOLD})])
    (found,) = strengths(here)
    assert (found.faults, found.arguments) == (1, 0)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # The first test is the quicker one.
        ([TOLD, TOLD], [TOLD, QUIET], (None, True)),
        ([TOLD, TOLD], [TOLD, TOLD], (None, True)),
        ([QUIET, TOLD], [TOLD, QUIET], (False, False)),
        ([TOLD, CRASHED], [TOLD, TOLD], (False, False)),
    ],
)
def test_a_redundant_test_is_told_nothing_that_a_quicker_one_is_not(
    first: list[Notice], second: list[Notice], expected: tuple[bool | None, bool | None]
) -> None:
    rows = {
        f"m-{n}": ("number", {0: one, 1: two})
        for n, (one, two) in enumerate(zip(first, second, strict=True))
    }
    found = strengths(world(rows, count=2))
    assert found[1].redundant is expected[1]
    assert found[0].redundant is False


def test_redundancy_is_not_guessed() -> None:
    here = world({f"m-{n}": ("number", {0: TOLD, 1: TOLD}) for n in range(2)}, count=2)
    known = Matrix({"m-0": {0: TOLD, 1: TOLD}, "m-1": {1: TOLD}})
    assert strengths(here, known)[1].redundant is None
    # A fault that a quicker test is told of need not be tried on the slower one.
    known = Matrix({"m-0": {0: TOLD, 1: TOLD}, "m-1": {0: TOLD}})
    assert strengths(here, known)[1].redundant is True


@pytest.mark.parametrize(
    ("body", "tried", "expected"),
    [
        ("Server", [1], TestVerdict.UNJUDGED),
        ("Server", [0, 1], TestVerdict.SMOKE),
        ("Client", [1], TestVerdict.SMOKE),
        ("<module>", [1], TestVerdict.SMOKE),
    ],
)
def test_who_uses_a_class_is_judged_on_its_body_as_well(
    body: str, tried: list[int], expected: TestVerdict
) -> None:
    here = world({f"m-{n}": ("number", {0: CRASHED}) for n in range(5)}, count=2)
    names = [test.id for test in here.base.tests]
    method = [replace(i, mutant=replace(i.mutant, function="Server.check")) for i in here.judged]
    default = replace(method[0].mutant, id="m-default", function=body, unit=None)
    told = killed(
        default, names[1], mechanism=Mechanism.IMPORT, tests_run=tuple(names[n] for n in tried)
    )
    found = judge_tests(here.base, [*method, told], here.chances, here.whole)
    assert found[0].verdict is expected


class Walked(dict[str, frozenset[int]]):
    """Says how often it was asked for all the tests that can meet a fault."""

    times = 0

    def __getitem__(self, id: str) -> frozenset[int]:
        self.times += 1
        return super().__getitem__(id)


def test_what_was_never_run_costs_nothing() -> None:
    faults, tests = 20, 30
    rows = {f"m-{n}": ("number", dict.fromkeys(range(tests), TOLD)) for n in range(faults)}
    here = world(rows, count=tests)
    # As after a budget: each fault was tried on one test alone.
    known = Matrix({f"m-{n}": {tests - 1: TOLD} for n in range(faults)})
    walked = Walked(here.chances.tests_of)
    here = replace(here, chances=replace(here.chances, tests_of=walked))
    found = strengths(here, known)
    assert [one.redundant for one in found] == [None] * tests
    # Whoever walks through all tests of a fault for each test is never done with a large suite.
    assert walked.times <= 3 * faults
