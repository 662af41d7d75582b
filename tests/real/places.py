"""Rooms for programs that run real dependencies: their own folders, and nothing left in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import refute
from refute.real.registry import provider

SOURCES = Path(refute.__file__).parents[1]
PATIENCE = 60
"""Seconds after which something that should happen is given up."""


@dataclass(frozen=True, slots=True)
class Room:
    """A folder for temporary files that other users may pass through, and an environment."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """For programs that shall keep their files in here."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REFUTE_", "PYTEST_"))}
        return {**kept, "TMPDIR": str(self.folder), "PYTHONPATH": str(SOURCES)}

    def start(self, program: str, **more: str) -> subprocess.Popen[str]:
        """A Python program of its own, with its output to be read."""
        return subprocess.Popen(
            [sys.executable, "-c", program],
            env={**self.environment, **more},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def pytest(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Plain pytest on what lies here."""
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", *words],
            env={**self.environment, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 5,
        )

    def kept(self) -> list[str]:
        """What keepers have here: empty when all of them have cleaned up."""
        return sorted(str(one) for one in self.folder.glob("refute-real-*/*"))

    def processes(self) -> list[int]:
        """Processes whose keepers have their folders here."""
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if f"REFUTE_KEEPER={self.folder}".encode() in environ.read_bytes():
                    found.append(int(environ.parent.name))
        return found

    def is_clean(self) -> bool:
        """Whether no process and no file is left."""
        return not self.processes() and not self.kept()


@contextmanager
def room() -> Iterator[Room]:
    """A room for one test."""
    folder = Path(tempfile.mkdtemp(prefix="refute-room-"))
    folder.chmod(0o755)
    try:
        yield Room(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def eventually(true: Callable[[], bool]) -> bool:
    """Whether something becomes true within our patience."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def needs(dependency: str) -> pytest.MarkDecorator:
    """Skip where a dependency can't be had, with what `refute doctor real` says."""
    routes = provider(dependency).routes({})
    reasons = "; ".join(str(route) for route in routes if not route.works)
    return pytest.mark.skipif(
        not any(route.works for route in routes),
        reason=f"no {dependency} here (`refute real install {dependency}`?): {reasons}",
    )
