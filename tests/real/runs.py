"""Projects of one test file that use the fixtures, run by pytest in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_tests(
    folder: Path, source: str, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What pytest says of these tests; ``environment`` is added to ours."""
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
