"""The parts of the summary on speed, and on what somebody has accepted."""

from __future__ import annotations

import io
from dataclasses import replace

from tests.unit.factory import shop
from tests.unit.theatre_factory import NAMES, stage, theatre

from refute.judgement import (
    Acceptance,
    Finding,
    Judgement,
    Severity,
    Slug,
    Speed,
    finding_id,
)
from refute.metrics.speed import FirstFailure, SlowTest, Taken
from refute.report import console_for
from refute.report.terminal import render


def summary(found: Judgement) -> str:
    stream = io.StringIO()
    render(found, console_for(stream, width=100, plain=True))
    return stream.getvalue()


def accepting(found: Judgement, slug: Slug, until: str | None = None) -> Judgement:
    mark = Acceptance("it may stay", until, "refute-accept.toml, no. 1")
    marked = (replace(one, accepted=mark) if one.slug is slug else one for one in found.findings)
    return replace(found, findings=tuple(marked))


def test_accepted_findings_are_shown_as_such_and_nowhere_else() -> None:
    before, after = summary(shop()), summary(accepting(shop(), Slug.SURVIVOR, "2027-01-31"))
    assert "Survivors most worth a look" in before
    assert "Accepted" not in before
    assert "Survivors most worth a look" not in after
    assert "Accepted: 3 findings\n  survivor: " in after
    assert "    it may stay, until 2027-01-31 (refute-accept.toml, no. 1)\n" in after
    # The score is what it was.
    assert after.splitlines()[1] == before.splitlines()[1]


def test_speed_is_said_of_a_suite_that_takes_a_while() -> None:
    speed = Speed(
        suite_seconds=12.5,
        test_seconds=12.0,
        first_failure=FirstFailure(7, 1.25, 3.5),
        slowest=(SlowTest(3, 8.0, 4, 0.5), SlowTest(1, 0.1, 0, 0.0)),
        redundant=Taken(2, 0.75),
        sleeping=Taken(0, 0.0),
        real=Taken(1, 8.0),
    )
    text = summary(replace(shop(), speed=speed))
    assert "Speed: the suite takes 12 s\n" in text
    assert "  1.25 s to 3.50 s  until the first test fails when a fault is in (median)\n" in text
    assert "  0.75 s  told of nothing that a quicker test is not told of, too (2 tests)\n" in text
    assert "in tests that sleep" not in text
    assert "  8.00 s  in tests that leave their process (1 test)\n" in text
    assert "8.00 s  tests/test_money.py::test_price[3]  4 known kills, 0.5 a second\n" in text
    assert "test_price[1]  0" not in text
    quick = replace(speed, suite_seconds=0.5)
    assert "Speed" not in summary(replace(shop(), speed=quick))
    assert "Speed" not in summary(stage())


def test_an_accepted_prayer_or_blind_place_is_not_named_among_the_weak() -> None:
    name, call = NAMES[0], theatre().blind_places[0].call
    mark = Acceptance("it may stay", None, "refute-accept.toml, no. 1")
    found = tuple(
        Finding(finding_id(slug, about), slug, Severity.HIGH, "", None, about, (), "", "", mark)
        for slug, about in ((Slug.PRAYER, name), (Slug.BLIND_PLACE, call))
    )
    before, after = summary(stage()), summary(replace(stage(), findings=found))
    weak = "Tests that can hardly fail\n"
    assert name in before.partition(weak)[2].partition("\n\n")[0]
    assert name not in after.partition(weak)[2].partition("\n\n")[0]
    assert "Blind places most worth a look" in before
    assert "Blind places most worth a look" not in after
