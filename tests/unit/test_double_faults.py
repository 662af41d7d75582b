"""Double faults, from what the tests' doubles were seen to be handed and to hand back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refute.faults.double import RETURNS, DoubleFault
from refute.faults.doubles import ARGUMENT_CHANGES, SITE_FAULTS, make_double_faults
from refute.observed import Argument, Call, Double, DoubleKind, Observed, Seen, Site

SITE = Site("shop/cloud.py", 10, 12, 10, 40, "Cloud.remove")
UNITS = {SITE: ("Cloud.remove", 8)}


def call(
    *arguments: tuple[str, str, str],
    site: Site = SITE,
    method: str = "",
    result: str = "none",
    returned: str = "None",
) -> Call:
    return Call(site, method, tuple(Argument(*fields) for fields in arguments), result, returned)


def double(*calls: Call, kind: DoubleKind = DoubleKind.MOCK, target: str = "shop.run") -> Double:
    return Double(target, "", kind, False, "tests/test_cloud.py", 3, calls=calls)


def observed(*tests: Double) -> Observed:
    """One test for each double."""
    return Observed({index: Seen(doubles=(one,)) for index, one in enumerate(tests)})


def made(*tests: Double) -> tuple[DoubleFault, ...]:
    return make_double_faults(observed(*tests), UNITS)


def changes(*tests: Double) -> list[tuple[str, str, str, str]]:
    return [(f.path, f.change, f.original, f.replacement) for f in made(*tests)]


RAISES = (RETURNS, "raises", "None", "RuntimeError('injected by refute')")


@pytest.mark.parametrize(
    ("kind", "shown", "change", "replacement"),
    [
        ("str", "'delete pod'", "typo", "'deleet pod'"),
        ("str", "'12'", "typo", "'1x'"),
        ("bytes", "b'delete'", "typo", "b'deleet'"),
        ("int", "5", "other_value", "6"),
        ("float", "0.5", "other_value", "1.5"),
        ("bool", "True", "other_value", "False"),
        ("none", "None", "other_value", "1"),
        ("object", "<Session>", "none", "None"),
        ("mock", "<MagicMock>", "none", "None"),
        ("set", "{1}", "emptied", "set()"),
        ("list", "[…]", "emptied", "[]"),
        ("dict", "{…}", "emptied", "{}"),
        # What was shortened, or hidden, is not read.
        ("str", "'delete the…'", "typo", "'delete the…', with a typo"),
        ("str", "'https://***@host'", "typo", "'https://***@host', with a typo"),
        ("str", "***", "typo", "***, with a typo"),
        ("int", "<int>", "other_value", "another value than <int>"),
    ],
)
def test_an_argument(kind: str, shown: str, change: str, replacement: str) -> None:
    assert changes(double(call(("0", kind, shown)))) == [
        RAISES,
        ("0", change, shown, replacement),
    ]


def test_of_the_values_that_were_seen_one_with_nothing_hidden_is_shown() -> None:
    hidden, plain = double(call(("0", "str", "***"))), double(call(("0", "str", "'ann'")))
    for doubles in ((hidden, plain), (plain, hidden)):
        found = [one for one in changes(*doubles) if one[0] == "0"]
        assert found == [("0", "typo", "'ann'", "'nan'")]


@pytest.mark.parametrize(("kind", "shown"), [("list", "[]"), ("dict", "{}"), ("set", "set()")])
def test_an_argument_that_is_empty_already(kind: str, shown: str) -> None:
    assert changes(double(call(("0", kind, shown)))) == [RAISES]


@pytest.mark.parametrize(
    ("result", "returned", "change", "replacement"),
    [
        ("int", "0", "other_value", "1"),
        ("bool", "False", "other_value", "True"),
        ("float", "1.0", "other_value", "2.0"),
        ("str", "'done'", "emptied", "''"),
        ("bytes", "b'done'", "emptied", "b''"),
        ("list", "[1, 2]", "emptied", "[]"),
        ("tuple", "(1,)", "emptied", "()"),
        ("dict", "{'a': 1}", "emptied", "{}"),
        ("set", "{1}", "emptied", "set()"),
        ("object", "<Reply>", "none", "None"),
        ("raises", "ValueError", "none", "None"),
    ],
)
def test_a_result(result: str, returned: str, change: str, replacement: str) -> None:
    assert changes(double(call(result=result, returned=returned))) == [
        (RETURNS, "raises", returned, "RuntimeError('injected by refute')"),
        (RETURNS, change, returned, replacement),
    ]


@pytest.mark.parametrize(
    ("result", "returned"),
    [("none", "None"), ("mock", "<MagicMock>"), ("str", "''"), ("list", "[]"), ("dict", "{}")],
)
def test_a_result_that_can_only_be_an_exception_instead(result: str, returned: str) -> None:
    found = changes(double(call(result=result, returned=returned)))
    assert [fault[:2] for fault in found] == [(RETURNS, "raises")]


def test_the_elements_of_a_list_and_its_last_one_dropped() -> None:
    command = [
        ("0", "list", "['get', 'pods']"),
        ("0[0]", "str", "'get'"),
        ("0[1]", "str", "'pods'"),
    ]
    assert changes(double(call(*command)))[1:] == [
        ("0[0]", "typo", "'get'", "'gte'"),
        ("0[1]", "typo", "'pods'", "'posd'"),
        ("0[1]", "dropped", "'pods'", ""),
    ]


def test_the_keys_of_a_dictionary_and_what_lies_deeper() -> None:
    body = [
        ("json", "dict", "{…}"),
        ('json["name"]', "str", "'pod'"),
        ('json["ports"]', "tuple", "(80,)"),
        ('json["ports"][0]', "int", "80"),
    ]
    assert [fault[:2] for fault in changes(double(call(*body)))[1:]] == [
        ('json["name"]', "typo"),
        ('json["ports"]', "dropped"),
        ('json["ports"][0]', "other_value"),
        ('json["ports"][0]', "dropped"),
    ]


@pytest.mark.parametrize(
    ("kind", "dropped"),
    [
        (DoubleKind.MOCK, ["check", "n"]),
        (DoubleKind.ASYNC_MOCK, ["check", "n"]),
        (DoubleKind.AUTOSPEC, []),
        (DoubleKind.FUNCTION, []),
        (DoubleKind.OBJECT, []),
    ],
)
def test_a_keyword_is_dropped_where_the_double_does_not_mind(
    kind: DoubleKind, dropped: list[str]
) -> None:
    one = call(("0", "int", "1"), ("check", "bool", "True"), ("n", "none", "None"))
    found = changes(double(one, kind=kind))
    assert [path for path, change, *_ in found if change == "dropped"] == dropped


def test_an_only_argument_is_not_dropped() -> None:
    found = changes(double(call(("check", "dict", "{…}"), ('check["a"]', "int", "1"))))
    assert [fault[:2] for fault in found[1:]] == [
        ('check["a"]', "other_value"),
        ('check["a"]', "dropped"),
    ]


def test_the_fields_of_a_fault() -> None:
    one = call(("0", "int", "1"), method=".execute")
    fault = made(double(one))[1]
    assert fault == DoubleFault(
        id=fault.id,
        site=SITE,
        target="shop.run",
        method=".execute",
        path="0",
        change="other_value",
        original="1",
        replacement="2",
        tests=(0,),
        unit="Cloud.remove",
        unit_line=8,
    )


def test_a_call_that_runs_at_import() -> None:
    assert {(f.unit, f.unit_line) for f in make_double_faults(observed(double(call())), {})} == {
        (None, 0)
    }


def test_tests_are_those_in_which_the_change_applies() -> None:
    tests = [
        double(call(("0", "str", "'one'"), result="int", returned="0")),
        double(call(("0", "none", "None"), result="str", returned="''")),
        double(call(("0", "str", "'two'"), result="int", returned="1")),
        double(call(("0", "str", "'two'")), kind=DoubleKind.FUNCTION),
    ]
    found = {(f.path, f.change): (f.tests, f.original) for f in made(*tests)}
    assert found == {
        (RETURNS, "raises"): ((0, 1, 2, 3), "0"),
        (RETURNS, "other_value"): ((0, 2), "0"),
        ("0", "typo"): ((0, 2, 3), "'one'"),
        ("0", "other_value"): ((1,), "None"),
    }


def test_several_calls_and_doubles_of_one_test() -> None:
    one = call(("0", "int", "1"))
    other = call(("0", "int", "7"))
    observed = Observed({4: Seen(doubles=(double(one, other), double(one)))})
    found = make_double_faults(observed, UNITS)
    assert [(f.path, f.tests, f.original) for f in found] == [
        (RETURNS, (4,), "None"),
        ("0", (4,), "1"),
    ]


def test_the_commonest_double_names_the_fault() -> None:
    found = made(
        double(call(method="")),
        double(call(method=".run"), target="shop.client"),
        double(call(method=".run"), target="shop.client"),
        double(call(method=".run"), target=""),
    )
    assert {(fault.target, fault.method) for fault in found} == {("shop.client", ".run")}


def test_no_more_than_two_changes_of_an_argument() -> None:
    kinds = [("str", "'a'"), ("int", "1"), ("object", "<x>"), ("set", "{1}")]
    found = made(*(double(call(("k", *fields), ("0", "int", "1"))) for fields in kinds))
    assert len([fault for fault in found if fault.path == "k"]) == ARGUMENT_CHANGES


def test_no_more_than_thirty_faults_at_a_call() -> None:
    words = [(f"k{index}", "str", "'word'") for index in range(SITE_FAULTS - 5)]
    found = made(double(call(*words, result="int", returned="0")))
    assert len(found) == SITE_FAULTS
    assert [fault.path for fault in found[:2]] == [RETURNS, RETURNS]
    # Each argument's first change comes before the second of any.
    assert [f.change for f in found[2:]] == ["typo"] * (SITE_FAULTS - 5) + ["dropped"] * 3


def test_a_path_that_says_nothing_is_left_alone() -> None:
    assert changes(double(call(("", "str", "'x'"), ("0[", "str", "'x'")))) == [RAISES]


def ids(*sites: Site, **fields: Any) -> list[str]:
    one = call(("0", "str", "'delete'"), **fields)
    calls = [replace(one, site=site) for site in sites]
    return [fault.id for fault in make_double_faults(observed(double(*calls)), {})]


def test_ids_are_short_hashes_of_their_own() -> None:
    other = replace(SITE, line=11, end_line=11)
    found = ids(SITE, other) + ids(SITE, method=".run")
    assert len(set(found)) == len(found) == 6
    assert all(len(one) == 10 and one.startswith("d-") for one in found)


def test_ids_are_unchanged_by_edits_elsewhere() -> None:
    moved = replace(SITE, line=110, end_line=110, column=4, end_column=32)
    before = make_double_faults(observed(double(call(("0", "str", "'delete'")))), UNITS)
    after = make_double_faults(
        observed(double(call(("0", "str", "'remove'"), site=moved), target="other")), {}
    )
    assert [fault.id for fault in before] == [fault.id for fault in after]
    assert ids(replace(SITE, function="Cloud.add")) != ids(SITE)


def test_faults_come_in_order_of_place_whatever_the_order_of_tests() -> None:
    places = [replace(SITE, line=line, end_line=line) for line in (30, 2, 10)]
    tests = [double(call(("0", "str", "'x'"), site=site)) for site in places]
    found = make_double_faults(observed(*tests), {})
    assert [fault.site.line for fault in found] == [2, 2, 10, 10, 30, 30]
    again = make_double_faults(observed(*reversed(tests)), {})
    assert [fault.id for fault in again] == [fault.id for fault in found]


def test_nothing_observed() -> None:
    assert make_double_faults(Observed(), {}) == ()
