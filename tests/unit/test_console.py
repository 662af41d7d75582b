"""Progress: calm and stable in a pipe, alive on a terminal."""

from __future__ import annotations

import errno
import io
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.unit.factory import fault, killed, shop, survived

from refute.console import CALM, FIRST, Console, duration
from refute.diary import Diary
from refute.events import (
    BaselineSummary,
    Estimate,
    Event,
    FirstFindings,
    Interrupted,
    Note,
    StageFinished,
    StageStarted,
    TestsRun,
    TrialDone,
    Warning_,
)


def trials(total: int, every: int = 4) -> list[Event]:
    """So many trials; each fourth mutant survives."""
    events: list[Event] = [StageStarted("trials", "2 at a time")]
    lost = 0
    for done in range(1, total + 1):
        mutant = fault("amount > 100", "amount >= 100")
        lives = done % every == 0
        lost += lives
        judged = survived(mutant) if lives else killed(mutant)
        events.append(TrialDone(judged, done, total, done - lost, lost, done, total - done))
    return [*events, StageFinished("trials", 12.34, f"{total} faults")]


def said(*events: Event, quiet: bool = False, calm: float = CALM) -> str:
    """What is printed into a pipe. With ``calm=0`` lines of progress come as fast as trials."""
    stream = io.StringIO()
    with Console(stream, quiet=quiet, width=80, calm=calm) as console:
        for event in events:
            console.handle(event)
    return stream.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    text = said(
        StageStarted("baseline"),
        *(TestsRun(done, 297) for done in range(1, 298)),
        BaselineSummary(297, 290, 2, 1, 4, 1.25),
        StageFinished("baseline", 2.5, "297 tests"),
        FirstFindings(shop().findings[:2]),
        Estimate(1204, 185),
        *trials(500),
    )
    assert "\r" not in text
    assert "\x1b" not in text
    assert "test_x" not in text
    assert "290 of 297 tests pass in 1.2 s; set aside: 2 red, 1 flaky, 4 skipped.\n" in text
    assert "baseline     2.5 s  297 tests\n" in text
    assert "1,204 faults to try, about 3 min 05 s. Ctrl-C stops at any time" in text
    assert "trials        12 s  500 faults\n" in text


def test_progress_comes_in_tenths() -> None:
    text = said(*trials(500), calm=0)
    assert re.findall(r"^ +(\d+)%", text, re.MULTILINE) == [str(n) for n in range(10, 101, 10)]
    assert " 50%  250 of 500 tried: 188 killed, 62 survived" in text


def test_a_long_suite_shows_how_far_it_is() -> None:
    runs = [TestsRun(done, 300) for done in range(1, 301)]
    lines = said(StageStarted("baseline"), *runs, calm=0).splitlines()
    assert lines[0] == "   10%  30 of 300 tests"
    assert len(lines) == 10


def test_each_part_of_a_stage_shows_how_far_it_is() -> None:
    runs = [TestsRun(done, 20, things) for things in ("tests", "survivors") for done in (10, 20)]
    lines = said(StageStarted("strength"), *runs, calm=0).splitlines()
    assert [line.split("  ")[-1] for line in lines] == [
        "10 of 20 tests",
        "20 of 20 tests",
        "10 of 20 survivors",
        "20 of 20 survivors",
    ]


def test_a_short_run_needs_no_progress() -> None:
    assert "%" not in said(*trials(50))


def test_few_trials_make_few_lines() -> None:
    assert re.findall(r"^ +(\d+)%", said(*trials(3), calm=0), re.MULTILINE) == ["30", "60", "100"]


def test_only_the_first_survivors_are_named() -> None:
    text = said(*trials(500))
    line = "  survived  src/shop/money.py:5  amount > 100  ->  amount >= 100\n"
    assert text.count(line) == FIRST
    assert text.count("More survivors") == 1
    assert "More survivors" not in said(*trials(4 * FIRST))


def test_quiet_lets_warnings_through_alone() -> None:
    text = said(*trials(50), Note("a note"), Warning_("unsealed", "no seal here."), quiet=True)
    assert text == "warning[unsealed]: no seal here.\n"


