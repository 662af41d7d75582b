"""Ctrl-C and kill -9 at every stage: nobody is left, what was done is kept, the next run works."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.e2e.stage import PATIENCE, Stage, stage

ARGUMENTS = ("--operators", "number,condition_true", "--jobs", "1", "--timeout-factor", "100000")
SLEEP = ("sleep", "86399")
STAGES = pytest.mark.parametrize("where", ["collect", "baseline", "trials"])


def _until(what: Callable[[], bool], program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _stalled(place: Stage, where: str) -> subprocess.Popen[bytes]:
    """A run that waits for ever at this stage."""
    words = ("run", ".", "--python", place.python, *ARGUMENTS)
    program = place.start(*words, env={"STALL": where})
    _until(lambda: place.running(SLEEP), program)
    return program


def _goes_on(place: Stage, first: dict[str, Any]) -> None:
    """The next run finishes, and takes over what the first had judged."""
    done = place.run(*ARGUMENTS)
    assert done.code == 0, done.output
    assert done.report["partial"] is False
    verdicts = {m["function"]: m["verdict"] for m in done.mutants(excluded="")}
    assert verdicts == {
        **dict.fromkeys(("first", "second", "third", "late"), "killed"),
        **dict.fromkeys(("unnoticed", "slow"), "survived"),
    }
    judged = {m["id"] for m in first.get("mutants", []) if m["tests_run"]}
    assert {m["id"] for m in done.report["mutants"] if m["reused"]} == judged
    assert place.left() == []
    assert place.unchanged()


@STAGES
def test_ctrl_c(where: str) -> None:
    with stage("hostile/stalls") as place:
        program = _stalled(place, where)
        # A terminal sends it to the whole process group.
        os.killpg(program.pid, signal.SIGINT)
        done = place.finish(program)
        assert done.code == 130, done.output
        assert "Traceback" not in done.output
        assert place.left() == []
        if where == "trials":
            assert done.report["partial"] is True
            assert done.mutant(function="slow")["verdict"] == "pending"
            counts = done.report["metrics"]["mutation"]
            assert counts["pending"] >= 1
            assert counts["killed"] + counts["survived"] + counts["pending"] == 6
        else:
            assert done.report == {}
        _goes_on(place, done.report)


@STAGES
@pytest.mark.parametrize("kind", ["self", "ordinary"])
def test_the_controller_is_killed(where: str, kind: str) -> None:
    if kind == "ordinary" and where != "trials":
        pytest.skip("one stage is enough to see whether rights matter")
    with stage("hostile/stalls", kind) as place:
        program = _stalled(place, where)
        program.kill()
        done = place.finish(program)
        assert (done.code, done.report) == (-signal.SIGKILL, {})
        assert place.left() == []
        assert place.run(*ARGUMENTS).code == 0
        assert place.left() == []
        assert place.unchanged()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_comes_while_the_summary_is_printed(number: signal.Signals) -> None:
    with stage("hostile/stalls") as place:
        reader, writer = _full_pipe()
        words = ("run", ".", "--python", place.python, *ARGUMENTS)
        program = place.start(*words, stdout=writer)
        os.close(writer)
        # Saved before the first line, which finds no room in the pipe.
        _until((place.project / ".refute" / "report.json").exists, program)
        os.killpg(program.pid, number)
        drain = threading.Thread(target=_drain, args=(reader,))
        drain.start()
        done = place.finish(program)
        drain.join()
        assert done.code == (130 if number == signal.SIGINT else -signal.SIGKILL), done.output
        assert "Traceback" not in done.output
        assert done.report["partial"] is False
        assert place.left() == []
        _goes_on(place, done.report)


def _full_pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * size)
    return reader, writer


def _drain(reader: int) -> None:
    while os.read(reader, 1 << 16):
        pass
    os.close(reader)
