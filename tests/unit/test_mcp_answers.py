"""What the tools of `refute mcp` make of a judgement and of pytest's output."""

from __future__ import annotations

import io
import json

import pytest
from tests.unit.factory import shop

pytest.importorskip("typing_extensions")

from refute.errors import RefuteError
from refute.events import StageStarted, TrialDone
from refute.judgement import Suggested
from refute.mcp import answers
from refute.mcp.worker import Teller, telling


def test_pages_hold_all_findings_once() -> None:
    run = shop()
    whole = answers.page(run, (), "", 0, 100)
    assert whole["total"] == len(whole["findings"]) > 2
    pages, offset = [], 0
    while True:
        page = answers.page(run, (), "", offset, 2)
        pages += page["findings"]
        if page["next"] is None:
            break
        offset = page["next"]
    assert pages == whole["findings"]


def test_findings_are_chosen_by_kind_and_folder() -> None:
    run = shop()
    whole = answers.page(run, (), "", 0, 100)["findings"]
    kinds = {one["kind"] for one in whole}
    for kind in kinds:
        found = answers.page(run, (kind,), "", 0, 100)["findings"]
        assert found == [one for one in whole if one["kind"] == kind]
    files = {one.file for one in run.findings if one.file}
    for file in files:
        assert answers.page(run, (), file, 0, 100)["total"] > 0
        # The beginning of a name is no folder.
        assert answers.page(run, (), file[:-1], 0, 100)["total"] == 0


def test_a_report_counts_what_it_lists() -> None:
    run = shop()
    found = answers.report(run)
    assert (found["noticed"], found["scored"]) == (run.counts.detected, run.counts.scored)
    assert sum(found["kinds"].values()) == answers.page(run, (), "", 0, 100)["total"]
    assert json.loads(json.dumps(found)) == found


def test_each_finding_can_be_explained() -> None:
    run = shop()
    for one in answers.page(run, (), "", 0, 100)["findings"]:
        explained = answers.explain(run, one["id"], Suggested())
        assert explained["id"] == one["id"]
        assert one["message"] in explained["text"]
        assert bool(explained["patch"]) == (one["fault"] is not None)
    with pytest.raises(RefuteError) as raised:
        answers.explain(run, "f-", Suggested())
    assert raised.value.slug == "unknown-fault"


def test_progress_never_goes_back() -> None:
    out = io.StringIO()
    teller = Teller(out)
    [judged, *_] = shop().judged
    for name in ("collect", "faults", "unheard of", "baseline", "trials"):
        teller.handle(StageStarted(name))
    for done in (1, 2, 2, 1, 3):
        teller.handle(TrialDone(judged, done, 3, done, 0, 0.0, 0.0))
    teller.handle(StageStarted("strength"))
    said = [json.loads(line)["progress"] for line in out.getvalue().splitlines()]
    assert said == sorted(set(said))
    assert (said[0], said[-1]) == (1.0, 4.0)


def test_output_begins_with_the_failures() -> None:
    head = "===== test session starts =====\nplatform\n"
    failures = "===== FAILURES =====\n" + "line\n" * 5 + "1 failed"
    assert telling(head + failures) == failures
    assert telling(head) == head.strip()
    assert len(telling("===== ERRORS =====\n" + "line\n" * 500).splitlines()) == 60
