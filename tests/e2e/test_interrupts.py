"""Ctrl-C, kill and kill -9 at every stage: nobody is left, what was done is kept, the next run
works."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
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
SEED = "4"
"""Draws the mutant of `slow` after two others."""
IMPATIENT = """
import sys
from refute import pipeline
from refute.console import Console
from refute.settings import load
settings = load(".", {"python": sys.executable, "operators": ("number",), "jobs": int(sys.argv[1])})
with Console(long=0.01) as console:
    pipeline.run(settings, console)
"""
"""What `refute run` does, for somebody who takes 10 milliseconds for a long time."""
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
    assert place.clean()


def _is_partial(report: dict[str, Any]) -> None:
    """The report of a run that was stopped during the trials."""
    assert report["partial"] is True
    [slow] = [m for m in report["mutants"] if m["function"] == "slow"]
    assert slow["verdict"] == "pending"
    counts = report["metrics"]["mutation"]
    assert counts["pending"] >= 1
    assert counts["killed"] + counts["survived"] + counts["pending"] == 6


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGINT, "collect"),
        (signal.SIGINT, "baseline"),
        (signal.SIGINT, "trials"),
        (signal.SIGTERM, "collect"),
        (signal.SIGTERM, "baseline"),
        (signal.SIGTERM, "trials"),
        (signal.SIGHUP, "trials"),
    ],
)
def test_a_run_that_is_told_to_stop(number: signal.Signals, where: str) -> None:
    with stage("hostile/stalls") as place:
        program = _stalled(place, where)
        # A terminal sends it to the whole process group.
        os.killpg(program.pid, number)
        done = place.finish(program)
        assert done.code == 130, done.output
        assert "Traceback" not in done.output
        assert place.left() == []
        if where == "trials":
            _is_partial(done.report)
        else:
            assert done.report == {}
        _goes_on(place, done.report)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_suite_that_hangs_is_said_to(jobs: str) -> None:
    with stage("hostile/stalls") as place:
        program = place.launch("-c", IMPATIENT, jobs, env={"STALL": "baseline"})
        assert program.stdout is not None
        words = b"  tests/test_part.py::test_slow has been running for "
        lines = iter(program.stdout.readline, b"")
        assert any(line.startswith(words) for line in lines)
        os.killpg(program.pid, signal.SIGINT)
        place.finish(program)
        assert place.clean()


def test_the_terminal_is_closed() -> None:
    with stage("hostile/stalls") as place:
        words = ["-m", "refute", "run", ".", "--python", place.python, *ARGUMENTS]
        program, terminal = pty.fork()
        if program == 0:
            os.chdir(place.project)
            os.execve(place.python, [place.python, *words], place.environment(STALL="trials"))
        deadline = time.monotonic() + PATIENCE
        while not place.running(SLEEP):
            assert time.monotonic() < deadline
            if select.select([terminal], [], [], 0.02)[0]:
                os.read(terminal, 1 << 16)
        # Its processes are sent SIGHUP, and whatever they write from now on is an error.
        os.close(terminal)
        _, status = os.waitpid(program, 0)
        assert os.waitstatus_to_exitcode(status) == 130
        report = json.loads((place.project / ".refute" / "report.json").read_text())
        _is_partial(report)
        assert {p.name for p in (place.project / ".refute").glob("refute-crash-*")} == set()
        assert place.left() == []
        _goes_on(place, report)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_verification_is_told_to_stop(number: signal.Signals) -> None:
    with stage("hostile/stalls") as place:
        # What follows are six verdicts, of which one is asked about for ever.
        assert place.run(*ARGUMENTS).code == 0
        words = ("verify", ".", "--python", place.python, *ARGUMENTS[2:], "--seed", SEED)
        program = place.start(*words, env={"STALL": "trials"})
        _until(lambda: place.running(SLEEP), program)
        os.killpg(program.pid, number)
        done = place.finish(program)
        assert done.code == 130, done.output
        assert "Traceback" not in done.output
        assert "Stopped after 2 of 6 verdicts: 2 agree with plain pytest." in done.output
        assert "killed by swap" in done.output
        assert place.clean()


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
        assert place.clean()


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
