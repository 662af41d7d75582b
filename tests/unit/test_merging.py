"""Shards of one run are put together, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.factory import shop

from refute.errors import RefuteError
from refute.judgement import Judgement, TestOutcome, load_report, merge, save
from refute.selecting import in_shard

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
