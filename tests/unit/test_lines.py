"""Which lines ran: by monitoring events and by a trace function, in each interpreter here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.unit.interpreters import interpreters, run, ways

from refute_child.observe.lines import FileTable

WAYS = pytest.mark.parametrize(("version", "mechanism"), ways())

CODE = """\
import os
def f(x):
    if x:
        return 1
    return 2

def g():
    for i in range(2):
        yield f(i)

def nested():
    def inner():
        return [
            y
            for y in "ab"
        ]
    return inner
"""

HEAD = """
import os, sys, threading
from refute_child.observe.lines import FileTable, Lines
here = os.getcwd()
path = os.path.join(here, "code.py")
text = open(path).read()
table = FileTable([(os.path.join(here, "other.py"), 5), (path, text.count("\\n") + 1)])
lines = Lines(table)
space = {"__name__": "code"}
code = compile(text, path, "exec")
def start():
    lines.start()
    lines.watch(code)
    exec(code, space)
def take():
    found = lines.take()
    assert all(index == 1 for index, _ in found)
    return found[0][1] if found else []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    return tmp_path


def observed(version: str, mechanism: str, folder: Path, program: str) -> Any:
    return run(version, mechanism, HEAD + program, folder)


def test_there_is_an_interpreter_for_each_way() -> None:
    assert sys.executable in interpreters().values()


@WAYS
def test_lines_of_each_test(version: str, mechanism: str, folder: Path) -> None:
    program = """
start()
found = [take()]
for x in (0, 1, 1, 0):
    space["f"](x)
    found.append(take())
found.append(take())
found.append((list(space["g"]()), take()))
found.append((space["nested"]()(), take()))
"""
    got = observed(version, mechanism, folder, program)
    assert got[:6] == [[1, 2, 7, 11], [3, 5], [3, 4], [3, 4], [3, 5], []]
    assert got[6] == [[2, 1], [3, 4, 5, 8, 9]]
    assert got[7][0] == ["a", "b"]
    assert {12, 13, 14, 17} <= set(got[7][1]) <= {12, 13, 14, 15, 17}


@WAYS
def test_other_files_are_not_observed(version: str, mechanism: str, folder: Path) -> None:
    program = """
start()
take()
exec(compile("def h():\\n    return 1\\nh()", "/elsewhere/code.py", "exec"), {})
exec(compile("def h():\\n    return 1\\nh()", "<string>", "exec"), {})
import textwrap
textwrap.dedent("  x")
found = take()
"""
    assert observed(version, mechanism, folder, program) == []


@WAYS
def test_lines_of_a_forked_child(version: str, mechanism: str, folder: Path) -> None:
    program = """
start()
take()
found = []
for x in (0, 1):
    pid = os.fork()
    if pid == 0:
        space["f"](x)
        os._exit(0)
    os.waitpid(pid, 0)
    found.append(take())
"""
    assert observed(version, mechanism, folder, program) == [[3, 5], [3, 4]]


@WAYS
def test_lines_of_threads(version: str, mechanism: str, folder: Path) -> None:
    program = """
start()
take()
found = []
for x in (0, 1):
    thread = threading.Thread(target=space["f"], args=(x,))
    thread.start()
    thread.join()
    found.append(take())
"""
    assert observed(version, mechanism, folder, program) == [[3, 5], [3, 4]]


@WAYS
def test_a_generator_that_goes_on_in_the_next_test(
    version: str, mechanism: str, folder: Path
) -> None:
    program = """
start()
take()
running = space["g"]()
found = [next(running), take(), next(running), take()]
"""
    first, lines, second, more = observed(version, mechanism, folder, program)
    assert (first, lines, second) == (2, [3, 5, 8, 9], 1)
    assert {3, 4, 8, 9} >= set(more) >= {3, 4, 8}


@WAYS
def test_copies_are_discovered(version: str, mechanism: str, folder: Path) -> None:
    program = """
import types
start()
take()
lines.discover()
copied = types.FunctionType(space["f"].__code__.replace(co_name="copied"), space)
found = [copied(0), take(), copied(1), take()]
"""
    assert observed(version, mechanism, folder, program) == [2, [3, 5], 1, [3, 4]]


@WAYS
def test_stop_and_start_again(version: str, mechanism: str, folder: Path) -> None:
    program = """
start()
take()
lines.stop()
space["f"](1)
found = [take()]
lines.start()
lines.watch(space["f"].__code__)
space["f"](0)
found += [take()]
lines.stop()
lines.stop()
"""
    assert observed(version, mechanism, folder, program) == [[], [3, 5]]


@WAYS
def test_a_table_of_others_without_take(version: str, mechanism: str, folder: Path) -> None:
    # As in interpreters that tests start: another process takes, so a line is told each time.
    program = """
from mmap import mmap
hits = mmap(-1, table.size + 8)
lines = Lines(table, hits, once=False)
start()
found = []
for x in (0, 0, 1):
    hits[:] = bytes(len(hits))
    space["f"](x)
    start_at, size = table.spans[1]
    found.append([n for n, hit in enumerate(hits[start_at : start_at + size]) if hit])
"""
    assert observed(version, mechanism, folder, program) == [[3, 5], [3, 5], [3, 4]]


@pytest.mark.parametrize("version", sorted({p.values[0] for p in ways()} - {"3.11"}))
def test_two_observers_do_not_get_in_each_other_s_way(version: str, folder: Path) -> None:
    program = """
sys.monitoring.use_tool_id(4, "coverage")
start()
take()
space["f"](1)
found = [take(), sys.monitoring.get_tool(4)]
lines.stop()
found.append(sys.monitoring.get_tool(4))
"""
    expected = [[3, 4], "coverage", "coverage"]
    assert observed(version, "monitoring", folder, program) == expected


def test_files_by_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    path = tmp_path / "real" / "code.py"
    path.write_text("x = 1\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    table = FileTable([("/a.py", 3), (str(path), 1)])
    assert table[str(path)] == table["link/code.py"] == table["real/../link/code.py"] == 5
    assert (table["/b.py"], table["<string>"], table["/a.py"]) == (-1, -1, 0)
    assert table.spans == [(0, 5), (5, 3)]
    assert table.size == 8


def test_no_files_are_no_error() -> None:
    assert FileTable([]).size == 1


def test_observing_does_not_change_what_a_program_prints(folder: Path) -> None:
    program = HEAD + "start(); print(list(space['g']()), lines.take())"
    words = [sys.executable, "-B", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{program}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout == "[2, 1] [(1, [1, 2, 3, 4, 5, 7, 8, 9, 11])]\n"
    assert done.stderr == ""
