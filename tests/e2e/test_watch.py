"""`refute watch`: a real process, real saves, and what it prints into a pipe."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e.stage import PATIENCE, Stage, stage

HALF = "\n\ndef half(n):\n    return n / 2\n"
TEST_HALF = "\n\ndef test_half():\n    from calc import half\n    assert half(4) == 2\n"


class Watched:
    """The process, and the lines that it has printed so far."""

    def __init__(self, place: Stage, program: subprocess.Popen[bytes]) -> None:
        self.place, self.program = place, program
        self.lines: list[str] = []
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.program.stdout is not None
        with self.program.stdout:
            for line in self.program.stdout:
                self._waiting.put(line.decode().rstrip("\n"))
        self._waiting.put(None)

    def end(self) -> None:
        """End the process if it still goes on, and wait for what it prints last."""
        if self.program.poll() is None:
            os.killpg(self.program.pid, signal.SIGTERM)
        self.program.wait(PATIENCE)
        self._reader.join(PATIENCE)

    def until(self, words: str) -> str:
        """Read on until a line holds these words; all lines since the last call."""
        found: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._waiting.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, self.lines
            found.append(line)
            self.lines.append(line)
            if words in line:
                return "\n".join(found)

    def save(self, name: str, text: str) -> None:
        """As an editor does: written beside, and moved over."""
        path = self.place.project / name
        draft = path.with_name(f".{path.name}.tmp")
        draft.write_text(text)
        os.replace(draft, path)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace one place of a file, which must be there."""
        text = (self.place.project / name).read_text()
        assert old in text
        self.save(name, text.replace(old, new, 1))

    def append(self, name: str, text: str) -> None:
        """Add to a file's end."""
        self.save(name, (self.place.project / name).read_text() + text)


@contextmanager
def watching(place: Stage, *words: str, **env: str) -> Iterator[Watched]:
    """A watch of the stage's project, which has said that it watches; ended in any case."""
    program = place.start("watch", "--python", place.python, "--jobs", "1", *words, env=env)
    watched = Watched(place, program)
    try:
        watched.until("Ctrl-C ends.")
        yield watched
    finally:
        watched.end()


def test_saves_are_answered_by_what_they_changed() -> None:
    with stage("calc") as place:
        assert place.run("--jobs", "1", "--score-only").code == 0
        with watching(place) as watched:
            watched.append("calc/__init__.py", HALF)
            said = watched.until("became 3")
            assert "calc/__init__.py saved: half" in said
            assert "  0 of 3 faults noticed in what changed in calc/__init__.py." in said
            assert said.count("not run   calc/__init__.py:13") == 3

            watched.append("tests/test_calc.py", TEST_HALF)
            said = watched.until("became 3")
            assert "  7 of 8 faults noticed in calc/__init__.py; before 4 of 8 faults." in said
            assert said.count("better    calc/__init__.py:13") == 3

            watched.edit("tests/test_calc.py", "half(4) == 2", "half(4)")
            said = watched.until("became 3")
            assert said.count("worse     calc/__init__.py:13") == 2

            watched.edit("calc/__init__.py", "a + b", "b + a")
            said = watched.until("noticed in")
            assert "calc/__init__.py saved: add" in said
            assert "  2 of 2 faults noticed in what changed in" in said
        assert place.left() == []


def test_a_file_that_does_not_compile_is_waited_for() -> None:
    with stage("calc") as place, watching(place) as watched:
        watched.append("calc/__init__.py", "def broken(:\n")
        said = watched.until("Waiting for the next save.")
        assert "SyntaxError: invalid syntax" in said
        assert "Traceback" not in said
        watched.edit("calc/__init__.py", "def broken(:\n", "")
        watched.until("All is as it was judged before.")
        watched.append("calc/__init__.py", HALF)
        watched.until("0 of 3 faults noticed")


def test_a_test_that_fails_is_named() -> None:
    with stage("calc") as place, watching(place) as watched:
        watched.edit("calc/__init__.py", "a + b", "a - b")
        said = watched.until("set aside")
        assert "it fails without any fault: tests/test_calc.py::test_add" in said


def test_a_save_during_a_run_begins_it_anew() -> None:
    with stage("calc") as place:
        slow = "\n\ndef test_slow():\n    import time\n    time.sleep(86399)\n"
        with watching(place) as watched:
            watched.append("tests/test_calc.py", slow)
            watched.until("tests/test_calc.py saved")
            watched.edit("tests/test_calc.py", slow, TEST_HALF + "\n\ndef test_more():\n    pass\n")
            watched.append("calc/__init__.py", HALF)
            watched.until("Saved again: the run is stopped, and begins anew.")
            watched.until("7 of 8 faults noticed in calc/__init__.py")
        assert place.left() == []


def test_a_configuration_and_a_file_that_is_gone() -> None:
    with stage("calc") as place, watching(place) as watched:
        watched.save("calc/more.py", "def more(a):\n    return a + 1\n")
        watched.until("0 of 3 faults noticed in what changed in calc/more.py.")
        (place.project / "calc" / "more.py").unlink()
        said = watched.until("No source file is concerned.")
        assert "calc/more.py is gone" in said
        watched.append("pyproject.toml", "# one more line\n")
        watched.until("4 of 5 faults noticed in calc/__init__.py.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("busy", [False, True])
def test_it_is_ended_by_ctrl_c(number: signal.Signals, busy: bool) -> None:
    with stage("calc") as place, watching(place) as watched:
        if busy:
            watched.append("calc/__init__.py", HALF)
            watched.until("calc/__init__.py saved")
        os.killpg(watched.program.pid, number)
        watched.until("Stopped.")
        assert watched.program.wait(PATIENCE) == 0
        assert "Traceback" not in "\n".join(watched.lines)
        assert place.left() == []


def test_a_wrong_setting_is_said_at_once() -> None:
    with stage("calc") as place:
        done = place.finish(place.start("watch", "--tests", "nowhere"))
        assert done.code == 2
        assert "error[no-such-path]" in done.output
