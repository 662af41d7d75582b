"""What is run next for a test: enough for its verdict, never a pair twice, and then no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.factory import other, survived
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

from refute.baseline import Coverage
from refute.faults.double import RETURNS, DoubleFault
from refute.observed import Observed
from refute.strength import Matrix, Notice, Pair, Strength
from refute.theatre.chances import COARSE, argument_places, make_chances
from refute.theatre.places import blind_places, deaf_tests
from refute.theatre.wanted import SAMPLE, silent, wanted
from refute.theatre.witness import judge_tests
from refute.trials.outcome import Mechanism
from refute.verdicts import Judged, Verdict
from refute_child.operators import OPERATORS

TOLD = Notice.TOLD


def play(here: World, batch: int = 5) -> Matrix:
    """Run what is wanted, test by test, until nothing is."""
    matrix = Matrix({})
    pairs: dict[str, dict[int, Notice]] = {}
    for test in range(len(here.known)):
        while next_ones := wanted(here.chances, matrix, test):
            assert len(set(next_ones)) == len(next_ones)
            for id, one in next_ones[:batch]:
                assert matrix.of(id, one) is None
                pairs.setdefault(id, {})[one] = here.truth[id][one]
            matrix = Matrix(pairs)
    return matrix


def judge(here: World, matrix: Matrix) -> tuple[Strength, ...]:
    return judge_tests(here.base, here.judged, here.chances, matrix)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(1, 4))
    # Mostly quiet, so that prayers, smoke and faint witnesses come up.
    notices = st.sampled_from([QUIET] * draw(st.integers(1, 12)) + list(Notice))
    rows = st.dictionaries(st.integers(0, count - 1), notices, min_size=1)
    operators = st.sampled_from(["whole_body", "condition_true", "number", "comparison"])
    mutants = draw(st.lists(st.tuples(operators, rows), max_size=25))
    places = st.tuples(st.sampled_from(["0", "1", RETURNS]), st.integers(12, 14))
    doubles = draw(st.lists(st.tuples(places, rows), max_size=12))
    return world(
        {f"m-{n:02}": one for n, one in enumerate(mutants)},
        [
            (double_fault(f"d-{n:02}", path, row, at=site(line)), row)
            for n, ((path, line), row) in enumerate(doubles)
        ],
        count=count,
    )


@settings(max_examples=150)
@given(worlds(), st.integers(1, 9))
def test_what_is_wanted_decides_as_all_pairs_would(here: World, batch: int) -> None:
    matrix = play(here, batch)
    found, whole = judge(here, matrix), judge(here, here.whole)
    assert [one.verdict for one in found] == [one.verdict for one in whole]
    for one, known in zip(found, whole, strict=True):
        assert one.tried <= one.faults == known.faults
        assert (one.mild, one.mild_told, one.alone) in (
            (known.mild, known.mild_told, known.alone),
            # Nothing was told: there is no share, and nobody asked who is alone.
            (one.mild, 0, None),
        )
        assert one.arguments_noticed == known.arguments_noticed
        assert one.redundant in (None, known.redundant)


@given(worlds())
def test_what_is_wanted_finds_each_blind_place_and_deaf_test(here: World) -> None:
    matrix = play(here)
    blind = [place.id for place in here.chances.places if _unnoticed(here, place.faults)]
    assert [one.id for one in blind_places(here.chances, matrix, Observed())] == blind
    assert deaf_tests(here.chances, matrix) == deaf_tests(here.chances, here.whole)


def _unnoticed(here: World, faults: Iterable[DoubleFault]) -> bool:
    rows = [here.truth[one.id] for one in faults]
    return all(notice is QUIET for row in rows for notice in row.values())


@given(worlds(), st.data())
def test_pairs_that_can_not_be_run_are_asked_for_once(here: World, data: st.DataObject) -> None:
    everything = [(id, test) for id, row in here.truth.items() for test in row]
    broken = data.draw(st.sets(st.sampled_from(everything))) if everything else set()
    void: set[Pair] = set()
    pairs: dict[str, dict[int, Notice]] = {}
    for test in range(len(here.known)):
        while next_ones := wanted(here.chances, Matrix(pairs, void), test):
            id, one = next_ones[0]
            assert (id, one) not in void
            if (id, one) in broken:
                void.add((id, one))
            else:
                pairs.setdefault(id, {})[one] = here.truth[id][one]
    for strength in judge(here, Matrix(pairs, void)):
        assert strength.tried <= strength.faults


def coarse_and_mild(told: str, coarse: int = 3, mild: int = 50) -> World:
    rows = {f"m-a{n:02}": ("number", {0: QUIET}) for n in range(mild)}
    rows |= {f"m-z{n:02}": ("whole_body", {0: QUIET}) for n in range(coarse)}
    return world(rows | {told: (rows[told][0], {0: TOLD})})


def test_coarse_faults_come_first_and_then_a_sample_of_mild_ones() -> None:
    here = coarse_and_mild("m-z01")
    assert [id for id, _ in wanted(here.chances, Matrix({}), 0)][:3] == ["m-z00", "m-z01", "m-z02"]
    told = Matrix({"m-z01": {0: TOLD}})
    assert wanted(here.chances, told, 0) == [(f"m-a{n:02}", 0) for n in range(SAMPLE)]


def test_a_test_that_was_told_enough_needs_no_more() -> None:
    here = coarse_and_mild("m-a00")
    pairs = {f"m-a{n:02}": {0: TOLD if n < 3 else QUIET} for n in range(SAMPLE)}
    assert wanted(here.chances, Matrix(pairs), 0) == []


def test_a_prayer_is_run_against_everything() -> None:
    here = world({f"m-{n}": ("number", {0: QUIET}) for n in range(70)})
    assert len(play(here).pairs) == 70


def test_others_are_asked_only_where_a_share_is_small_and_nobody_is_known_to_be_told() -> None:
    rows = {f"m-{n:02}": ("number", {0: TOLD if n == 0 else QUIET, 1: QUIET}) for n in range(20)}
    here = world(rows, count=2)
    own = {id: {0: row[0]} for id, (_, row) in rows.items()}
    assert wanted(here.chances, Matrix(own), 0) == [("m-00", 1)]
    assert wanted(here.chances, Matrix(own | {"m-00": {0: TOLD, 1: TOLD}}), 0) == []


def test_arguments_are_tried_until_they_are_noticed() -> None:
    faults = [
        (double_fault("d-1", "0", [0]), {0: TOLD}),
        (double_fault("d-2", "0", [0]), {0: QUIET}),
        (double_fault("d-3", "1", [0]), {0: QUIET}),
        (double_fault("d-4", RETURNS, [0]), {0: QUIET}),
    ]
    here = world({"m-0": ("number", {0: TOLD})}, faults)
    known = {"m-0": {0: TOLD}}
    assert wanted(here.chances, Matrix(known), 0) == [("d-1", 0), ("d-2", 0), ("d-3", 0)]
    assert wanted(here.chances, Matrix(known | {"d-1": {0: TOLD}}), 0) == [("d-3", 0)]


def test_silence_is_what_was_tried_and_not_noticed() -> None:
    here = world({"m-0": ("number", {0: QUIET}), "m-1": ("number", {0: QUIET})})
    assert not silent(here.chances, Matrix({}), 0)
    assert silent(here.chances, Matrix({"m-0": {0: QUIET}}), 0)
    assert not silent(here.chances, Matrix({"m-0": {0: QUIET}, "m-1": {0: Notice.CRASHED}}), 0)
    assert not silent(here.chances, Matrix({}), 99)


def test_coarse_operators_are_operators() -> None:
    assert set(OPERATORS) >= COARSE


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        (lambda one: one, True),
        (lambda one: survived(one.mutant, *one.covered_by), True),
        # Never infected: it makes no difference in any test.
        (lambda one: survived(one.mutant, *one.covered_by, mechanism=Mechanism.NONE), False),
        (lambda one: other(one.mutant, Verdict.ERROR), False),
        (lambda one: other(one.mutant, Verdict.NO_COVERAGE), False),
    ],
)
def test_a_test_can_meet_what_can_be_put_in(
    change: Callable[[Judged], Judged], taken: bool
) -> None:
    known = named("test_a")
    item = change(mutant("m-1", "number", [known[0].id]))
    chances = make_chances(baseline(known), [item], [])
    assert bool(chances.by_test[0].mild) is taken


def test_a_mutant_on_order_dependent_lines_counts_for_those_who_were_seen_on_them() -> None:
    known = named("test_a", "test_b")
    base = baseline(known)
    lines = {FILE: {5: frozenset({1})}}
    coverage = Coverage(lines, {}, {FILE: frozenset({5})}, {})
    item = mutant("m-1", "number", [test.id for test in known])
    chances = make_chances(replace(base, coverage=coverage), [item], [])
    assert chances.tests_of == {"m-1": frozenset({1})}


def test_tests_that_were_set_aside_meet_nothing() -> None:
    known = named("test_a", "test_b")
    item = mutant("m-1", "number", [test.id for test in known])
    chances = make_chances(baseline(known), [item], [], unfit=frozenset({0}))
    assert list(chances.by_test) == [1]


def test_the_id_of_a_place_stays_when_lines_move_and_other_calls_come() -> None:
    (before,) = argument_places([double_fault("d-1", "0", [0], at=site(12))])
    others = [
        double_fault("d-2", "0", [0], at=site(3), target="shop.cloud.other"),
        double_fault("d-3", "0", [0], at=site(5, function="create")),
        double_fault("d-4", RETURNS, [0], at=site(30)),
    ]
    after = argument_places([*others, double_fault("d-9", "0", [0], at=site(40, column=9))])
    assert [place.id for place in after if place.site.line == 40] == [before.id]
    assert before.id.startswith("p-")
    assert len({place.id for place in after}) == 3


def test_equal_calls_in_one_function_are_told_apart() -> None:
    twice = [double_fault("d-1", "0", [0]), double_fault("d-2", "0", [0], at=site(20))]
    assert len({place.id for place in argument_places(twice)}) == 2
