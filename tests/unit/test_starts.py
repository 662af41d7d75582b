"""Which functions begin in a trial; in real interpreters, of each version that is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.interpreters import interpreters, run

PROGRAM = """
import os, subprocess, sys
import shop
from refute_child.observe.lines import FileTable
from refute_child.observe.starts import Starts
table = FileTable([(os.path.realpath("shop.py"), 30)])
starts = Starts(table)
functions = [f for f in vars(shop).values() if hasattr(f, "__code__")]
starts.start([f.__code__ for f in functions])
{act}
found = starts.take()
"""

SHOP = """\
def low(x):
    return x + 1


def pick(x):
    def inner():
        return low(x)
    return inner()


def each(xs):
    yield from xs


def spare():
    return 0
"""

MONITORED = [version for version in sorted(interpreters()) if version != "3.11"]


def starts(version: str, act: str, folder: Path) -> Any:
    (folder / "shop.py").write_text(SHOP)
    found = run(version, "monitoring", PROGRAM.replace("{act}", act), folder)
    return found and dict(found)


@pytest.mark.parametrize("version", MONITORED)
def test_functions_that_begin(version: str, tmp_path: Path) -> None:
    assert starts(version, "shop.low(1); shop.low(1)", tmp_path) == {0: [1]}
    assert starts(version, "shop.pick(1)", tmp_path) == {0: [1, 5, 6]}
    assert starts(version, "shop.each([1])", tmp_path) == []
    assert starts(version, "list(shop.each([1]))", tmp_path) == {0: [11]}


@pytest.mark.parametrize("version", MONITORED)
def test_what_children_begin_is_seen(version: str, tmp_path: Path) -> None:
    act = "os.fork() or (shop.low(1), os._exit(0)); os.wait()"
    assert starts(version, act, tmp_path) == {0: [1]}


@pytest.mark.parametrize("version", MONITORED)
@pytest.mark.parametrize(
    "act",
    [
        "subprocess.run([sys.executable, '-c', ''])",
        "os.system('true')",
        "open(shop.__file__).read()",
        "import inspect; inspect.getsource(shop.low)",
        "import multiprocessing.popen_spawn_posix",
    ],
)
def test_what_else_a_trial_may_rest_on_is_not_known(version: str, act: str, tmp_path: Path) -> None:
    assert starts(version, act, tmp_path) is None


@pytest.mark.parametrize("version", MONITORED)
def test_reading_a_file_to_show_a_traceback_is_nothing(version: str, tmp_path: Path) -> None:
    act = """
import traceback
try:
    shop.low(None)
except TypeError:
    traceback.format_exc()
"""
    assert starts(version, act, tmp_path) == {0: [1]}


def test_an_interpreter_without_events_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    version = sorted(interpreters())[0]
    act = PROGRAM.replace("{act}", "shop.low(1)")
    assert run(version, "tracing", act, tmp_path) is None
