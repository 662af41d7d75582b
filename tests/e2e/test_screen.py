"""`refute run` on a real terminal: what is left on the screen begins with the score."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import termios

import pytest
from rich.console import Console
from tests.e2e.stage import Stage, stage

from refute.judgement import load
from refute.report.screen import fit

PROJECTS = ("calc", "clarity", "classes")
SCORE = re.compile(r"[\d,]+ of [\d,]+ faults? noticed: ")


def on_terminal(made: Stage, columns: int, lines: int, *arguments: str) -> str:
    """What `refute ARGUMENTS` prints on standard output, where that is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    program = made.start(*arguments, stdout=theirs, env={"TERM": "xterm", "NO_COLOR": "1"})
    os.close(theirs)
    printed = b""
    try:
        while part := os.read(ours, 65_536):
            printed += part
    except OSError:  # that is how a terminal says that nobody is left on the other side
        pass
    finally:
        os.close(ours)
    done = made.finish(program)
    assert done.code == 0, done.output
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed.decode()).replace("\r\n", "\n")


@pytest.mark.parametrize("name", PROJECTS)
def test_the_summary_fits_the_terminal(name: str) -> None:
    with stage(name) as made:
        columns, lines = 80, 24
        words = ("run", ".", "--quiet", "--score-only", "--python", made.python)
        shown = on_terminal(made, columns, lines, *words).splitlines()
        rows = sum(max(1, -(-len(line) // columns)) for line in shown)
        assert rows < lines, "\n".join(shown)
        assert any(SCORE.match(line) for line in shown)
        # What was saved is the same judgement, and fits a larger one as well.
        larger = Console(file=io.StringIO(), width=100, force_terminal=True)
        fit(load(made.project), larger, 40)
        assert isinstance(larger.file, io.StringIO)
        assert larger.file.getvalue().count("\n") < 40
