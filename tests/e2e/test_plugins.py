"""Plugins that run the tests elsewhere, in another order or again must not touch a verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.stage import stage

pytestmark = pytest.mark.network

PLUGINS = ("xdist", "cov", "randomly", "timeout", "rerunfailures", "sugar")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with all the plugins."""
    folder: Path = tmp_path_factory.mktemp("plugins") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    found = folder / "bin" / "python"
    names = ["pytest", *(f"pytest-{name}" for name in PLUGINS)]
    subprocess.run(
        [str(found), "-m", "pip", "install", "-q", "--disable-pip-version-check", *names],
        check=True,
    )
    return str(found)


def test_all_of_them_at_once(python: str) -> None:
    with stage("hostile/plugins") as place:
        more = {"PYTEST_ADDOPTS": "-n 3 --cov=tests"}
        done = place.run("--operators", "number,condition_true", python=python, env=more)
        assert done.code == 0, done.output
        assert done.verdicts() == {
            "first": "killed",
            "second": "killed",
            "unnoticed": "survived",
            "flaky": "survived",
            "sleeps": "timeout",
        }
        # Run once, as all are, it fails: it can tell nothing.
        [red] = [t["id"] for t in done.report["tests"] if t["outcome"] == "failed"]
        assert red == "tests/test_part.py::test_second_time"
        assert place.clean()


def test_all_of_them_at_once_in_cold_processes(python: str) -> None:
    with stage("hostile/plugins") as place:
        done = place.run("--operators", "number", "--isolation", "cold", python=python)
        assert done.code == 0, done.output
        assert done.verdicts() == {
            "first": "killed",
            "second": "killed",
            "unnoticed": "survived",
            "flaky": "survived",
        }
        assert place.clean()
