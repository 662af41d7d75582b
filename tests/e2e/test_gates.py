"""A real run held against a gate, and findings of it accepted in the source and in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from tests.e2e.stage import Done, Stage, stage

import refute

pytestmark = pytest.mark.slow

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())
GATE = """

[tool.refute.gate]
mutation-score = 50
survivors = 0
score-covered = 50

[tool.refute.gate."calc/**"]
mutation-score = 50
"""


@pytest.fixture
def calc() -> Iterator[Stage]:
    """The calculator, with a gate that its one survivor does not pass."""
    with stage("calc") as made:
        path = made.project / "pyproject.toml"
        path.write_text(path.read_text() + GATE)
        made.before = made.content()
        yield made


def gate(made: Stage) -> Done:
    return made.finish(made.start("gate", "."))


def accepted(done: Done) -> list[str]:
    return [one["accepted"]["reason"] for one in done.report["findings"] if one["accepted"]]


def test_a_run_with_a_gate_and_what_is_accepted_on_the_way(calc: Stage) -> None:
    first = calc.run("--jobs", "1", "--gate")
    assert first.code == 1, first.output
    jsonschema.Draft202012Validator(SCHEMA).validate(first.report)
    assert "The gate fails: 1 of 4 lines does not hold" in first.output
    assert "failed       survivors: " in first.output
    assert "calc/__init__.py:" in first.output
    assert calc.clean()
    assert gate(calc).code == 1

    groups = first.report["metrics"]["mutation"]["by_file"]
    assert [(one["file"], one["scored"]) for one in groups] == [
        ("calc/__init__.py", len(first.mutants(excluded="")))
    ]
    speed = first.report["metrics"]["speed"]
    assert speed["first_failure"]["kills"] == len(first.mutants(verdict="killed"))
    assert 0 < speed["first_failure"]["at_least"] <= speed["first_failure"]["at_most"]
    assert speed["first_failure"]["at_most"] <= speed["test_seconds"]

    # Accepted at the header of the function: the same report but for the marks.
    source = calc.project / "calc" / "__init__.py"
    source.write_text(
        source.read_text().replace(
            "size):", "size):  # refute: accept[survivor] full is full, until 2999-12-31"
        )
    )
    second = calc.run("--jobs", "1", "--gate")
    assert second.code == 0, second.output
    assert "Accepted: 1 finding" in second.output
    assert "full is full, until 2999-12-31 (calc/__init__.py:8)" in second.output
    assert accepted(second) == ["full is full"]
    score = first.report["metrics"]["mutation"]["score"]
    assert second.report["metrics"]["mutation"]["score"] == score

    # Expired: it counts again, and that is said.
    source.write_text(source.read_text().replace("2999", "1999"))
    third = calc.run("--jobs", "1", "--gate", "--score-only")
    assert third.code == 1, third.output
    assert "warning[acceptance-expired]" in third.output
    assert accepted(third) == []

    # In the reviewed file, which changes nothing that a test reads.
    (calc.project / "refute-accept.toml").write_text(
        '[[accept]]\nfinding = "survivor"\nwhere = "calc/**"\nreason = "looked at"\n'
    )
    fourth = calc.run("--jobs", "1", "--gate", "--score-only")
    assert fourth.code == 0, fourth.output
    assert accepted(fourth) == ["looked at"]
    assert "taken over from earlier runs" in fourth.output


def test_a_wrong_gate_is_said_before_anything_runs(calc: Stage) -> None:
    path = calc.project / "pyproject.toml"
    path.write_text(path.read_text().replace("survivors =", "survivers ="))
    done = calc.run("--gate")
    assert done.code == 2
    assert "did you mean `survivors`?" in done.output
    assert done.report == {}
