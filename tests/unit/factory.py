"""Synthetic judgements: a small project, its faults and whatever verdicts a test wants."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.faults.fault import Mutant
from refute.findings import find
from refute.judgement import (
    Environment,
    Estimate,
    Judged,
    Judgement,
    KillKind,
    Project,
    Remark,
    Selection,
    Source,
    Stage,
    Verdict,
    assemble,
)
from refute.trials.outcome import Failure, Mechanism, Outcome, Result

MONEY = '''\
"""What a customer pays."""


def price(amount, member):
    if amount > 100 and member:
        return amount * 0.9
    log(amount)
    return amount


def refund(order):
    if not order.paid:
        raise ValueError("not paid")
    return -order.total
'''

TEXTS = """\
def title(words):
    return " ".join(word.capitalize() for word in words if word)
"""

FILES = {"src/shop/money.py": MONEY, "src/shop/texts.py": TEXTS}

TOLD = Failure("call", "AssertionError", "assert 95 == 90", by_test=True, accident=False)


def fault(
    original: str,
    replacement: str,
    *,
    text: str = MONEY,
    file: str = "src/shop/money.py",
    operator: str = "comparison",
    function: str = "price",
    excluded: str = "",
    reason: str = "",
    at_import: bool = False,
) -> Mutant:
    """A mutant at the first place of the text where ``original`` stands."""
    start = text.index(original)
    end = start + len(original)
    line, column = _position(text, start)
    end_line, end_column = _position(text, end)
    key = "\0".join((file, function, operator, original, replacement))
    return Mutant(
        id="m-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8],
        file=file,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        start=start,
        end=end,
        function=function,
        operator=operator,
        original=original,
        replacement=replacement,
        lines=((line, end_line),),
        unit=None if at_import else function,
        unit_line=0 if at_import else 1,
        excluded=excluded,
        reason=reason,
    )


def _position(text: str, offset: int) -> tuple[int, int]:
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text[:offset]))]
    return len(starts), offset - starts[-1] + 1


def killed(mutant: Mutant, test: str = "tests/test_money.py::test_price", **more: Any) -> Judged:
    """A mutant that the test was told of."""
    found = Judged(
        mutant,
        Verdict.KILLED,
        Mechanism.SWAP,
        killed_by=test,
        kill_kind=KillKind.TOLD,
        failure=TOLD,
        covered_by=(test,),
        tests_run=(test,),
        seconds=0.004,
    )
    return replace(found, **more)


def survived(mutant: Mutant, *tests: str, **more: Any) -> Judged:
    """A mutant that the tests ran over."""
    names = tests or ("tests/test_money.py::test_price",)
    found = Judged(
        mutant,
        Verdict.SURVIVED,
        Mechanism.SWAP,
        covered_by=names,
        tests_run=names,
        seconds=0.012,
    )
    return replace(found, **more)


def other(mutant: Mutant, verdict: Verdict, reason: str = "") -> Judged:
    """A mutant that no test was run against."""
    return Judged(mutant, verdict, reason=reason)


def passed(*ids: str, outcome: TestOutcome = TestOutcome.PASSED, detail: str = "") -> list[Test]:
    """Tests with one outcome."""
    return [Test(name, outcome, 0.01, detail) for name in ids]


def baseline(tests: Iterable[Test] = ()) -> Baseline:
    """A baseline of these tests; nothing after the verdicts reads its coverage."""
    return Baseline(
        tests=tuple(tests) or tuple(passed("tests/test_money.py::test_price")),
        coverage=Coverage({}, {}, {}, {}),
        collect_seconds=0.25,
        suite_seconds=1.5,
        versions={"python": "3.12.1", "pytest": "9.2.0"},
        boundaries={"127.0.0.1:5432": 2},
    )


def outcome(mutant: str, **more: Any) -> Outcome:
    """The facts of a trial in which a test failed."""
    test = "tests/test_money.py::test_price"
    found = Outcome(mutant, Mechanism.SWAP, Result.FAILED, test, TOLD, (test,), 0.25)
    return replace(found, **more)


def judgement(
    judged: Iterable[Judged],
    *,
    tests: Iterable[Test] = (),
    sources: Mapping[str, Source] | None = None,
    partial: bool = False,
    unsealed: str = "",
    estimate: Estimate | None = None,
) -> Judgement:
    """A whole run with these verdicts; sources are those of FILES unless given."""
    items, base = tuple(judged), baseline(tests)
    known = {file: Source("utf-8", text) for file, text in FILES.items()}
    return assemble(
        environment=Environment("3.12.1", "9.2.0", "namespaces", 2, "0" * 40, False),
        selection=Selection(operators=("comparison", "number")),
        project=Project("shop", ("src",), ("tests",)),
        baseline=base,
        judged=items,
        findings=find(items, base, unsealed=unsealed),
        sources=known if sources is None else sources,
        timing=(Stage("baseline", 1.75, len(base.tests)), Stage("trials", 4.5, len(items))),
        notes=(Remark("interpreter", "the active environment"),),
        partial=partial,
        estimate=estimate,
    )


def shop() -> Judgement:
    """A run with a little of everything."""
    price = [f"tests/test_money.py::test_price[{number}]" for number in range(4)]
    quiet = "tests/test_money.py::TestShop::test_smoke"
    inside: dict[str, Any] = {"text": TEXTS, "file": "src/shop/texts.py", "function": "title"}
    away: dict[str, Any] = {"function": "refund"}
    judged = [
        survived(fault("amount > 100", "amount >= 100"), *price, quiet),
        survived(fault("100", "101", operator="number"), *price, quiet),
        survived(fault("log(amount)", "pass", operator="statement_removed"), price[0], quiet),
        killed(fault("and", "or", operator="boolean"), price[1]),
        killed(
            fault("amount * 0.9", "amount / 0.9", operator="arithmetic"),
            price[2],
            kill_kind=KillKind.CRASHED,
            tests_run=(quiet, price[2]),
        ),
        other(fault("not order.paid", "order.paid", **away), Verdict.NO_COVERAGE),
        other(fault("-order.total", "order.total", operator="unary", **away), Verdict.NO_COVERAGE),
        survived(fault(" if word", "", operator="filter_dropped", **inside), quiet),
        killed(fault('" "', '""', operator="string", **inside), "tests/test_texts.py::test_title"),
        survived(fault("word.capitalize()", "word", operator="call_removed", **inside), quiet),
        other(
            fault(
                '"not paid"',
                '""',
                operator="string",
                excluded="suppressed",
                reason="the text of an error",
                **away,
            ),
            Verdict.SUPPRESSED,
        ),
        other(
            fault("log", "None", operator="wrong_variable"),
            Verdict.ERROR,
            "runs in another process",
        ),
    ]
    tests = [
        *passed(*price, quiet, "tests/test_texts.py::test_title"),
        *passed(
            "tests/test_net.py::test_sync", outcome=TestOutcome.FAILED, detail="ConnectionError"
        ),
    ]
    return judgement(judged, tests=tests)
