"""`refute chaos` on clients with planted weaknesses, against a real server outside of the seal."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from tests.e2e.stage import PROJECTS, Stage, stage

TIMES = ("--deadline", "20s", "--seed", "3")
TEST = "tests/test_tills.py::test_"


@contextmanager
def bank() -> Iterator[str]:
    """The port of a running bank."""
    process = subprocess.Popen(
        [sys.executable, str(PROJECTS / "tills" / "bank.py")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        with process:
            process.wait()


def chaos(place: Stage, port: str, *words: str) -> tuple[int, str]:
    done = place.finish(
        place.start("chaos", ".", "--python", place.python, *words, env={"BANK": port})
    )
    return done.code, done.output


def document(place: Stage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place.project / ".refute" / "chaos.json").read_text())
    return found


@cache
def judged() -> tuple[int, str, dict[str, Any]]:
    """One run over all toxics that tell something of the tills, with the promise."""
    toxics = ("timeout", "reset_peer", "limit_data_upstream", "slicer")
    words = [word for name in toxics for word in ("--toxic", name)]
    with stage("tills") as place:
        with bank() as port:
            code, output = chaos(
                place, port, *TIMES, "--invariant", "promises:no_money_is_lost", *words
            )
        assert place.left() == []
        assert place.unchanged()
        return code, output, document(place)


def verdicts(till: str) -> dict[str, str]:
    """What a test came to under each toxic."""
    cells = judged()[2]["cells"]
    return {cell["toxic"]: cell["verdict"] for cell in cells if cell["test"] == TEST + till}


def test_findings_are_exit_code_1_and_a_document_that_fits_its_schema() -> None:
    code, output, found = judged()
    assert code == 1, output
    jsonschema.validate(
        found, json.loads((files("refute") / "schema" / "chaos-1.json").read_text())
    )
    assert len(found["links"]) == 1
    assert len(found["tests"]) == 6
    assert TEST + "without_the_bank" not in found["tests"]
    assert found["untried"] == 0
    assert found["aside"] == {}


def test_a_client_with_timeouts_and_clear_errors_is_tolerated_or_fails_cleanly() -> None:
    assert set(verdicts("robust_balance").values()) == {"clean", "tolerated"}
    assert set(verdicts("patient_move").values()) == {"clean", "tolerated"}
    assert verdicts("robust_balance")["slicer"] == "tolerated"
    assert verdicts("robust_balance")["timeout"] == "clean"


def test_a_client_without_a_timeout_hangs_where_nothing_comes() -> None:
    found = verdicts("trusting_balance")
    assert found["timeout"] == "hung"
    assert found["reset_peer"] == "clean"
    cells = [cell for cell in judged()[2]["cells"] if cell["verdict"] == "hung"]
    assert {cell["test"] for cell in cells} == {TEST + "trusting_balance"}
    assert "tills.py:" in cells[0]["words"]


def test_a_swallowed_error_is_a_wrong_answer() -> None:
    found = verdicts("quiet_balance")
    assert found["timeout"] == found["reset_peer"] == "wrong"
    assert found["slicer"] == "tolerated"


def test_a_mistake_that_shows_only_then_is_unclear() -> None:
    assert verdicts("careless_balance")["limit_data_upstream"] == "unclear"


def test_half_a_transfer_corrupts_what_was_promised() -> None:
    found = verdicts("halfway_move")
    assert found["reset_peer"] == "corrupted"
    assert found["timeout"] == "clean"
    assert "the project's invariant no longer holds" in judged()[1]


def test_a_cell_is_repeated_by_its_command_alone() -> None:
    cells = judged()[2]["cells"]
    cell = next(one for one in cells if one["verdict"] == "corrupted")
    command = shlex.split(cell["reproduce"])
    assert command[:2] == ["refute", "chaos"]
    with stage("tills") as place, bank() as port:
        link = judged()[2]["links"][0]["name"]
        words = [f"127.0.0.1:{port}" if word == link else word for word in command[2:]]
        code, output = chaos(place, port, *words)
        assert code == 1
        assert "refute: corrupted" in output
        assert "there are 90 in the bank" in output
        good = [*words]
        good[good.index("--only") + 1] = TEST + "robust_balance"
        code, output = chaos(place, port, *good)
        assert code == 0, output
        assert "1 passed" in output or "refute: clean" in output


def test_a_budget_that_is_spent_leaves_a_valid_rest() -> None:
    with stage("tills") as place, bank() as port:
        code, output = chaos(place, port, *TIMES, "--budget", "1s")
        found = document(place)
        assert found["untried"] > 0, output
        assert len(found["cells"]) + found["untried"] == 9 * 6
        assert "The budget is spent" in output
        assert code in (0, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--link", "127.0.0.1:1"), "No test uses 127.0.0.1:1."),
        (("--toxic", "sloth"), "'sloth' is none of"),
        (("--toxic", "latency:slow"), "is no KEY=NUMBER"),
        (("--invariant", "nonsense"), "MODULE:FUNCTION"),
    ],
)
def test_what_can_not_be_done_is_said(words: tuple[str, ...], message: str) -> None:
    with stage("tills") as place, bank() as port:
        code, output = chaos(place, port, *words)
        assert code == 2, output
        assert message in output


def test_without_a_service_there_is_no_link() -> None:
    with stage("calc") as place:
        code, output = chaos(place, "1")
        assert code == 2, output
        assert "no-links" in output
