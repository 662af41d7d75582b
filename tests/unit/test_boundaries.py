"""Boundaries that a test crosses: each in a process of its own, since an audit hook stays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.unit.interpreters import run

HEAD = """
import multiprocessing, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile
from refute_child.observe.boundaries import Boundaries
pathlib.Path("old.txt").write_text("old")
pathlib.Path("folder").mkdir()
server = socket.create_server(("127.0.0.1", 0))
address = server.getsockname()
boundaries = Boundaries()
boundaries.start()
boundaries.take()
"""
TAIL = """
found = [boundaries.take(), boundaries.interpreters, boundaries.take()]
"""
OWN = ".".join(map(str, sys.version_info[:2]))


def crossed(folder: Path, program: str) -> tuple[list[str], int]:
    """What a piece of a program crosses, and the interpreters that it starts."""
    found, interpreters, again = run(OWN, "monitoring", HEAD + program + TAIL, folder)
    assert again == []
    return found, interpreters


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("x = 1", []),
        ("open('old.txt').read()", []),
        ("os.listdir('.'); os.stat('old.txt')", []),
        ("open('new.txt', 'w').close()", ["write"]),
        ("open('old.txt', 'a').close()", ["write"]),
        ("os.close(os.open('old.txt', os.O_RDWR))", ["write"]),
        ("os.close(os.open('old.txt', os.O_RDONLY))", []),
        ("os.remove('old.txt')", ["delete"]),
        ("os.rename('old.txt', 'x.txt')", ["delete"]),
        ("shutil.rmtree('folder')", ["delete"]),
        ("os.truncate('old.txt', 0)", ["delete"]),
        ("socket.create_connection(address).close()", ["connect 127.0.0.1:PORT"]),
        (
            "s = socket.socket(socket.AF_UNIX)\ntry: s.connect('nobody')\nexcept OSError: pass",
            ["connect unix"],
        ),
        ("os.kill(os.getpid(), 0)", ["signal"]),
        ("pid = os.fork()\nif not pid: os._exit(0)\nos.waitpid(pid, 0)", ["fork"]),
        # The program is started in the child, where nobody but the child could tell.
        ("os.spawnv(os.P_WAIT, '/bin/true', ['true'])", ["fork"]),
    ],
)
def test_what_is_crossed(tmp_path: Path, program: str, expected: list[str]) -> None:
    program += "\nport = str(address[1])"
    tail = "\nboundaries._found = {word.replace(port, 'PORT') for word in boundaries._found}"
    assert crossed(tmp_path, program + tail) == (expected, 0)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("subprocess.run(['true', '--secret=1'])", "true"),
        ("subprocess.run('true', shell=True)", "sh"),
        ("os.system('true')", "sh"),
        ("os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", "true"),
    ],
)
def test_programs_by_name_alone(tmp_path: Path, program: str, name: str) -> None:
    found, _ = crossed(tmp_path, program)
    assert f"process {name}" in found
    assert "secret" not in " ".join(found)


def test_interpreters_that_are_started(tmp_path: Path) -> None:
    found, started = crossed(tmp_path, "subprocess.run([sys.executable, '-c', ''])")
    assert any(word.startswith("process python") for word in found)
    assert started >= 1


def test_interpreters_that_multiprocessing_starts(tmp_path: Path) -> None:
    program = """
process = multiprocessing.get_context("spawn").Process(target=print)
process.start()
process.join()
"""
    (tmp_path / "sitecustomize.py").write_text("")
    found, started = crossed(tmp_path, program)
    assert "process python" in found
    assert started >= 1


def test_a_test_that_loops_stays_bounded(tmp_path: Path) -> None:
    program = """
for number in range(300):
    try:
        subprocess.run([f"/nowhere/program-{number}"])
    except OSError:
        pass
"""
    found, _ = crossed(tmp_path, program)
    assert len(found) <= 101


PLACED = """
import json, os, pathlib, socket, sqlite3, subprocess, sys, tempfile, time
from refute_child.observe.boundaries import Boundaries
pathlib.Path("shop.py").write_text(CODE)
sys.path.insert(0, os.getcwd())
import shop
own = os.path.realpath(shop.__file__)
boundaries = Boundaries(lambda name: os.path.realpath(name) == own)
boundaries.start()
shop.work()
found = [
    [one["kind"], os.path.basename(one["what"]), bool(one["file"]), one["line"]]
    for one in boundaries.take_crossings()
]
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("subprocess.run(['/bin/true'])", [["process", "true", True, 3]]),
        ("sqlite3.connect(':memory:').close()", [["database", "sqlite :memory:", True, 3]]),
        ("time.sleep(0)", [["sleep", "", True, 3]] if sys.version_info >= (3, 13) else []),
        ("open('kept.txt', 'w').close()", [["write", "kept.txt", True, 3]]),
        ("os.remove('shop.py')", [["delete", "shop.py", True, 3]]),
        ("tempfile.TemporaryFile(dir='/var/tmp').close()", []),
        ("with tempfile.TemporaryDirectory(dir='/var/tmp') as d: open(d + '/x', 'w').close()", []),
        (
            "os.mkdir('d'); open('d/kept', 'w').close(); __import__('shutil').rmtree('d')",
            [
                ["write", "kept", True, 3],
                ["delete", "d", True, 3],
                ["delete", "kept", True, 3],
            ],
        ),
        ("socket.create_server(('127.0.0.1', 0)).close()", [["listen", "127.0.0.1:0", True, 3]]),
        ("open('shop.py').read()", []),
    ],
)
def test_where_the_project_crosses(tmp_path: Path, line: str, expected: list[object]) -> None:
    code = f"import os, socket, sqlite3, subprocess, tempfile, time\ndef work():\n    {line}\n"
    assert run(OWN, "monitoring", f"CODE = {code!r}\n{PLACED}", tmp_path) == expected
