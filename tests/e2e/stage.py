"""Real runs of the command line on throw-away copies of the small projects in testdata.

A `Stage` is one folder under /tmp with a home and a project, and the user who owns both.
Whatever a run starts carries the stage's mark in its environment, or comes to this process
when it is orphaned: so nothing that is left behind stays unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from tests.users import ORDINARY, identity, ordinary_python

import refute
from refute.real.places import cache
from refute_child.processes import below
from refute_child.supervise import adopt_orphans

PROJECTS = Path(__file__).parents[2] / "testdata"
SOURCES = Path(refute.__file__).parents[1]
MARK = "REFUTE_TEST_STAGE"
PATIENCE = 300
"""Seconds after which a run, or the wait for something, is given up as hung."""


@dataclass(frozen=True, slots=True)
class Done:
    """A run that has ended: its exit code, all that it printed, and its report if there is one."""

    code: int
    output: str
    report: dict[str, Any]

    def mutants(self, **fields: str) -> list[dict[str, Any]]:
        """The mutants whose record has these values."""
        return [m for m in self.report["mutants"] if fields.items() <= m.items()]

    def mutant(self, **fields: str) -> dict[str, Any]:
        """The one mutant whose record has these values."""
        found = self.mutants(**fields)
        assert len(found) == 1, (fields, found, self.output)
        return found[0]

    def verdicts(self) -> dict[str, str]:
        """Verdict by function; for projects with one mutant a function."""
        return {m["function"]: m["verdict"] for m in self.report["mutants"]}

    def killer(self, function: str) -> str:
        """The node id of the test that killed the one mutant of a function."""
        return str(self.mutant(function=function)["killed_by"])

    def note(self, slug: str) -> str:
        """The text of the remarks of this kind."""
        return "\n".join(n["text"] for n in self.report["notes"] if n["slug"] == slug)


@dataclass(slots=True)
class Stage:
    """A home, a project, a user; and the interpreter that runs both refute and the tests."""

    folder: Path
    user: int
    python: str
    path: str
    before: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """What HOME says."""
        return self.folder / "home"

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.folder / "project"

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a run: few, and none of our own process's but PATH, and where real
        dependencies are kept.
        """
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "PYTHONPATH": self.path,
            "REFUTE_REAL_CACHE": str(cache()),
            MARK: self.folder.name,
            **more,
        }

    def start(
        self, *arguments: str, env: dict[str, str] | None = None, stdout: Any = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """Start `refute ARGUMENTS` in the project's folder, in a process group of its own."""
        return self.launch("-m", "refute", *arguments, env=env, stdout=stdout)

    def launch(
        self, *words: str, env: dict[str, str] | None = None, stdout: Any = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """Start the interpreter in the same way, with these arguments."""
        return subprocess.Popen(
            [self.python, *words],
            cwd=self.project,
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT if stdout == subprocess.PIPE else subprocess.PIPE,
            start_new_session=True,
            **identity(self.user),
        )

    def finish(self, program: subprocess.Popen[bytes]) -> Done:
        """Wait for a run's end, and read its report."""
        printed, errors = program.communicate(timeout=PATIENCE)
        output = ((printed or b"") + (errors or b"")).decode()
        path = self.project / ".refute" / "report.json"
        report = json.loads(path.read_text()) if path.exists() else {}
        return Done(program.returncode, output, report)

    def run(self, *arguments: str, python: str = "", env: dict[str, str] | None = None) -> Done:
        """`refute run . ARGUMENTS` to its end, with this stage's interpreter for the tests."""
        words = ("run", ".", "--python", python or self.python, *arguments)
        return self.finish(self.start(*words, env=env))

    def content(self) -> dict[str, str]:
        """Every path of home and project but .refute: mode, owner, and content or target."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            if ".refute" in path.parts or "site-packages" in path.parts:
                continue
            text = b""
            if path.is_symlink():
                text = os.readlink(path).encode()
            elif path.is_file():
                text = path.read_bytes()
            status = path.lstat()
            digest = hashlib.sha256(text).hexdigest()
            name = str(path.relative_to(self.folder))
            found[name] = f"{status.st_mode:o} {status.st_uid} {digest}"
        return found

    def unchanged(self) -> bool:
        """Whether home and project are as they were before the first run."""
        now = self.content()
        changed = {name for name in {*now, *self.before} if now.get(name) != self.before.get(name)}
        assert changed == set()
        return True

    def left(self) -> list[str]:
        """Command lines of the processes that a run left behind; waits for those that end."""
        deadline = time.monotonic() + 30
        while (found := self._alive()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def clean(self) -> bool:
        """Whether nobody is left behind, and home and project are as they were."""
        assert self.left() == []
        return self.unchanged()

    def running(self, words: Sequence[str]) -> bool:
        """Whether a process of this stage has this command line."""
        line = b"".join(word.encode() + b"\0" for word in words)
        return any(_read(entry, "cmdline") == line for entry in self._marked())

    def _alive(self) -> list[str]:
        orphans = [p for p in below() if _reaped(p.pid)]
        entries = {*self._marked(), *(p.entry for p in orphans)}
        lines = (_read(entry, "cmdline") for entry in entries)
        return sorted(line.replace(b"\0", b" ").decode() for line in lines if line)

    def _marked(self) -> list[int]:
        mark = f"{MARK}={self.folder.name}".encode()
        entries = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [e for e in entries if mark in _read(e, "environ").split(b"\0")]


def _read(entry: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{entry}/{name}").read_bytes()
    return b""  # gone


def _reaped(pid: int) -> bool:
    """Take a process's end off the kernel's hands; whether it still runs."""
    with suppress(ChildProcessError):  # not our child, but below one of ours
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    return True


@contextmanager
def stage(project: str, kind: str = "self") -> Iterator[Stage]:
    """A copy of a project of testdata for our own user ("self") or for another, "ordinary" one.

    Skips the test where that other one can have no interpreter.
    """
    adopt_orphans()
    user, python = os.geteuid(), sys.executable
    if kind == "ordinary":
        found = ordinary_python("import sqlite3")
        if found is None:
            pytest.skip("only root can become another user, who needs a Python 3.11 of their own")
        user, python = ORDINARY, found
    folder = Path(tempfile.mkdtemp(prefix="refute-stage-", dir="/tmp"))
    try:
        # Not site-packages itself: there refute would bring its neighbours along.
        path = "" if SOURCES.name == "site-packages" else str(SOURCES)
        if kind == "ordinary":
            path = str(libraries(folder / "site-packages"))
        shutil.copytree(PROJECTS / project, folder / "project", symlinks=True)
        for litter in list((folder / "project").rglob("__pycache__")):
            shutil.rmtree(litter)
        (folder / "home").mkdir()
        (folder / "home" / "precious.txt").write_text("all that I have\n")
        for place in (folder, *folder.rglob("*")):
            if "site-packages" not in place.parts:
                os.chown(place, user, user if kind == "ordinary" else -1, follow_symlinks=False)
        made = Stage(folder, user, python, path)
        made.before = made.content()
        yield made
    finally:
        for place in folder.rglob("*"):
            if place.is_dir() and not place.is_symlink():
                place.chmod(0o700)
        shutil.rmtree(folder)


def libraries(folder: Path) -> Path:
    """A folder of packages that anybody can read: refute, pytest and what they need."""
    folder.mkdir()
    for name in ("refute", "refute_child"):
        shutil.copytree(SOURCES / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "click", "rich",
                 "markdown-it-py", "mdurl"):  # fmt: skip
        for file in metadata.files(name) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                place = folder / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), place)
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    return folder