def test_notes_and_interruptions() -> None:
    judging = said(Interrupted(1204, 1204))
    assert judging == "Stopped while tests were judged; all trials and pairs so far are kept.\n"
    text = said(Note("python 3.12 from .venv\x1b[2J"), Interrupted(120, 1204))
    assert text == (
        "python 3.12 from .venv\\x1b[2J\nStopped after 120 of 1,204 trials; they are kept.\n"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_times_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Waiting(io.StringIO):
    """A stream that somebody waits on for some words."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            written = super().write(text)
            self.changed.notify_all()
            return written

    def wait(self, words: str, times: int = 1) -> None:
        """Until the words are there so many times."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.getvalue().count(words) >= times, 60)


def test_a_test_that_does_not_end_is_named_again_and_again() -> None:
    stream = Waiting()
    with Console(stream, width=80, long=0.01) as console:
        console.handle(StageStarted("baseline"))
        console.handle(TestsRun(0, 2, running="t.py::test_quick"))
        console.handle(TestsRun(1, 2, running="t.py::test_endless"))
        stream.wait("t.py::test_endless has been running for ", 3)
        console.handle(TestsRun(2, 2))
        console.handle(StageFinished("baseline", 1))
    assert re.search(r"^  t\.py::test_endless has been running for 0\.\d s\. Ctrl-C stops\.$",
                     stream.getvalue(), re.MULTILINE)  # fmt: skip


def test_so_is_a_collection_that_does_not_end() -> None:
    stream = Waiting()
    with Console(stream, width=80, long=0.01) as console:
        console.handle(StageStarted("collect"))
        stream.wait("  The collection of the suite has been running for ")


def test_what_has_ended_is_not_named() -> None:
    stream = Waiting()
    with Console(stream, width=80, long=0.01) as console:
        console.handle(StageStarted("collect"))
        console.handle(StageFinished("collect", 1))
        console.handle(StageStarted("baseline"))
        console.handle(TestsRun(0, 2, running="t.py::test_quick"))
        console.handle(TestsRun(1, 2, running="t.py::test_endless"))
        ended = len(stream.getvalue())
        stream.wait("t.py::test_endless has been running", 2)
    after = stream.getvalue()[ended:]
    assert "test_quick" not in after
    assert "collection" not in after


SCRIPT = """
import sys
from refute.console import Console
from tests.unit.test_console import trials
with Console(plain="plain" in sys.argv, calm=0) as console:
    for event in trials(40):
        console.handle(event)
"""


ENDLESS = """
import sys
from refute.console import Console
from refute.events import StageStarted, TestsRun
with Console(long=0.01) as console:
    console.handle(StageStarted("baseline"))
    console.handle(TestsRun(1, 2, running="t.py::test_endless"))
    sys.stdin.read()
"""


def on_a_terminal(
    tmp_path: Path, *args: str, script: str = SCRIPT, until: str = "", **variables: str
) -> str:
    """What the script writes to a real terminal; its input ends once it has said ``until``."""
    names = ("CI", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS")
    environ = {key: value for key, value in os.environ.items() if key not in names}
    environ |= {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color", **variables}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", script, *args]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=theirs, env=environ, cwd=tmp_path
    ) as child:
        os.close(theirs)
        assert child.stdin is not None
        chunks: list[bytes] = []
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError as error:
                # Linux says so when the last writer has gone.
                if error.errno != errno.EIO:
                    raise
                break
            if not chunk:
                break
            chunks.append(chunk)
            if until.encode() in b"".join(chunks):
                child.stdin.close()
    os.close(ours)
    assert child.returncode == 0
    return b"".join(chunks).decode()


def test_a_terminal_has_a_moving_line_that_goes_away(tmp_path: Path) -> None:
    text = on_a_terminal(tmp_path)
    assert "\x1b[?25l" in text
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")
    assert "trials" in text
    assert "2 at a time" in text
    assert "src/shop/money.py:5" in text


def test_the_moving_line_names_a_test_that_does_not_end(tmp_path: Path) -> None:
    text = on_a_terminal(tmp_path, script=ENDLESS, until="t.py::test_endless: ")
    assert "has been running" not in text


@pytest.mark.parametrize(
    ("args", "variables"),
    [(["plain"], {}), ([], {"CI": "true"}), ([], {"TERM": "dumb"})],
    ids=["plain", "ci", "dumb"],
)
def test_no_line_moves_where_it_should_not(
    tmp_path: Path, args: list[str], variables: dict[str, str]
) -> None:
    text = on_a_terminal(tmp_path, *args, **variables).replace("\r\n", "\n")
    assert "\r" not in text
    assert "\x1b[?25l" not in text
    assert " 50%  20 of 40" in text


def test_no_color_is_respected(tmp_path: Path) -> None:
    text = on_a_terminal(tmp_path, NO_COLOR="1")
    assert re.search(r"\x1b\[[0-9;]*3[0-7]", text) is None


def test_what_is_taken_over_is_counted_in_words() -> None:
    diary = Diary(lambda event: None)
    diary.ahead(3, 1.0, 1)
    diary.ahead(3, 1.0, 1204)
    diary.also_reused(1)
    assert [remark.text for remark in diary.remarks] == [
        "1 verdict is taken over from earlier runs.",
        "1,204 verdicts are taken over from earlier runs.",
        "1 pair of a fault and a test is taken over from earlier runs.",
    ]
