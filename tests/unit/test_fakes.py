"""What is told of fakes that are no HTTP clients: the suite of testdata/fakes, with the real
libraries, as far as they are installed where these tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.apart import FAKES
from tests.unit.interpreters import SOURCES
from tests.unit.watched import SUITE as WATCHED
from tests.unit.watched import Told, read

from refute.observed import DoubleKind

SUITE = Path(__file__).parents[2] / "testdata" / "fakes"
WAY = ("", "monitoring")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest in the copy of the suite."""
    path = os.pathsep.join([str(SOURCES), ".", str(FAKES)])
    paths = {"PYTHONPATH": path, "SEEN": str(folder / "seen-monitoring")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder / "suite",
        env=os.environ | paths,
        capture_output=True,
        text=True,
        check=False,
    )


def told_of(library: str, folder: Path) -> Told:
    """What a run of the library's tests tells; skips where it is not installed."""
    if not (FAKES / library).is_dir() and find_spec(library) is None:
        pytest.skip(f"{library} is not installed here")
    shutil.copytree(SUITE, folder / "suite")
    shutil.copy(WATCHED / "watching.py", folder / "suite")
    file = f"tests/test_{library}.py"
    done = run(folder, "-p", "watching", file)
    if done.returncode and run(folder, file).returncode:
        pytest.skip(f"{library} does not work with what is installed here")
    assert done.returncode == 0, done.stdout + done.stderr
    told = read(folder, WAY)
    assert '"failures": 0' in told.text
    assert '"failures": 1' not in told.text
    return told


def seen(told: Told, test: str) -> tuple[str, str, list[tuple[str, dict[str, str], str]]]:
    """The only double of a test: its name, its target, and each call."""
    (double,) = told.doubles(test)
    assert double.kind is DoubleKind.LIBRARY
    return (
        double.name,
        double.target,
        [
            (call.method, {one.path: one.shown for one in call.arguments}, call.result)
            for call in double.calls
        ],
    )


def test_moto(tmp_path: Path) -> None:
    told = told_of("moto", tmp_path)
    name, target, calls = seen(told, "test_moto")
    assert (name, target) == ("moto", "boto3")
    put, get = calls
    assert put[0] == ".PutObject"
    assert put[1]["Bucket"] == "'orders'"
    assert put[1]["Body"] == "b'two tables'"
    assert (get[0], get[2]) == (".GetObject", "dict")
    _, _, refused = seen(told, "test_moto_refuses")
    assert [(call[0], call[2]) for call in refused] == [(".PutObject", "raises")]


def test_fakeredis(tmp_path: Path) -> None:
    name, target, calls = seen(told_of("fakeredis", tmp_path), "test_fakeredis")
    assert (name, target) == ("fakeredis", "redis")
    assert calls == [
        (".hset", {"0": "'visits'", "1": "'ann'", "2": "1"}, "int"),
        (".hget", {"0": "'visits'", "1": "'ann'"}, "bytes"),
    ]


def test_aioresponses(tmp_path: Path) -> None:
    name, target, calls = seen(told_of("aioresponses", tmp_path), "test_aioresponses")
    assert (name, target) == ("aioresponses", "aiohttp")
    ((method, arguments, _),) = calls
    assert method == ""
    assert arguments["method"] == "'POST'"
    assert arguments["path[2]"] == "'table'"
    assert arguments['query["page"]'] == "'1'"
    assert arguments['json["currency"]'] == "'EUR'"


def test_pyfakefs(tmp_path: Path) -> None:
    name, target, calls = seen(told_of("pyfakefs", tmp_path), "test_pyfakefs")
    assert (name, target) == ("pyfakefs", "filesystem")
    reports = "'/var/shop/reports'"
    assert [(call[0], call[1]["0"]) for call in calls] == [
        (".makedirs", reports),
        (".open", "'/var/shop/reports/today.txt'"),
        (".listdir", reports),
    ]


def test_vcrpy(tmp_path: Path) -> None:
    told = told_of("vcr", tmp_path)
    name, target, calls = seen(told, "test_vcr")
    assert (name, target) == ("vcrpy", "network")
    ((_, arguments, _),) = calls
    assert arguments["method"] == "'GET'"
    assert arguments["path[0]"] == "'rome'"
    assert arguments['query["days"]'] == "'2'"
