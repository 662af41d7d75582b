"""Shards of one run are put together, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.factory import shop

from refute.cli.run import ended
from refute.errors import ExitCode, RefuteError
from refute.judgement import Estimate, Judgement, Remark, TestOutcome, load_report, merge, save
from refute.selecting import in_shard
from refute.verdicts import Verdict

PARTS = 3


def whole() -> Judgement:
    return replace(shop(), theatre=None, findings=(), notes=(), timing=())


def shard(number: int, of: int = PARTS) -> Judgement:
    """The part of the shop's run that this shard would have judged."""
    run = whole()
    judged = tuple(item for item in run.judged if in_shard(item.mutant.id, number, of))
    files = {item.mutant.file for item in judged}
    return replace(
        run,
        judged=judged,
        selection=replace(run.selection, shard=f"{number}/{of}", left_out=1),
        sources={file: source for file, source in run.sources.items() if file in files},
    )


def test_the_parts_make_the_whole() -> None:
    made = merge([shard(3), shard(1), shard(2)])
    run = whole()
    assert made.judged == run.judged
    assert made.counts == run.counts
    assert made.sources == run.sources
    assert (made.selection.shard, made.selection.left_out) == ("", 0)
    assert [t.id for t in made.tests] == [t.id for t in run.tests]
    assert made.findings


def spent(number: int, estimate: Estimate) -> Judgement:
    """A shard that a budget ended before its last fault."""
    made = shard(number)
    *rest, last = made.judged
    judged = (*rest, replace(last, verdict=Verdict.PENDING))
    notes = (Remark("budget", f"The time is spent, says shard {number}."),)
    return replace(made, judged=judged, partial=True, estimate=estimate, notes=notes)


def test_shards_within_a_budget_foretell_the_whole() -> None:
    shards = [spent(1, Estimate(0.5, 0.3, 0.6)), shard(2), shard(3)]
    made = merge(shards)
    assert (made.partial, made.spent, made.stopped) == (True, True, False)
    assert [note.text for note in made.notes] == [
        "In 1 of 3 shards the time ended before the work did."
    ]
    sizes = [one.counts.scored + one.counts.pending for one in shards]
    scores = [0.5, shards[1].counts.score or 0.0, shards[2].counts.score or 0.0]
    whole = sum(size * score for size, score in zip(sizes, scores, strict=True)) / sum(sizes)
    assert made.estimate is not None
    assert made.estimate.score == pytest.approx(whole)
    # Of the two that came to their end everything is known.
    assert made.estimate.low == pytest.approx(whole - 0.2 * sizes[0] / sum(sizes))
    assert made.estimate.high == pytest.approx(whole + 0.1 * sizes[0] / sum(sizes))
    # All is well, as with a run within a budget; but not where somebody stopped a shard.
    assert ended(made) is ExitCode.OK
    stopped = replace(shards[0], notes=(Remark("interrupted", "Stopped after 1 of 2 trials."),))
    assert ended(merge([stopped, *shards[1:]])) is ExitCode.INTERRUPTED


def test_a_shard_that_no_fault_fell_to_is_one_like_the_others() -> None:
    empty = replace(shard(3), judged=(), sources={})
    assert ended(empty) is ExitCode.OK
    one, two = shard(1), replace(shard(2), judged=(*shard(2).judged, *shard(3).judged))
    two = replace(two, sources=whole().sources)
    made = merge([one, two, empty])
    assert made.counts == whole().counts
    # Where no shard has any, the whole has judged nothing.
    nothing = [replace(shard(number), judged=(), sources={}) for number in (1, 2, 3)]
    assert ended(merge(nothing)) is ExitCode.NOTHING_JUDGED


def test_a_test_that_differs_between_machines_is_flaky() -> None:
    one, *rest = (shard(number) for number in (1, 2, 3))
    broken = replace(one.tests[0], outcome=TestOutcome.FAILED, detail="ConnectionError")
    made = merge([replace(one, tests=(broken, *one.tests[1:])), *rest])
    assert made.tests[0].outcome is TestOutcome.FLAKY
    assert "different shards" in made.tests[0].detail


Change = Callable[[Judgement], Judgement]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda j: replace(j, version="0"), "version"),
        (lambda j: replace(j, environment=replace(j.environment, commit="f00")), "commit"),
        (lambda j: replace(j, environment=replace(j.environment, python="3.99")), "Python"),
        (lambda j: replace(j, project=replace(j.project, name="other")), "project"),
        (lambda j: replace(j, tests=j.tests[1:]), "tests"),
        (lambda j: replace(j, environment=replace(j.environment, tree="f00")), "code or the tests"),
        (lambda j: replace(j, selection=replace(j.selection, paths=("a",))), "options"),
        (lambda j: replace(j, selection=replace(j.selection, shard="2/4")), "numbers"),
        (lambda j: replace(j, selection=replace(j.selection, shard="1/3")), "missing: 2"),
        (lambda j: replace(j, selection=replace(j.selection, shard="")), "whole run"),
        (lambda j: replace(j, judged=whole().judged), "two shards"),
    ],
)
def test_what_does_not_belong_together_is_refused(change: Change, word: str) -> None:
    with pytest.raises(RefuteError) as caught:
        merge([shard(1), change(shard(2)), shard(3)])
    assert caught.value.slug == "cant-merge"
    assert word in caught.value.message


def test_reports_by_file_by_folder_and_by_project(tmp_path: Path) -> None:
    path = save(shard(1), tmp_path)
    found = [load_report(place) for place in (path, path.parent, tmp_path)]
    assert all(one == found[0] for one in found)
    with pytest.raises(RefuteError) as caught:
        load_report(tmp_path / "nowhere")
    assert caught.value.slug == "no-report"
    path.write_text("{")
    with pytest.raises(RefuteError) as caught:
        load_report(tmp_path)
    assert caught.value.slug == "bad-report"
