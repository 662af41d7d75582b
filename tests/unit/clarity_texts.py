"""Texts of failures, and judgements that hold them."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.factory import baseline, passed, shop

from refute.judgement import Acceptance, Clarity, Finding, Judgement, measure_clarity
from refute.metrics.clarity import Text
from refute.unclear import find

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
