"""Clarity: which failures are taken again, what is said of them, and where that is told."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import TOLD, baseline, fault, killed, passed, shop, survived

import refute
from refute.failures import IMPORTED, LINELESS, MANY, MOST, kills_of, sample, text_of
from refute.gate.material import Material
from refute.gate.registry import METRICS, look
from refute.gate.values import Unmeasured, Value
from refute.judgement import (
    Acceptance,
    Clarity,
    Finding,
    Judgement,
    KillKind,
    Kind,
    Slug,
    from_json,
    measure_clarity,
    to_json,
)
from refute.metrics.clarity import Missing, Text, Where, judge
from refute.report import console_for
from refute.report.terminal import render
from refute.trials import telling
from refute.trials.outcome import Mechanism
from refute.trials.requests import Limits
from refute.trials.telling import Ask, Telling
from refute.unclear import find

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())

TEXT = Text(
    test=0,
    line=7,
    mutant="m-00000001",
    mutant_file="src/shop/money.py",
    mutant_line=6,
    mutant_function="price",
    text=">   assert price(100) == 90\nE   assert 95 == 90\n\nt.py:7: AssertionError",
    message="assert 95 == 90\n +  where 95 = price(100)",
    exception="AssertionError",
    lines=9,
    file="tests/test_money.py",
    at=7,
    side="tests",
    function="test_price",
    calls=1,
)
BARE = replace(TEXT, test=1, line=12, message="assert False", text="assert good", lines=3, calls=4)
NOT_CALLED = replace(
    TEXT,
    test=1,
    line=3,
    message="AssertionError: Expected 'log' to have been called once. Called 0 times.",
    side="library",
    file="/usr/lib/python3/unittest/mock.py",
)
ALL = (BARE, TEXT, NOT_CALLED)


def of(*texts: Text, **missing: int) -> Clarity:
    return measure_clarity(
        texts,
        assertions=len(texts) + sum(missing.values()),
        missing=missing,
        tripped=1,
        crashed=2,
    )


def blamed(clarity: Clarity | None, *, accept: bool = False) -> Judgement:
    """The shop with this clarity, and what follows from it."""
    found = shop()
    base = baseline(passed(*(test.id for test in found.tests)))
    more: list[Finding] = list(find(clarity, base.tests))
    if accept:
        mark = Acceptance("it may stay", None, "refute-accept.toml, no. 1")
        more = [replace(one, accepted=mark) for one in more]
    return replace(found, clarity=clarity, findings=(*found.findings, *more))


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


def summary(found: Judgement) -> str:
    stream = io.StringIO()
    render(found, console_for(stream, width=100, plain=True))
    return stream.getvalue()


def test_the_summary_has_a_line_and_quotes_the_worst() -> None:
    text = summary(blamed(of(*ALL, late=4)))
    assert "Clarity: both values are shown in 1 of 3 failure texts (33.3%)\n" in text
    assert (
        "  1 only that something was not called; 1 bare; 1 far from a fault that it does not name;"
        in text
    )
    assert "taken of 3 of 7 assertions" in " ".join(text.split())
    assert f"  {shop().tests[1].id}\n    assert False\n" in text
    accepted = summary(blamed(of(*ALL), accept=True))
    assert "Clarity: both values are shown in 1 of 3" in accepted
    assert "    assert False\n" not in accepted
    assert "Clarity" not in summary(blamed(of(late=4)))
    assert "Clarity" not in summary(blamed(None))


@pytest.mark.parametrize("clarity", [of(*ALL, late=4), of(), None], ids=["some", "empty", "none"])
def test_clarity_comes_back_from_the_document(clarity: Clarity | None) -> None:
    found = blamed(clarity)
    document = json.loads(json.dumps(to_json(found)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert from_json(document) == found


def test_a_report_without_clarity_is_read() -> None:
    document = to_json(shop())
    del document["metrics"]["clarity"]
    for item in document["mutants"]:
        if item["failure"] is not None:
            del item["failure"]["line"]
    assert from_json(document) == shop()


_lines = st.integers(0, 10**6)
_words = st.text(max_size=40)
_texts = st.builds(
    Text,
    test=st.integers(0, 4), line=_lines, mutant=st.just("m-00000001"), mutant_file=_words,
    mutant_line=_lines, mutant_function=_words, text=_words, message=_words, exception=_words,
    lines=_lines, file=_words, at=_lines, side=st.sampled_from(["", "tests", "library", "project"]),
    function=_words, calls=st.none() | st.integers(1, 400),
)  # fmt: skip


@given(st.lists(_texts))
def test_any_texts_are_judged_and_come_back(texts: list[Text]) -> None:
    found = of(*texts, late=1)
    assert sum(found.kinds.values()) == found.taken == len(texts)
    assert 0 <= found.clear <= found.taken
    assert found.far + found.named <= found.taken
    document = to_json(replace(shop(), clarity=found))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert from_json(document).clarity == found


def measured(name: str, found: Judgement, scope: str = "") -> Value | Unmeasured:
    return METRICS[name].measure(Material(found, "2027-01-01", scope=scope))


def test_a_gate_can_hold_it() -> None:
    found = blamed(of(*ALL))
    assert measured("clear-failures", found) == Value(100 / 3, 1, 3, "failure texts")
    assert measured("far-failures", found) == Value(1, whole=3, of="failure texts")
    assert isinstance(measured("clear-failures", found, "tests/test_net.py"), Unmeasured)
    (far,) = look(METRICS["far-failures"], Material(found, "2027-01-01"))
    assert far.endswith(": 4 calls from the fault (refute show m-00000001)")
    assert isinstance(measured("clear-failures", blamed(None)), Unmeasured)
    assert isinstance(measured("far-failures", blamed(of(late=1))), Unmeasured)
