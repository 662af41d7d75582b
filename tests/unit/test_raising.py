"""What is asked of doubles that raise, in which tests, and what follows from the answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.stage_props import baseline, call, double, named, observed, seen, site

from refute.baseline import Baseline, TestOutcome
from refute.observed import Call, Seen
from refute.raised import ESCAPES, LIES, NOT_EXAMINED, OUTSIDE, Answer, Question
from refute.theatre.identity import double_id
from refute.theatre.raising import CHANCES, questions, raises_by_double, with_lies
from refute.trials.asking import MOST, Asking
from refute.trials.requests import Limits

UNITS = {site(): ("delete", 10)}


def raising(name: str = "OSError", **more: Any) -> Call:
    """A call at which a double raises."""
    return replace(call(("0", "'web'"), **more), result="raises", returned=name)


def world(*of: Seen) -> Baseline:
    made = baseline(named(*(f"test_{n}" for n in range(len(of)))))
    return replace(made, observed=observed(*of))


def told(base: Baseline, asked: tuple[Question, ...]) -> tuple[Asking, dict[Question, Answer]]:
    answers: dict[Question, Answer] = {}
    asking = Asking(Path("/p"), base, Limits(2.0, 0.0), answers.__setitem__)
    asking.begin(asked)
    return asking, answers


def test_one_question_for_one_double_and_exception() -> None:
    one, other = double(calls=(raising(),)), double(calls=(raising("KeyError"), call()))
    (first, second) = questions(world(seen(one), seen(one), seen(other)), UNITS)
    assert first.key == (double_id(one), "", "OSError")
    assert first.tests == (0, 1)
    assert [(chance.test, chance.unit) for chance in first.chances] == [
        (0, "delete"),
        (1, "delete"),
    ]
    assert second.key == (double_id(one), "", "KeyError")


def test_what_is_not_asked() -> None:
    checks, ends = (
        double(calls=(raising("AssertionError"),)),
        double(calls=(raising("StopIteration"),)),
    )
    assert questions(world(seen(checks), seen(ends), seen(double(calls=(call(),)))), UNITS) == ()
    base = world(seen(double(calls=(raising(),))))
    flaky = replace(base, tests=(replace(base.tests[0], outcome=TestOutcome.FLAKY),))
    assert questions(flaky, UNITS) == ()


def test_few_tests_are_asked_and_calls_at_import_are_not() -> None:
    base = world(*[seen(double(calls=(raising(),)))] * 5)
    (asked,) = questions(base, UNITS)
    assert (len(asked.tests), len(asked.chances)) == (5, CHANCES)
    (nowhere,) = questions(base, {})
    asking, answers = told(base, (nowhere,))
    assert asking.next_request(None) is None
    assert answers[nowhere].verdict == NOT_EXAMINED


def test_an_answer_ends_it_and_none_goes_to_the_next_test() -> None:
    base = world(*[seen(double(calls=(raising(),)))] * 2)
    (asked,) = questions(base, UNITS)
    asking, answers = told(base, (asked,))
    first = asking.next_request(None)
    assert first is not None
    assert first.record["fault"]["path"] == "/p/src/shop/cloud.py"
    asking.on_reply(first, {"result": "slot-died"})
    second = asking.next_request(None)
    assert second is not None
    assert (first.record["test"], second.record["test"]) == (0, 1)
    found = {"exception": "OSError", "verdict": LIES, "why": "caught", "real": "shop.cloud.run"}
    asking.on_reply(second, {"found": [found | {"exception": "KeyError"}, found]})
    assert asking.next_request(None) is None
    assert answers == {asked: Answer(LIES, "caught", "shop.cloud.run")}


def test_no_answer_at_all_is_said() -> None:
    base = world(seen(double(calls=(raising(),))))
    (asked,) = questions(base, UNITS)
    for reply, why in (
        ({"found": []}, "it did not raise again when it was asked"),
        ({"unswappable": "it differs"}, "the call can't be changed while it runs"),
    ):
        asking, answers = told(base, (asked,))
        request = asking.next_request(None)
        assert request is not None
        asking.on_reply(request, reply)
        assert answers == {asked: Answer(NOT_EXAMINED, why)}


def test_more_than_can_be_asked() -> None:
    base = world(seen(double(calls=(raising(),))))
    (asked,) = questions(base, UNITS)
    many = tuple(replace(asked, exception=f"Error{n}") for n in range(MOST + 1))
    _, answers = told(base, many)
    assert list(answers) == [many[-1]]


def test_lies_go_to_the_tests_that_tell_them() -> None:
    lying, honest = double(calls=(raising(), raising("KeyError"))), double(calls=(call(),))
    base = world(seen(lying), seen(honest))
    first, second = questions(base, UNITS)
    answers = {
        first: Answer(LIES, "it is caught at a.py:3, and None comes out", "shop.cloud.run"),
        second: Answer(ESCAPES, "its own source raises it", "shop.cloud.run"),
    }
    found = with_lies(base.observed, answers)
    (lie,) = found.tests[0].doubles[0].lies
    assert lie.kind == "raises"
    assert lie.message == (
        "it raises OSError, and the real shop.cloud.run never lets that out: "
        "it is caught at a.py:3, and None comes out"
    )
    assert found.tests[1] == base.observed.tests[1]
    assert with_lies(base.observed, {second: answers[second]}) is base.observed


def test_what_is_not_the_projects_is_not_counted() -> None:
    base = world(seen(double(calls=(raising(), raising("KeyError")))))
    first, second = questions(base, UNITS)
    found = raises_by_double({first: Answer(OUTSIDE), second: Answer(NOT_EXAMINED, "a generator")})
    ((id, (one,)),) = found.items()
    assert (id, one.exception, one.verdict, one.tests) == (
        second.double,
        "KeyError",
        NOT_EXAMINED,
        (0,),
    )
