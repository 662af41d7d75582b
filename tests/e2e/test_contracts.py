"""Doubles that take what the real program refuses, found by the real command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import jsonschema
import pytest
from tests.e2e.stage import Done, Stage, stage

import refute

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judged() -> Iterator[tuple[Stage, Done]]:
    with ExitStack() as stack:
        made = stack.enter_context(stage("contracts/lying"))
        yield made, made.run("--jobs", "1")


def test_commands_of_doubles_are_held_against_the_real_program(judged: tuple[Stage, Done]) -> None:
    _, done = judged
    said = {one["command"]: (one["verdict"], one["why"]) for one in done.report["contracts"]}
    assert said["git comit -m x"] == (
        "refused",
        "git has no command `comit`: did you mean `commit`?",
    )
    assert said["git push --force-with-lease"] == ("accepted", "")
    # Whether there is a kubectl here or not, that one is no command of it.
    assert said["kubectl deleet pod web -n default"][0] in ("refused", "unknown")


def test_statements_and_answers_are_held_against_the_real_thing(
    judged: tuple[Stage, Done],
) -> None:
    _, done = judged
    said = {one["command"]: one for one in done.report["contracts"]}
    wrong = said["DELETE FORM purchase WHERE customer = ?"]
    assert (wrong["kind"], wrong["verdict"]) == ("sql", "refused")
    assert wrong["why"] == 'near "FORM": syntax error'
    # What stands behind `token =` is a placeholder, and told to the letter all the same.
    fine = said["SELECT name FROM purchase WHERE customer = ? AND token = ? ORDER BY name"]
    assert (fine["verdict"], "no schema is known" in fine["why"]) == ("unknown", True)
    text = said["kubectl get pods -o json -> stdout='web', returncode=0"]
    assert (text["kind"], text["verdict"]) == ("output", "refused")
    assert text["why"] == "stdout is bytes without text=True or an encoding, and not str"
    digits = said["git rev-parse HEAD -> stdout='abc123\\n'"]
    assert digits["why"] == "git rev-parse HEAD prints 40 or 64 hexadecimal digits"


def test_the_double_is_called_a_liar(judged: tuple[Stage, Done]) -> None:
    _, done = judged
    findings = [one for one in done.report["findings"] if one["slug"] == "lying-double"]
    (git,) = [one for one in findings if "comit" in one["message"]]
    assert git["severity"] == "high"
    assert git["message"] == (
        "The double of subprocess.run accepts too much: it takes `git comit -m x`, which the real "
        "program refuses: git has no command `comit`: did you mean `commit`?"
    )
    assert "Doubles that lie" in done.output


def test_report_keeps_to_its_schema(judged: tuple[Stage, Done]) -> None:
    schema = Path(refute.__file__).parent / "schema" / "report-1.json"
    jsonschema.validate(judged[1].report, json.loads(schema.read_text(encoding="utf-8")))
