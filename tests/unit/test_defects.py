"""Past bugs as values: fates, counts, findings, the document and what a reader sees of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.defects import exit_code
from refute.errors import ExitCode, RefuteError
from refute.faults.past import Altered, How, PastBug, Unfit, Why
from refute.history.git import apply_patch
from refute.judgement import Environment
from refute.judgement.defects import (
    BugFate,
    Defects,
    Scope,
    diff,
    from_json,
    load,
    record,
    save,
    to_json,
)
from refute.metrics.defects import DefectCounts, count
from refute.missed import find
from refute.replayed import Replayed, judge, pending, unfit
from refute.report import console_for
from refute.report.defects import render, show
from refute.trials.facts import Replay
from refute.trials.outcome import Failure, Mechanism, Outcome, Result
from refute.trials.replay import meets
from refute.verdicts import KillKind

FILE = Altered("shop.py", b"x = 2\ny = 1\n", b"x = 1\ny = 1", ((1, 2),))
BUG = PastBug("b-0123abcd", "0123abcd" * 5, "Fix x", "2026-01-02", Why.ISSUE, How.MERGE, (FILE,))
TOLD = Failure("call", "AssertionError", "1 == 2", by_test=True, accident=False)


def facts(result: Result, test: str | None = "t.py::test", **more: Any) -> Replay:
    failure = TOLD if result is Result.FAILED else None
    outcome = Outcome(BUG.id, Mechanism.COLD, result, test, failure)
    return replace(Replay(BUG.id, outcome, ("t.py::test",), 3, seconds=1.5), **more)


@pytest.mark.parametrize(
    ("replay", "fate", "kind", "reason"),
    [
        (facts(Result.PASSED, None), BugFate.MISSED, None, None),
        (facts(Result.FAILED), BugFate.DETECTED, KillKind.TOLD, None),
        (facts(Result.DIED, None), BugFate.DETECTED, KillKind.CRASHED, None),
        (facts(Result.TIMEOUT, None), BugFate.DETECTED, KillKind.TIMEOUT, None),
        (facts(Result.BROKEN), BugFate.NOT_REPLAYABLE, None, Unfit.BROKEN),
        (
            facts(Result.DIED, "t.py", uncollected=("t.py: ImportError",), at_root=True),
            BugFate.NOT_REPLAYABLE,
            None,
            Unfit.CODE_NEEDS_IT,
        ),
        (
            facts(Result.FAILED, lacking="a.py:3: NameError: name 'x' is not defined"),
            BugFate.NOT_REPLAYABLE,
            None,
            Unfit.CODE_NEEDS_IT,
        ),
        (
            facts(Result.PASSED, None, uncollected=("t.py: ImportError",)),
            BugFate.NOT_REPLAYABLE,
            None,
            Unfit.TESTS_NEED_IT,
        ),
        (
            facts(Result.FAILED, "t.py", uncollected=("t.py: ImportError",)),
            BugFate.NOT_REPLAYABLE,
            None,
            Unfit.TESTS_NEED_IT,
        ),
        (
            facts(Result.FAILED, uncollected=("u.py: ImportError",)),
            BugFate.DETECTED,
            KillKind.TOLD,
            None,
        ),
        (facts(Result.FAILED, steady=False), BugFate.NOT_REPLAYABLE, None, Unfit.UNSTABLE),
    ],
)
def test_fate(replay: Replay, fate: BugFate, kind: KillKind | None, reason: Unfit | None) -> None:
    found = judge(BUG, replay)
    assert (found.fate, found.kind, found.unfit) == (fate, kind, reason)
    assert (found.reason != "") is (reason not in (None, Unfit.BROKEN))
    assert (found.detected_by is None) or fate is BugFate.DETECTED


def bugs() -> list[Replayed]:
    """One of each fate, with two that can't be replayed."""
    lost = replace(BUG, id="b-3", files=(), how=None, unfit=Unfit.GONE, detail="as it was")
    return [
        judge(BUG, facts(Result.FAILED)),
        judge(replace(BUG, id="b-11111111"), facts(Result.PASSED, None)),
        unfit(replace(lost, id="b-22222222")),
        unfit(replace(lost, id="b-33333333", unfit=Unfit.CHANGED)),
        pending(replace(BUG, id="b-44444444")),
    ]


def test_counts_add_up() -> None:
    found = bugs()
    counts = count(found)
    assert (counts.detected, counts.missed, counts.pending, counts.replayed) == (1, 1, 1, 2)
    assert counts.unfit == {Unfit.GONE: 1, Unfit.CHANGED: 1}
    assert (counts.not_replayable, counts.total, counts.rate) == (2, 5, 0.5)
    assert count(found[:2]) + count(found[2:]) == counts
    assert DefectCounts().rate is None
    assert counts + DefectCounts() == counts


def test_missed_ones_are_findings() -> None:
    (finding,) = find(bugs())
    assert (finding.file, finding.line, finding.reproduce) == (
        "shop.py",
        1,
        "refute show b-11111111",
    )
    assert "1 test runs over it and does not notice" in finding.message
    assert finding.evidence == ("b-11111111", "t.py::test")


def defects(found: list[Replayed], **scope: Any) -> Defects:
    return Defects(
        version="1",
        project="shop",
        environment=Environment("3.12.1", "9.0", "full", 1, "c" * 40, True),
        scope=replace(Scope(limit=100, commits=20, sourceless=2), **scope),
        tests=3,
        aside=1,
        bugs=tuple(map(record, found)),
        counts=count(found),
        findings=find(found),
    )


