"""Runs the measures, one after the other, and keeps what each says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from judging.suites import JUDGED, PATHS, ROOT, SHARD, SUITES, Suite, options_of

_BIN = Path(sys.executable).parent
_REFUTE = ROOT / ".refute"
_WITHOUT = ("--pytest-args", "--ignore=tests/unit/test_bugs.py")
STEPS = ("coverage", "run", "tests", "defects", "rest", "stability")
"""In this order; each leaves ``STEP.json``, and ``STEP.how.json`` on how it was measured."""


def measure(suites: Sequence[str], steps: Sequence[str]) -> None:
    """Run those steps whose results are not there yet."""
    for suite in SUITES:
        if suite.name not in suites:
            continue
        suite.folder.mkdir(parents=True, exist_ok=True)
        for step in steps:
            if not (suite.folder / f"{step}.json").exists():
                _STEPS[step](suite)


def _coverage(suite: Suite) -> None:
    data = suite.folder / ".coverage"
    words = ["coverage", "run", f"--data-file={data}", "-m", "pytest", "-q", *suite.arguments]
    _timed(suite, "coverage", [sys.executable, "-m", *words], (0,))
    target = suite.folder / "coverage.json"
    words = ["coverage", "json", "-q", f"--data-file={data}", "--fail-under=0", "-o", str(target)]
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True)


def _run(suite: Suite) -> None:
    words = ["run", "--plain", "--shard", SHARD, *_paths(PATHS), *suite.options]
    _timed(suite, "run", [str(_BIN / "refute"), *words], (0,))
    shutil.copy(_REFUTE / "report.json", suite.folder / "run.json")


def _tests(suite: Suite) -> None:
    words = ["run", "--plain", *_paths(JUDGED), *suite.options]
    _timed(suite, "tests", [str(_BIN / "refute"), *words], (0,))
    shutil.copy(_REFUTE / "report.json", suite.folder / "tests.json")
    page = ["html", "--output", str(suite.folder / "report.html")]
    subprocess.run([str(_BIN / "refute"), *page], cwd=ROOT, check=True)


def _paths(files: Sequence[str]) -> list[str]:
    return [word for path in files for word in ("--paths", f"src/provisioner/{path}")]


def _defects(suite: Suite) -> None:
    words = ["defects", "--plain", "--catalogue", "bugs", *options_of(suite.quick), *_WITHOUT]
    _timed(suite, "defects", [str(_BIN / "refute"), *words], (0,))
    shutil.copy(_REFUTE / "defects.json", suite.folder / "defects.json")


def _rest(suite: Suite) -> None:
    """The bugs that the quick tests missed, before those that take minutes."""
    missed = [bug for bug in read(suite, "defects")["bugs"] if bug["fate"] == "missed"]
    if not missed or not suite.rest:
        return
    folder = suite.folder / "missed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for bug in missed:
        shutil.copy(ROOT / "bugs" / bug["commit"], folder)
    words = ["defects", "--plain", "--catalogue", str(folder), *options_of(suite.rest)]
    _timed(suite, "rest", [str(_BIN / "refute"), *words], (0,))
    shutil.copy(_REFUTE / "defects.json", suite.folder / "rest.json")


def _stability(suite: Suite) -> None:
    words = ["stability", "--plain", "--runs", "4", "--rewrites", "10", *suite.options]
    _timed(suite, "stability", [str(_BIN / "refute"), *words], (0, 1))
    shutil.copy(_REFUTE / "stability.json", suite.folder / "stability.json")


def _timed(suite: Suite, step: str, command: Sequence[str], fine: Sequence[int]) -> None:
    """Run a command; what it prints, how it was called and how long it took is kept."""
    print(f"{suite.name}: {step} ...", flush=True)
    began, load = time.monotonic(), os.getloadavg()[0]
    with (suite.folder / f"{step}.log").open("w") as log:
        code = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log).returncode
    if code not in fine:
        raise SystemExit(f"{command} ended with {code}: see {suite.folder / step}.log")
    how = {
        "command": " ".join([Path(command[0]).name, *command[1:]]),
        "seconds": round(time.monotonic() - began),
        "load": round(max(load, os.getloadavg()[0]), 1),
        "cores": os.cpu_count(),
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    (suite.folder / f"{step}.how.json").write_text(json.dumps(how, indent=1))


def read(suite: Suite, step: str) -> Any:
    """What a step left, or None."""
    file = suite.folder / f"{step}.json"
    return json.loads(file.read_text()) if file.exists() else None


_STEPS = {
    "coverage": _coverage,
    "run": _run,
    "tests": _tests,
    "defects": _defects,
    "rest": _rest,
    "stability": _stability,
}
