"""What a test of a real dependency needs on this machine, or the reason to leave it out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refute.errors import RefuteError
from refute.real.registry import provider
from refute.real.routes import Route, choose

ROOT = Path(__file__).resolve().parents[2]


def need(name: str) -> Route:
    """The route to a dependency; the test is skipped with what is missing if there is none."""
    try:
        return choose(name, provider(name).routes({}))
    except RefuteError as error:
        pytest.skip("; ".join([error.message, *error.detail]))


def run_tests(
    folder: Path, source: str, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A project of one test file that uses the fixtures, run by pytest in its own process."""
    (folder / "conftest.py").write_text('pytest_plugins = ["refute.real.fixtures"]\n')
    (folder / "test_it.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
