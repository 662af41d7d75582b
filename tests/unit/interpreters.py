"""The interpreters that are here, and programs that run in them beside ``refute_child``.

What observes a process does so for good, so each case is a program of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import refute_child

SOURCES = Path(refute_child.__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")

_PRINT = """
import json as _json
print(_json.dumps(found))
"""
_OLD = """
import sys
if hasattr(sys, "monitoring"):
    del sys.monitoring
"""
"""Makes a newer interpreter use what 3.11 has: a trace function."""


@cache
def interpreters() -> dict[str, str]:
    """Version to interpreter: our own, and those on PATH or made by pyenv."""
    own = ".".join(map(str, sys.version_info[:2]))
    found = {own: sys.executable}
    for version in VERSIONS:
        made = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        here = shutil.which(f"python{version}")
        for path in [*map(str, made), *([here] if here else [])]:
            words = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.strip() == version:
                found.setdefault(version, path)
                break
    return found


def ways() -> list[Any]:
    """Parameters (version, mechanism): each interpreter with what it has to observe by."""
    return [
        pytest.param(version, mechanism, id=f"{version}-{mechanism}")
        for version in sorted(interpreters())
        for mechanism in ("monitoring", "tracing")
        if mechanism == "tracing" or version != "3.11"
    ]


def run(version: str, mechanism: str, program: str, folder: Path) -> Any:
    """Run a program that leaves its result in ``found``; returns that, through JSON."""
    head = f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\n"
    head += _OLD if mechanism == "tracing" else ""
    done = subprocess.run(
        [interpreters()[version], "-B", "-c", head + program + _PRINT],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
