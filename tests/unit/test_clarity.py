"""Clarity: which failures are taken again, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.clarity_texts import ALL, TEXT, blamed, of
from tests.unit.factory import TOLD, baseline, fault, killed, passed, survived

from refute.failures import IMPORTED, LINELESS, MANY, MOST, kills_of, sample, text_of
from refute.judgement import KillKind, Kind, Slug
from refute.metrics.clarity import Missing, Where, judge
from refute.trials import telling
from refute.trials.outcome import Mechanism
from refute.trials.requests import Limits
from refute.trials.telling import Ask, Telling
from refute.unclear import find

# What is said of one text.


def test_a_clear_text_near_its_fault() -> None:
    one = judge(TEXT)
    assert (one.kind, one.both_values, one.named, one.far) == (Kind.CLEAR, True, True, False)
    assert (one.where, one.distance, one.calls) == (Where.TESTS, None, 1)
    assert one.quote == ("assert 95 == 90", " +  where 95 = price(100)")


@pytest.mark.parametrize(
    ("calls", "text", "far"),
    [(3, "assert 1 == 2", True), (3, "price", False), (2, "assert", False), (None, "", False)],
)
def test_a_fault_is_far_where_nothing_leads_to_it(calls: int | None, text: str, far: bool) -> None:
    assert judge(replace(TEXT, calls=calls, text=text)).far is far


@pytest.mark.parametrize(
    ("changes", "where", "distance"),
    [
        ({"file": "src/shop/money.py", "at": 9, "function": "price"}, Where.FUNCTION, 3),
        ({"file": "src/shop/money.py", "at": 1, "function": "log"}, Where.FILE, 5),
        ({"file": "src/shop/texts.py", "side": "project"}, Where.PROJECT, None),
        ({"file": "/usr/lib/mock.py", "side": "library"}, Where.LIBRARY, None),
        ({"file": "", "at": 0, "side": ""}, Where.UNKNOWN, None),
    ],
)
def test_where_the_reported_line_lies(
    changes: dict[str, Any], where: Where, distance: int | None
) -> None:
    one = judge(replace(TEXT, **changes))
    assert (one.where, one.distance) == (where, distance)


# All texts together.


def test_counts_have_a_denominator_and_add_up() -> None:
    found = of(*ALL, slow=2, late=3, never=0)
    assert (found.taken, found.clear, found.named, found.far) == (3, 1, 2, 1)
    assert (found.assertions, found.tripped, found.crashed) == (8, 1, 2)
    assert found.missing == (Missing("late", 3), Missing("slow", 2))
    assert found.median_lines == 9
    assert sum(found.kinds.values()) == found.taken
    assert [(one.test, one.line) for one in found.texts] == [(0, 7), (1, 3), (1, 12)]
    assert [one.kind for one in found.unclear] == [Kind.BARE, Kind.NOT_CALLED]


def test_nothing_taken_has_no_length() -> None:
    found = of(slow=1)
    assert (found.taken, found.median_lines, found.unclear) == (0, None, ())


# What is asked for.


def _told(line: int, **more: Any) -> dict[str, Any]:
    return {"failure": replace(TOLD, line=line), **more}


def test_one_kill_stands_for_each_assertion() -> None:
    tests = passed("t.py::test_a[1]", "t.py::test_a[2]", "t.py::test_b")
    base = baseline(tests)
    one = killed(fault("and", "or"), tests[1].id, **_told(5))
    two = killed(fault("100", "101"), tests[0].id, **_told(5))
    other = killed(fault("0.9", "1.9"), tests[0].id, **_told(6))
    late = killed(fault(">", ">="), tests[2].id, **_told(5, mechanism=Mechanism.IMPORT))
    lineless = killed(fault("not paid", ""), tests[2].id)
    crash = killed(fault("total", "x"), tests[2].id, **_told(9, kill_kind=KillKind.CRASHED))
    trip = killed(fault("raise", "x"), tests[2].id, **_told(8, kill_kind=KillKind.TRIPPED))
    alive = survived(fault("if", "while"))
    pairs = {
        # Noticed in the strength phase; the first is a fault in a double.
        ("d-1", 2): replace(TOLD, line=50),
        (alive.mutant.id, 2): replace(TOLD, line=60),
        (crash.mutant.id, 1): replace(TOLD, line=70, by_test=False),
    }
    judged = [one, two, other, late, lineless, crash, trip, alive]
    kills = kills_of(base, judged, pairs)
    assert kills.told == {
        ("t.py::test_a", 5): Ask(0, 5, two.mutant.id),
        ("t.py::test_a", 6): Ask(0, 6, other.mutant.id),
        ("t.py::test_b", 5): None,
        ("t.py::test_b", 0): Ask(2, 0, lineless.mutant.id),
        ("t.py::test_b", 60): Ask(2, 60, alive.mutant.id),
    }
    assert kills.crashed == {("t.py::test_b", 9), ("t.py::test_a", 70)}
    assert kills.tripped == {("t.py::test_b", 8)}
    asked, missing = sample(kills)
    assert {ask.line for ask in asked} == {5, 6, 60}
    assert missing == {LINELESS: 1, IMPORTED: 1}
    # The order of what was met changes nothing.
    assert kills_of(base, judged[::-1], dict(reversed(pairs.items()))).told == kills.told


def test_a_line_of_a_fixture_counts_once_for_the_tests_of_a_file() -> None:
    base = baseline(passed("t.py::test_a", "t.py::test_b", "u.py::test_c"))
    one = survived(fault("and", "or"))
    phases = [(0, "setup"), (1, "setup"), (2, "setup"), (0, "teardown"), (1, "call")]
    kills = []
    for test, phase in phases:
        failure = replace(TOLD, line=20, phase=phase)
        kills.append(kills_of(base, [one], {(one.mutant.id, test): failure}))
    assert kills[0].told.keys() == kills[1].told.keys()
    assert len({key for found in kills for key in found.told}) == 4


def test_no_more_than_so_many_are_asked_for() -> None:
    base = baseline(passed("t.py::test_a"))
    pairs = {("m-1", 0): replace(TOLD, line=1)}
    one = survived(replace(fault("and", "or"), id="m-1"))
    kills = kills_of(base, [one], pairs)
    for line in range(2, MOST + 6):
        kills.add("t.py::test_a", Ask(0, line, "m-1"), KillKind.TOLD, swapped=True)
    asked, missing = sample(kills)
    assert (len(asked), missing) == (MOST, {MANY: 5})
    assert [ask.line for ask in asked] != sorted(ask.line for ask in asked)


def test_each_is_asked_once_and_each_has_an_answer() -> None:
    tests = passed("t.py::test_a", "t.py::test_b")
    base = baseline([tests[0], replace(tests[1], seconds=9.0)])
    records: dict[str, dict[str, Any]] = {
        "a": {"path": "x", "elsewhere": False},
        "far": {"elsewhere": True},
    }
    said: dict[tuple[str, int, int], Any] = {}

    def tell(ask: Ask, what: Any) -> None:
        said[ask.mutant, ask.test, ask.line] = what

    work = Telling(base, Limits(2.0, 0.0), records, tell)
    lines = range(1, 6)
    work.begin([Ask(1, 1, "a"), Ask(0, 1, "far"), Ask(0, 1, "gone")])
    assert said.pop(("a", 1, 1)) == telling.SLOW
    assert said.pop(("far", 0, 1)) == telling.APART
    assert said.pop(("gone", 0, 1)) == telling.GONE
    work.begin(Ask(0, line, "a") for line in lines)
    replies: list[dict[str, Any]] = [
        {"told": {"at": 1}},
        {"told": {"at": 9}},
        {"passed": "passed"},
        {"unswappable": "no function of that name is alive"},
        {"result": "slot-died", "reason": "killed"},
    ]
    for reply in replies:
        request = work.next_request(None)
        assert request is not None
        assert (request.record["op"], request.record["mutant"]) == ("telling", records["a"])
        work.on_reply(request, reply)
    assert work.next_request(None) is None
    assert [said["a", 0, line] for line in lines] == [
        {"at": 1},
        telling.ELSEWHERE,
        telling.PASSED,
        telling.GONE,
        telling.ENDED,
    ]


def test_paths_below_the_root_are_relative() -> None:
    told = {
        "text": "t", "message": "m", "exception": "AssertionError", "lines": 1, "line": 3,
        "side": "tests", "function": "test_a", "calls": None,
    }  # fmt: skip
    ask, root = Ask(0, 3, "m-1"), Path("/work/shop")
    inside = text_of(ask, fault("and", "or"), told | {"file": "/work/shop/tests/a.py"}, root)
    outside = text_of(ask, fault("and", "or"), told | {"file": "/usr/mock.py"}, root)
    nowhere = text_of(ask, fault("and", "or"), told | {"file": ""}, root)
    assert [one.file for one in (inside, outside, nowhere)] == ["tests/a.py", "/usr/mock.py", ""]


# Where it is told.


def test_the_worst_of_each_test_function_is_a_finding() -> None:
    found = blamed(of(*ALL)).findings[-1]
    assert (found.slug, found.file) == (Slug.UNCLEAR_FAILURE, "tests/test_money.py")
    assert found.message.endswith(
        "fails without a value: `assert False`. 1 more of its assertions do likewise."
    )
    assert found.reproduce.startswith("refute try m-00000001 'tests/test_money.py::")
    assert list(find(None, ())) == []
    assert list(find(of(TEXT), baseline().tests)) == []
