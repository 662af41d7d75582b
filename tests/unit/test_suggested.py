"""Suggestions that were proven: kept beside the report that they are for, and shown from there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.pages import small, suggested

from refute.judgement import (
    FOLDER,
    REPORT,
    Advice,
    Slug,
    Suggested,
    Verdict,
    read_suggested,
    save,
    save_suggested,
)
from refute.report import agent, sarif
from refute.report.subject import Subject, added, advice

FOUND = small()
KNOWN = suggested(FOUND)
FIRST, SECOND = [m.mutant.id for m in FOUND.judged if m.verdict is Verdict.SURVIVED][:2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    save(FOUND, tmp_path)
    return tmp_path


def other(id: str, *told: str) -> Advice:
    return replace(KNOWN.advice[0], id=id, told=told)


def test_what_is_kept_is_read_as_it_was(root: Path) -> None:
    assert save_suggested(root, KNOWN) == KNOWN
    assert read_suggested(root / FOLDER / REPORT) == KNOWN


def test_beside_another_report_it_is_nothing(root: Path) -> None:
    save_suggested(root, KNOWN)
    save(replace(FOUND, version="9"), root)
    assert read_suggested(root / FOLDER / REPORT) == Suggested()


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"schema": 1}'])
def test_a_broken_file_is_nothing(root: Path, text: str) -> None:
    save_suggested(root, KNOWN)
    (root / FOLDER / "suggestions.json").write_text(text)
    assert read_suggested(root / FOLDER / REPORT) == Suggested()


def test_later_ones_come_to_earlier_ones(root: Path) -> None:
    save_suggested(root, Suggested((other("s-1", "m-1", "m-2"),), {"m-3": "why"}))
    whole = save_suggested(root, Suggested((other("s-2", "m-2", "m-3"),), {"m-4": "why"}))
    # The first is still told what the second is not; there is a suggestion for m-3 by now.
    assert [one.id for one in whole.advice] == ["s-1", "s-2"]
    assert whole.nothing == {"m-4": "why"}
    whole = save_suggested(root, Suggested((other("s-3", "m-1", "m-2"),)))
    assert [one.id for one in whole.advice] == ["s-2", "s-3"]
    assert json.loads((root / FOLDER / "suggestions.json").read_text())["nothing"] == whole.nothing


def test_a_finding_is_mended_by_what_is_told_its_faults_or_changes_its_test() -> None:
    subject = Subject(FOUND, suggested=KNOWN)
    survivor = next(one for one in FOUND.findings if FIRST in one.evidence)
    assert advice(subject, survivor) == KNOWN.advice
    assert advice(Subject(FOUND), survivor) == ()
    first, *others = FOUND.tests
    judged = replace(FOUND, tests=(replace(first, defined="tests/t.py:7"), *others))
    subject = Subject(judged, suggested=KNOWN)
    prayer = replace(survivor, slug=Slug.PRAYER, file="tests/t.py", line=7, evidence=())
    assert advice(subject, prayer) == KNOWN.advice
    assert advice(subject, replace(prayer, line=8)) == ()
    assert added(KNOWN.advice[0]) == ["+    assert x"]


def test_the_agent_is_told_what_to_write() -> None:
    said = agent.render(Subject(FOUND, suggested=KNOWN))
    assert f"proven, told of {FIRST}: | tests/t.py:2 test_x\n| +    assert x\n" in said
    assert agent.tokens(said) <= 2000


def test_the_agent_is_told_something_in_few_words() -> None:
    said = agent.render(Subject(FOUND, suggested=KNOWN, tokens=600))
    assert agent.tokens(said) <= 600
    assert "\n1. " in said


def test_code_scanning_gets_a_fix_that_changes_the_test() -> None:
    document = json.loads(sarif.render(Subject(FOUND, suggested=KNOWN, prefix="app/")))
    fixes = [fix for one in document["runs"][0]["results"] for fix in one.get("fixes", ())]
    [change] = fixes[0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app/tests/t.py"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 6},
            "insertedContent": {"text": "\n    assert x"},
        }
    ]
    alone = json.loads(sarif.render(Subject(FOUND)))
    assert not any("fixes" in one for one in alone["runs"][0]["results"])
