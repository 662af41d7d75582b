"""Blind places, deaf tests, idle arrangements, and doubles added up over all tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.stage_props import (
    QUIET,
    World,
    call,
    double,
    double_fault,
    observed,
    seen,
    site,
    world,
)

from refute.faults.double import RETURNS
from refute.observed import DoubleKind, Lie, Observed
from refute.strength import Matrix, Notice
from refute.theatre.doubles import MergedDouble, merge_doubles, with_hidden
from refute.theatre.identity import double_id
from refute.theatre.places import (
    BlindPlace,
    blind_places,
    calls_of,
    deaf_tests,
    unread_arrangements,
)
from refute.theatre.swallowed import Change, Fate, Trace, by_double

TOLD, CRASHED = Notice.TOLD, Notice.CRASHED

NOTHING = Observed()


def typo(id: str = "d-1", path: str = "0[0]", **more: Any) -> World:
    """Two tests receive the call, and overlook the fault."""
    return world({}, [(double_fault(id, path, [0, 1], **more), {0: QUIET, 1: QUIET})], count=2)


def blind(here: World, matrix: Matrix | None = None, facts: Observed = NOTHING) -> list[BlindPlace]:
    return list(blind_places(here.chances, matrix or here.whole, facts))


def test_a_place_is_blind_when_no_test_notices_any_change() -> None:
    (found,) = blind(typo())
    assert (found.file, found.line, found.function) == ("src/shop/cloud.py", 12, "delete")
    assert (found.argument, found.target) == ("0[0]", "shop.cloud.run_kubectl")
    assert (found.tests, found.faults) == ((0, 1), ("d-1",))


@pytest.mark.parametrize("notice", [one for one in Notice if one is not QUIET])
def test_one_test_that_notices_in_any_way_is_enough(notice: Notice) -> None:
    assert blind(typo(), Matrix({"d-1": {0: QUIET, 1: notice}})) == []


@pytest.mark.parametrize(
    ("value", "other", "example"),
    [
        ("False", "True", "check=False -> check=True"),
        ("None", "0", "check=None -> check=0"),
        ("True", "False", "check=True -> dropped"),
    ],
)
def test_what_is_the_default_anyway_is_not_shown_to_be_dropped(
    value: str, other: str, example: str
) -> None:
    quiet = {0: QUIET}
    changes = (("d-1", "dropped", ""), ("d-2", "other_value", other))
    faults = [
        (double_fault(id, "check", [0], change=change, original=value, replacement=new), quiet)
        for id, change, new in changes
    ]
    (found,) = blind(world({}, faults, count=1))
    assert found.example == example


def test_nothing_is_said_of_a_place_that_was_not_tried_to_the_end() -> None:
    assert blind(typo(), Matrix({"d-1": {0: QUIET}})) == []
    assert blind(typo(), Matrix({}, {("d-1", 0), ("d-1", 1)})) == []


def test_a_pair_that_could_not_be_run_is_left_out() -> None:
    (found,) = blind(typo(), Matrix({"d-1": {0: QUIET}}, {("d-1", 1)}))
    assert found.tests == (0,)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("logging.Logger.info", 0),
        ("shop.cloud.LOGGER.warning", 0),
        ("shop.cloud.catalog.info", 1),
        ("shop.cloud.login.error_page", 1),
    ],
)
def test_what_is_written_to_a_log_is_no_place(target: str, expected: int) -> None:
    assert len(blind(typo(target=target))) == expected


def test_what_comes_back_is_no_place() -> None:
    assert blind(typo(path=RETURNS)) == []


def test_the_example_shows_an_element_among_its_neighbours() -> None:
    sent = call(("0", "[...]"), ("0[0]", "'delete'"), ("0[1]", "'pod'"), ("1", "5"))
    facts = observed(seen(double(calls=(sent,))), seen())
    (found,) = blind(typo(), facts=facts)
    assert found.example == "['delete', 'pod'] -> ['deleet', 'pod']"
    (found,) = blind(typo(path="0[1]", change="dropped", original="'pod'"), facts=facts)
    assert found.example == "['delete', 'pod'] -> ['delete']"


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [
        ("0", "typo", "'a' -> 'b'"),
        ("namespace", "typo", "namespace='a' -> namespace='b'"),
        ("namespace", "dropped", "namespace='a' -> dropped"),
        ('json["name"]', "typo", "json[\"name\"]='a' -> json[\"name\"]='b'"),
        # The list itself was not recorded.
        ("0[3]", "typo", "0[3]='a' -> 0[3]='b'"),
    ],
)
def test_examples_in_words(path: str, change: str, expected: str) -> None:
    (found,) = blind(typo(path=path, change=change, original="'a'", replacement="'b'"))
    assert found.example == expected


def test_a_typo_shows_more_than_another_type() -> None:
    faults = [
        double_fault("d-1", "0", [0], change="other_type", replacement="0"),
        double_fault("d-2", "0", [0], change="typo"),
    ]
    (found,) = blind(world({}, [(fault, {0: QUIET}) for fault in faults]))
    assert found.faults == ("d-2", "d-1")
    assert "deleet" in found.example


def test_blind_places_of_one_call_go_together() -> None:
    faults = [
        double_fault("d-1", "0", [0]),
        double_fault("d-2", "1", [0]),
        double_fault("d-3", "0", [0], at=site(20)),
    ]
    groups = calls_of(blind(world({}, [(fault, {0: QUIET}) for fault in faults])))
    assert [[place.argument for place in group] for group in groups] == [["0", "1"], ["0"]]


def arguments(*notices: Notice) -> World:
    return world(
        {}, [(double_fault(f"d-{n}", str(n), [0]), {0: notice}) for n, notice in enumerate(notices)]
    )


def test_a_deaf_test_notices_none_of_five_arguments() -> None:
    here = arguments(*[QUIET] * 5)
    (found,) = deaf_tests(here.chances, here.whole)
    assert (found.test, len(found.places), found.fault) == (0, 5, "d-0")
    for other in (arguments(*[QUIET] * 4), arguments(*[QUIET] * 5, CRASHED)):
        assert deaf_tests(other.chances, other.whole) == ()
    assert deaf_tests(here.chances, Matrix({f"d-{n}": {0: QUIET} for n in range(4)})) == ()


def test_what_must_not_be_called_is_arranged_for_the_day_that_it_is() -> None:
    idle = double(unread=("returns 5",))
    assert len(unread_arrangements(observed(seen(idle)))) == 1
    assert unread_arrangements(observed(seen(replace(idle, looked=("call_count",))))) == ()


def test_an_arrangement_is_unread_only_if_none_of_its_tests_reads_it() -> None:
    idle = double(unread=("return_value.json = {}",))
    busy = double()
    (found,) = unread_arrangements(observed(seen(idle), seen(idle)))
    assert (found.what, found.tests, found.line) == ("return_value.json = {}", (0, 1), 3)
    assert unread_arrangements(observed(seen(idle), seen(busy))) == ()
    assert len(unread_arrangements(observed(seen(idle), seen(double(line=99))))) == 1


def merged(
    here: World, facts: Observed, swallowed: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[MergedDouble, ...]:
    places = blind(here, facts=facts)
    return merge_doubles(facts, here.chances, here.whole, places, swallowed or {}, {})


def test_doubles_of_one_target_are_one() -> None:
    sent = call(("0", "'delete'"))
    first, second = double(calls=(sent,), spec=True), double(file="tests/b.py", calls=(sent, sent))
    other = double("", name="db", kind=DoubleKind.OBJECT)
    here = typo(path="0")
    found = merged(here, observed(seen(first), seen(second, other)))
    one, two = sorted(found, key=lambda item: item.tests)
    assert (one.target, one.tests, one.calls, one.spec) == (first.target, (0, 1), 3, False)
    assert (one.file, one.line, one.kind) == ("tests/test_a.py", 3, DoubleKind.MOCK)
    assert (one.arguments, one.arguments_noticed, len(one.blind_places)) == (1, 0, 1)
    assert (two.shown, two.calls, two.arguments) == ("db", 0, 0)


def test_ids_of_doubles() -> None:
    assert double_id(double()) == double_id(double(file="tests/b.py", line=77))
    assert double_id(double("", name="db")) != double_id(double("", name="db", file="tests/b.py"))
    assert double_id(double("", name="db")) == double_id(double("", name="db", line=77))
    assert double_id(double()).startswith("w-")


def test_doubles_that_swallow_most_come_first() -> None:
    facts = observed(seen(double("a.b"), double("c.d")))
    swallowed = {double_id(double("c.d")): ("m-1", "m-2")}
    first, second = merged(world({}), facts, swallowed)
    assert (first.target, first.swallowed) == ("c.d", ("m-1", "m-2"))
    assert second.swallowed == ()


def test_lies_are_told_once_with_all_who_arranged_them() -> None:
    lie = Lie("raises", "raises KeyError, which it never lets out")
    facts = observed(
        *(seen(double(lies=(lie,))) for _ in range(3)), seen(double(line=9, lies=(lie,)))
    )
    (found,) = merged(world({}), facts)
    assert [(one.line, one.tests) for one in found.lies] == [(3, (0, 1, 2)), (9, (3,))]


def test_a_double_of_a_shared_fixture_is_used_if_one_test_uses_it() -> None:
    idle = double(lies=(Lie("unused", "nothing came to it"),))
    (found,) = merged(world({}), observed(seen(idle), seen(double())))
    assert found.lies == ()
    (found,) = merged(world({}), observed(seen(idle), seen(idle)))
    assert len(found.lies) == 1


@pytest.mark.parametrize(
    ("fault", "example"),
    [
        (("0", "typo", "***", "***, with a typo"), "a secret -> another"),
        (("0", "other_value", "***", "another value than ***"), "a secret -> another"),
        (("token", "typo", "'***'", "'***', with a typo"), "token=a secret -> token=another"),
        (("token", "dropped", "***", ""), "token=a secret -> dropped"),
        (("token", "emptied", "***", "''"), "token=a secret -> token=''"),
    ],
)
def test_a_value_of_which_nothing_is_told_is_called_a_secret(
    fault: tuple[str, str, str, str], example: str
) -> None:
    path, change, original, replacement = fault
    one = replace(
        double_fault("d-1", path, [0]),
        change=change,
        original=original,
        replacement=replacement,
    )
    (found,) = blind(world({}, [(one, {0: QUIET})], count=1))
    assert found.example == example


def test_a_double_behind_a_library_is_known_by_what_it_swallowed() -> None:
    change = Change("w-9", "Wire", "src/shop/cloud.py", 12, "1", "2")
    traces = [
        Trace("m-1", Fate.SWALLOWED, 3, change, ("w-9",), (3, 4)),
        Trace("m-2", Fate.SWALLOWED, 5, change, ("w-9",), (5,)),
        Trace("m-3", Fate.PROPAGATED, 5, replace(change, double=""), (), (5,)),
    ]
    (found,) = with_hidden((), traces, by_double(traces))
    assert (found.id, found.shown, found.tests) == ("w-9", "Wire", (3, 4, 5))
    assert found.swallowed == ("m-1", "m-2")
    assert with_hidden((found,), traces, by_double(traces)) == (found,)
