"""The ratchet keeps what was reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import fault, judgement, shop, survived
from tests.unit.gate_projects import DAY, held

from refute.errors import RefuteError
from refute.gate import (
    METRICS,
    RATCHET_FILE,
    Entry,
    Material,
    State,
    Value,
    find_metric,
    propose,
    ratchet_text,
    read_ratchet,
)
from refute.judgement import Judgement, Selection


def ratcheted(folder: Path, found: Judgement, *names: str, scope: str = "") -> tuple[Entry, ...]:
    """Write those metrics down, and read them back."""
    wanted = [(METRICS[name], scope) for name in names]
    proposal = propose(read_ratchet(folder), wanted, lambda part: Material(found, DAY, scope=part))
    (folder / RATCHET_FILE).write_text(ratchet_text(proposal.entries))
    back = read_ratchet(folder)
    assert {one.key for one in back} == {one.key for one in proposal.entries}
    return back


def test_the_ratchet_keeps_what_was_reached(tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "mutation-score", "survivors")
    ratcheted(tmp_path, shop(), "mutation-score", scope="src/**")
    text = (tmp_path / RATCHET_FILE).read_text()
    assert text.endswith(
        "version = 1\n\n[values]\nmutation-score = { part = 3, whole = 10 }\nsurvivors = 5\n\n"
        '[values."src/**"]\nmutation-score = { part = 3, whole = 10 }\n'
    )
    result = held(tmp_path, "", Material(shop(), DAY))
    assert result.holds
    assert len(result.lines) == 3


def test_getting_worse_fails_and_getting_better_is_offered(tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "mutation-score", "survivors")
    more = judgement([*shop().judged, survived(fault("amount * 0.9", "amount"))])
    score, survivors = held(tmp_path, "", Material(more, DAY)).lines
    assert (score.state, survivors.state) == (State.FAILED, State.FAILED)
    assert score.said == "27.3% (3 of 11 faults), ratchet 30.0% (3 of 10): worse by 2.7 points"
    fewer = judgement([item for item in shop().judged if item.mutant.operator != "number"])
    result = held(tmp_path, "", Material(fewer, DAY))
    assert result.holds
    assert len(result.notes) == 2
    assert "`refute ratchet` keeps it" in result.notes[0]


@pytest.mark.parametrize(
    "part",
    [
        Selection(paths=("src/shop/texts.py",)),
        Selection(changes="what changed since main"),
        Selection(shard="2/5"),
    ],
)
def test_the_ratchet_holds_no_report_on_a_part(part: Selection, tmp_path: Path) -> None:
    ratcheted(tmp_path, shop(), "survivors")
    narrow = replace(shop(), selection=part)
    (line,) = held(tmp_path, "", Material(narrow, DAY)).lines
    assert line.state is State.UNMEASURED
    assert "a part of the code" in line.said
    (line,) = held(tmp_path, "", Material(replace(shop(), partial=True), DAY)).lines
    assert line.state is State.UNDECIDED


def test_the_ratchet_only_tightens_by_itself(tmp_path: Path) -> None:
    old = ratcheted(tmp_path, shop(), "survivors")
    more = judgement([*shop().judged, survived(fault("amount * 0.9", "amount"))])
    wanted = [(METRICS["survivors"], ""), (METRICS["prayers"], "")]
    material: Callable[[str], Material] = lambda part: Material(more, DAY, scope=part)  # noqa: E731
    kept = propose(old, wanted, material)
    assert (kept.entries, kept.changes) == (old, ())
    assert kept.left[0] == "survivors: 6 (of 11 faults) is worse than 5, which stays."
    assert kept.left[1].startswith("prayers: not measured")
    loosened = propose(old, wanted, material, loosen=True)
    assert loosened.changes == ("survivors: loosened from 5 to 6 (of 11 faults).",)
    nowhere = propose(old, [(METRICS["survivors"], "nowhere")], material)
    assert "meets no file" in nowhere.left[0]


@given(keys=st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.sampled_from([*METRICS]))))
def test_any_ratchet_comes_back_from_its_file(
    keys: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rule = find_metric("sarif[B602]")
    assert rule is not None
    entries = {("", rule.name): Entry(rule, "", Value(3))}
    for scope, name in keys:
        metric = METRICS[name]
        share = metric.unit == "percent"
        if metric.unit in ("percent", "count") and scope not in METRICS:
            value = Value(50.0, 1, 2) if share else Value(7)
            entries[scope, name] = Entry(metric, scope, value)
    folder = tmp_path_factory.mktemp("ratchet")
    (folder / RATCHET_FILE).write_text(ratchet_text(list(entries.values())), encoding="utf-8")
    back = {one.key: one.value for one in read_ratchet(folder)}
    assert back == {key: entry.value for key, entry in entries.items()}


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "bad-setting"),
        ("version = 2", "bad-setting"),
        ("version = 1\nvalues = 3", "bad-setting"),
        ("version = 1\n[values]\nprayer = 3", "unknown-setting"),
        ("version = 1\n[values]\nprayers = -3", "bad-setting"),
        ("version = 1\n[values]\nprayers = 0.5", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = 3", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = { part = 3, whole = 2 }", "bad-setting"),
        ("version = 1\n[values]\nmutation-score = { part = 0, whole = 0 }", "bad-setting"),
        ("version = 1\n[values.'a/**']\nprayer = 3", "unknown-setting"),
        ("version", "bad-setting"),
    ],
)
def test_a_ratchet_that_cannot_be_meant(tmp_path: Path, text: str, slug: str) -> None:
    (tmp_path / RATCHET_FILE).write_text(text)
    with pytest.raises(RefuteError) as caught:
        read_ratchet(tmp_path)
    assert caught.value.slug == slug, caught.value
