"""`refute theatre`, and what `refute show` shows beside mutants: processes on a saved report."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.unit.factory import shop
from tests.unit.test_cli import refute
from tests.unit.theatre_factory import KUBECTL, NAMES, SWALLOWED, VERB, stage

from refute.judgement import save


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report."""
    folder = tmp_path_factory.mktemp("judged")
    save(stage(), folder)
    return folder


def said(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def test_theatre_prints_its_part_alone(root: Path, tmp_path: Path) -> None:
    text = said(refute("theatre", cwd=root))
    assert text.startswith("\nWhat the tests are worth\n1 of 7 judged tests")
    assert "faults noticed" not in text
    assert "\x1b" not in text
    assert said(refute("theatre", root, "--plain", cwd=tmp_path)) == text


def test_theatre_needs_a_report_with_that_part(tmp_path: Path) -> None:
    assert "error[no-report]" in said(refute("theatre", cwd=tmp_path), 2)
    save(shop(), tmp_path)
    text = said(refute("theatre", cwd=tmp_path), 2)
    assert "says nothing of tests and doubles" in text
    assert "Run `refute run` again" in text


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        (NAMES[0], NAMES[0]),
        ("test_delete_runs", NAMES[1]),
        ("faint[b]", NAMES[5]),
        ("w-11111111", "w-11111111"),
        (KUBECTL, "w-11111111"),
        ("run_kubectl", "w-11111111"),
        ("p-2", "p-22222222"),
        (VERB.id, VERB.id),
        (SWALLOWED.mutant.id, SWALLOWED.mutant.id),
        (SWALLOWED.mutant.id[2:], SWALLOWED.mutant.id),
    ],
)
def test_show_finds_what_is_meant(root: Path, wanted: str, first: str) -> None:
    text = said(refute("show", wanted, "--plain", cwd=root))
    assert text.startswith(first)


def test_a_survivor_is_shown_with_the_double_that_swallowed_it(root: Path) -> None:
    text = said(refute("show", SWALLOWED.mutant.id, cwd=root))
    assert f"What became of it: swallowed by double {KUBECTL} at src/shop/cloud.py:5" in text


@pytest.mark.parametrize(
    ("wanted", "slug"),
    [
        ("test_delete", "unknown-test"),
        ("no_such_thing", "unknown-test"),
        ("w-9", "unknown-fault"),
        ("p-", "unknown-fault"),
        ("d-x", "unknown-fault"),
        ("m-zz", "unknown-mutant"),
    ],
)
def test_show_says_what_it_does_not_know(root: Path, wanted: str, slug: str) -> None:
    assert f"error[{slug}]" in said(refute("show", wanted, cwd=root), 2)


def test_several_doubles_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = save(stage(), tmp_path)
    document = json.loads(path.read_bytes())
    other = {**document["doubles"][0], "id": "w-33333333", "target": "shop.pods.run_kubectl"}
    document["doubles"].append(other)
    path.write_text(json.dumps(document))
    text = said(refute("show", "run_kubectl", cwd=tmp_path), 2)
    assert "2 doubles are called run_kubectl" in text
    assert "shop.pods.run_kubectl (w-33333333)" in text


def test_only_a_mutant_can_be_had_as_a_patch(root: Path) -> None:
    assert "Only a mutant" in said(refute("show", "w-11111111", "--patch", cwd=root), 2)
