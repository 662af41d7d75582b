"""`refute gate` and `refute ratchet` as processes on saved reports."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.factory import shop
from tests.unit.test_cli import refute
from tests.unit.theatre_factory import stage

from refute.judgement import Acceptance, Judgement, Selection, Slug, save


def root(folder: Path, table: str, found: Judgement | None = None) -> Path:
    """A project with a gate and a report."""
    (folder / "pyproject.toml").write_text(table)
    save(found or shop(), folder)
    return folder


def said(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code < 2 else done.stderr


def test_a_gate_that_fails_says_what_by_how_much_and_where(tmp_path: Path) -> None:
    root(tmp_path, "[tool.refute.gate]\nmutation-score = 80\nsurvivors = 9\nflaky = 0\n")
    text = said(refute("gate", cwd=tmp_path), 1)
    assert "The gate fails: 2 of 3 lines do not hold\n" in text
    assert "  failed       mutation-score: 30.0% (3 of 10 faults), floor 80%: 50.0 points" in text
    assert "      src/shop/money.py:" in text
    assert "and 2 more places to look at" in text
    assert "  not measured flaky: ceiling 0: there is no .refute/stability.json. Run" in text
    assert "  held         survivors: 5 (of 10 faults), ceiling 9\n" in text
    assert "\x1b" not in text
    assert "changed since the report" in text


def test_a_gate_that_holds(tmp_path: Path) -> None:
    root(tmp_path, "[tool.refute.gate]\nmutation-score = 30\nflaky = 0\n")
    stability = {"metrics": {"stability": {"flaky": 0, "order_dependent": 1, "brittle": 0}}}
    (tmp_path / ".refute" / "stability.json").write_text(json.dumps(stability))
    for file, source in shop().sources.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(source.data)
    text = said(refute("gate", tmp_path, "--plain", cwd=Path("/")), 0)
    assert text.startswith("\nThe gate holds: 2 lines, and all hold\n")
    assert "changed since" not in text


def test_accepted_findings_are_counted_and_shown(tmp_path: Path) -> None:
    mark = Acceptance("known", "2999-01-01", "src/shop/money.py:5")
    found = replace(
        shop(),
        findings=tuple(
            replace(one, accepted=mark) if one.slug is Slug.SURVIVOR else one
            for one in shop().findings
        ),
    )
    root(tmp_path, "[tool.refute.gate]\nsurvivors = 0\n", found)
    assert "ceiling 0 (3 findings accepted)" in said(refute("gate", cwd=tmp_path), 0)


@pytest.mark.parametrize(
    ("table", "slug", "advice"),
    [
        ("[tool.refute]\n", "no-gate", "mutation-score = 80"),
        ("[tool.refute.gate]\nprayer = 0\n", "unknown-setting", "did you mean `prayers`?"),
        ("[tool.refute.gate]\nprayers = 'x'\n", "bad-setting", "must be a number"),
        (
            "[tool.refute.gate]\nprayers = 0\n[tool.refute.gate.imports]\ncoverage = 'no.xml'\n",
            "no-such-path",
            "no.xml",
        ),
    ],
)
def test_a_gate_that_is_not_to_be_understood(
    tmp_path: Path, table: str, slug: str, advice: str
) -> None:
    text = said(refute("gate", cwd=root(tmp_path, table)), 2)
    assert f"error[{slug}]" in text
    assert advice in text


def test_files_of_other_tools_as_options(tmp_path: Path) -> None:
    root(tmp_path, "[tool.refute.gate]\nsarif-errors = 0\nline-coverage = 75\n")
    samples = Path(__file__).parents[2] / "testdata" / "imports"
    text = said(refute("gate", cwd=tmp_path), 1)
    assert text.count("no file was given") == 2
    options = ("--sarif", samples / "bandit.sarif", "--coverage", samples / "coverage.xml")
    text = said(refute("gate", *options, cwd=tmp_path), 1)
    assert "failed       sarif-errors: 1, ceiling 0: 1 too many\n      shop.py:11: B602" in text
    assert "held         line-coverage: 80.0% (8 of 10 lines), floor 75%" in text


def test_the_ratchet_is_written_held_and_tightened(tmp_path: Path) -> None:
    root(tmp_path, "", stage())
    file = tmp_path / "refute-ratchet.toml"
    text = said(refute("ratchet", cwd=tmp_path), 0)
    assert "mutation-score: 40.0% (2 of 5 faults), new." in text
    assert f"Wrote {file}. Review it, and commit it." in text
    assert "blind-places = 2\n" in file.read_text()
    assert "The gate holds: 9 lines" in said(refute("gate", cwd=tmp_path), 0)
    before = file.read_text()
    assert "stays as it is" in said(refute("ratchet", cwd=tmp_path), 0)
    assert file.read_text() == before

    theatre = stage().theatre
    assert theatre is not None
    save(stage(replace(theatre, blind_places=theatre.blind_places[:1])), tmp_path)
    assert "blind-places is better than the ratchet (1, was 2)" in " ".join(
        said(refute("gate", cwd=tmp_path), 0).split()
    )
    text = said(
        refute("ratchet", "survivors", "blind-places", "--root", tmp_path, cwd=Path("/")), 0
    )
    assert "blind-places: tightened from 2 to 1." in text
    assert "survivors: 3 (of 5 faults), new." in text

    save(stage(), tmp_path)
    text = said(refute("gate", cwd=tmp_path), 1)
    assert "failed       blind-places: 2, ratchet 1: worse by 1\n" in text
    assert "which stays" in said(refute("ratchet", cwd=tmp_path), 0)
    text = said(refute("ratchet", "blind-places", "--loosen", cwd=tmp_path), 0)
    assert "blind-places: loosened from 1 to 2." in text
    said(refute("gate", cwd=tmp_path), 0)


def test_what_the_ratchet_does_not_take(tmp_path: Path) -> None:
    root(tmp_path, "")
    assert "did you mean `prayers`?" in said(refute("ratchet", "prayer", cwd=tmp_path), 2)
    assert "varies from run" in said(refute("ratchet", "suite-seconds", cwd=tmp_path), 2)
    words = ("ratchet", "flaky", "--in", "src")
    assert "the whole project only" in said(refute(*words, cwd=tmp_path), 2)
    for part in (
        replace(shop(), partial=True),
        replace(shop(), selection=Selection(paths=("src",))),
        replace(shop(), selection=Selection(shard="2/5")),
    ):
        save(part, tmp_path)
        assert "error[partial-report]" in said(refute("ratchet", cwd=tmp_path), 2)
    assert not (tmp_path / "refute-ratchet.toml").exists()
