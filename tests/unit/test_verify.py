"""A sample of verdicts, and what plain pytest says to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.plans import mutant

from refute.judgement import Judged, KillKind, Verdict
from refute.trials.outcome import Mechanism, Outcome, Result
from refute.verify import CHECKED, Check, Verification, draw, render


def item(
    id: str,
    verdict: Verdict = Verdict.KILLED,
    operator: str = "number",
    mechanism: Mechanism = Mechanism.SWAP,
) -> Judged:
    """A mutant with its verdict."""
    return Judged(mutant(id, operator=operator), verdict, mechanism)


def answer(judged: Judged, *results: Result, test: str | None = None, detail: str = "") -> Check:
    """What plain pytest said, each time."""
    return Check(
        judged,
        tuple(
            Outcome(judged.mutant.id, Mechanism.COLD, result, test, detail=detail)
            for result in results
        ),
    )


def ids(items: list[Judged]) -> list[str]:
    return [one.mutant.id for one in items]


MANY = [item(f"m-{number:03}") for number in range(200)]
RARE = [
    item("m-survived", Verdict.SURVIVED),
    item("m-import", mechanism=Mechanism.IMPORT),
    item("m-operator", operator="string"),
    item("m-timeout", Verdict.TIMEOUT),
    item("m-nothing", Verdict.NO_COVERAGE, mechanism=Mechanism.NONE),
]


@pytest.mark.parametrize("seed", range(5))
def test_a_sample_holds_of_each_kind(seed: int) -> None:
    chosen = ids(draw(MANY + RARE, 6, seed))
    assert len(set(chosen)) == 6
    assert set(ids(RARE)) < set(chosen)


def test_one_of_each_kind_in_turn() -> None:
    kinds = [
        item(f"m-{operator}-{number:02}", operator=operator)
        for operator in ("a", "b", "c")
        for number in range(10)
    ]
    found = Counter(one.mutant.operator for one in draw(kinds, 9, 3))
    assert found == {"a": 3, "b": 3, "c": 3}


def test_the_seed_decides() -> None:
    assert ids(draw(MANY, 20, 1)) == ids(draw(MANY, 20, 1))
    assert ids(draw(MANY, 20, 1)) != ids(draw(MANY, 20, 2))
    assert ids(draw(MANY, 20, 1)) == ids(draw(MANY[::-1], 20, 1))


def test_a_larger_sample_begins_with_the_smaller() -> None:
    assert ids(draw(MANY + RARE, 40, 1))[:6] == ids(draw(MANY + RARE, 6, 1))


def test_more_than_there_is() -> None:
    assert sorted(ids(draw(RARE, 100, 0))) == sorted(ids(RARE))
    assert draw([], 100, 0) == []


@pytest.mark.parametrize("verdict", CHECKED)
@pytest.mark.parametrize("result", [r for r in Result if r is not Result.BROKEN])
def test_agreement(verdict: Verdict, result: Result) -> None:
    noticed = result in (Result.FAILED, Result.TIMEOUT, Result.DIED)
    expected = noticed == (verdict in (Verdict.KILLED, Verdict.TIMEOUT))
    assert answer(item("m", verdict), result).agrees is expected


def test_the_first_answer_decides_and_others_show_chance() -> None:
    check = answer(item("m"), Result.PASSED, Result.FAILED, Result.PASSED)
    assert (check.agrees, check.steady) == (False, False)
    assert answer(item("m"), Result.PASSED, Result.PASSED, Result.PASSED).steady
    assert answer(item("m"), Result.FAILED, Result.TIMEOUT).steady


def test_render_agreement() -> None:
    found = Verification(
        (
            answer(item("m-1"), Result.FAILED),
            answer(item("m-2"), Result.TIMEOUT),
            answer(item("m-3", Verdict.SURVIVED), Result.PASSED),
            answer(item("m-4", mechanism=Mechanism.IMPORT), Result.FAILED),
        )
    )
    assert found.disagreements == ()
    assert render(found) == [
        "4 of 4 verdicts agree with plain pytest.",
        "     1 of 1    killed by a fork before the import",
        "     2 of 2    killed by swap",
        "     1 of 1    survived by swap",
    ]


def test_render_a_disagreement() -> None:
    wrong = replace(item("m-1"), killed_by="t.py::test_a", kill_kind=KillKind.TOLD)
    missed = item("m-2", Verdict.SURVIVED)
    found = Verification(
        (
            answer(wrong, Result.PASSED, Result.PASSED, Result.PASSED),
            answer(missed, Result.FAILED, Result.PASSED, test="t.py::test_b"),
        )
    )
    assert [check.judged for check in found.disagreements] == [wrong]
    assert [check.judged for check in found.by_chance] == [missed]
    lines = render(found)
    assert lines[:2] == [
        "0 of 1 verdicts agree with plain pytest.",
        "1 more is left to chance: plain pytest itself says both.",
    ]
    assert "     0 of 1    killed by swap" in lines
    start = lines.index("m-1  pkg/code.py:1  number")
    assert lines[start + 1 : start + 5] == [
        "  '1' -> '2'",
        "  verdict: killed (swap), noticed by t.py::test_a",
        "  plain pytest: the suite passes",
        "  see: refute show m-1",
    ]
    assert "  plain pytest: the suite fails at t.py::test_b" in lines
    assert "  asked again, plain pytest said otherwise: chance is at work here." in lines


def test_render_what_could_not_be_asked() -> None:
    found = Verification((answer(item("m-1"), Result.BROKEN, detail="no such file"),))
    assert found.disagreements == ()
    assert render(found) == [
        "0 of 0 verdicts agree with plain pytest.",
        "1 more could not be asked about: no such file.",
    ]


def test_render_what_was_known_when_the_user_stopped() -> None:
    checks = (
        answer(item("m-1"), Result.FAILED),
        answer(item("m-2", Verdict.SURVIVED), Result.PASSED),
    )
    assert render(Verification(checks, left=198)) == [
        "Stopped after 2 of 200 verdicts: 2 agree with plain pytest.",
        "     1 of 1    killed by swap",
        "     1 of 1    survived by swap",
    ]