@pytest.mark.parametrize("found", [bugs(), bugs()[:1], bugs()[2:4], []])
def test_document_fits_its_schema_and_comes_back(found: list[Replayed], tmp_path: Path) -> None:
    value = defects(found)
    schema = json.loads((files("refute") / "schema" / "defects-1.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(to_json(value))))
    save(value, tmp_path)
    assert load(tmp_path) == value


@pytest.mark.parametrize(
    ("text", "slug"),
    [("", "bad-report"), ("{}", "bad-report"), ('{"schema": "refute-defects/1"}', "bad-report")],
)
def test_damaged_documents(tmp_path: Path, text: str, slug: str) -> None:
    with pytest.raises(RefuteError) as none:
        load(tmp_path)
    assert none.value.slug == "no-report"
    (tmp_path / ".refute").mkdir()
    (tmp_path / ".refute" / "defects.json").write_text(text)
    with pytest.raises(RefuteError) as caught:
        load(tmp_path)
    assert caught.value.slug == slug
    with pytest.raises(RefuteError):
        from_json({"schema": "refute-report/1"})


def test_exit_codes() -> None:
    assert exit_code(defects(bugs())) is ExitCode.INTERRUPTED
    assert exit_code(defects(bugs()[:2])) is ExitCode.OK
    assert exit_code(defects(bugs()[2:4])) is ExitCode.NOTHING_JUDGED


def test_diff_is_a_patch_of_today() -> None:
    assert diff(FILE) == (
        "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ -1,2 +1,2 @@\n"
        "-x = 2\n-y = 1\n+x = 1\n+y = 1\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize(("today", "buggy"), [(b"x = 1\n", None), (None, b"x = 1\n")])
def test_diff_of_a_file_that_comes_or_goes_is_one_that_git_takes(
    today: bytes | None, buggy: bytes | None, tmp_path: Path
) -> None:
    made = diff(replace(FILE, today=today, buggy=buggy))
    assert apply_patch(made.encode(), {FILE.path: today}) == {FILE.path: buggy}


def printed(value: Defects) -> str:
    stream = io.StringIO()
    render(value, console_for(stream, width=90, plain=True))
    return stream.getvalue()


def test_summary_fits_a_screen() -> None:
    many = [judge(replace(BUG, id=f"b-{n}"), facts(Result.PASSED, None)) for n in range(30)]
    text = printed(defects([*bugs(), *many], beyond=7, missing="This clone is shallow."))
    assert "1 of 32 past bugs would be detected today (3.1%)." in text
    assert "Stopped early: 1 bug not tried." in text
    assert "and 25 more missed bugs" in text
    assert "b-11111111  0123abcd01 2026-01-02  Fix x" in text
    assert "    -x = 2" in text
    assert "1  nothing of the fix is left" in text
    assert "7 older ones left aside" in text
    assert "This clone is shallow." in text
    assert len(text.splitlines()) < 80
    assert "No past bug could be replayed." in printed(defects(bugs()[2:4]))
    assert "From the catalogue bugs." in printed(defects(bugs()[:1], catalogue="bugs"))


def test_one_bug_in_full() -> None:
    texts = []
    for one in bugs():
        stream = io.StringIO()
        show(record(one), console_for(stream, width=90, plain=True))
        texts.append(stream.getvalue())
    assert "detected: today's tests would notice it" in texts[0]
    assert "Noticed by t.py::test\n  told" in texts[0]
    assert "AssertionError: 1 == 2" in texts[0]
    assert "1 test can meet it; their files hold 3 tests, all passed." in texts[1]
    assert "refute show b-11111111 --patch | git apply" in texts[1]
    assert "Why not: nothing of the fix is left" in texts[2]
    assert "pending: not tried yet" in texts[4]


def baseline(**coverage: Any) -> Baseline:
    """Three tests that pass and a red one; the first executes lines 1 to 3."""
    outcomes = [*[TestOutcome.PASSED] * 3, TestOutcome.FAILED]
    return Baseline(
        tests=tuple(Test(f"t.py::t{n}", outcome, 0.1) for n, outcome in enumerate(outcomes)),
        coverage=replace(
            Coverage({"shop.py": {n: frozenset({0, 3}) for n in (1, 2, 3)}}, {}, {}, {}),
            **coverage,
        ),
        collect_seconds=0.1,
        suite_seconds=0.4,
        versions={},
        boundaries={},
    )


def test_which_tests_can_meet_a_bug() -> None:
    every = frozenset({0, 1, 2})
    assert meets(BUG, baseline()) == frozenset({0})
    assert meets(replace(BUG, files=(replace(FILE, lines=((8, 9),)),)), baseline()) == frozenset()
    assert meets(replace(BUG, files=(replace(FILE, lines=None),)), baseline()) == every
    vague = baseline(order_dependent={"shop.py": frozenset({2})})
    assert meets(BUG, vague) == every
    # The line of `def` alone runs at import; its body does when it is called there.
    assert meets(BUG, baseline(at_import={"shop.py": frozenset({1})})) == frozenset({0})
    assert meets(BUG, baseline(at_import={"shop.py": frozenset({1, 2})})) == every
    assert meets(BUG, baseline(elsewhere={"shop.py": {1: frozenset({2})}})) == frozenset({0, 2})
    assert meets(BUG, replace(baseline(), unseen=frozenset({1}))) == frozenset({0, 1})
