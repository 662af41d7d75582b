"""Throw-away worlds for the tests of the seal: a home, a project and a user to run as.

Everything hostile is done by a program inside a world, to that world alone, so that a seal
that fails costs nothing but a failed test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.users import ORDINARY, identity, ordinary_python

import refute

SOURCES = Path(refute.__file__).parents[1]

_DRIVER = """
import json, os, subprocess, sys
from base64 import b64decode
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from refute.trials.seal import Seal, SealError, SealKind, spawn
order = json.loads(sys.argv[2])
files = {Path(p): text.encode() for p, text in order["files"].items()}
try:
    program = spawn(
        order["argv"], env=dict(os.environ), cwd=Path(order["cwd"]),
        project_root=Path(order["project"]), seal=Seal(SealKind(order["seal"])), files=files,
        init=order["init"], keep_admin=order["keep_admin"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
except SealError as error:
    print(json.dumps({"status": None, "output": f"{error.step}: {error.text}", "notes": []}))
else:
    print(program.pid, file=sys.stderr, flush=True)
    output = program.communicate()[0].decode()
    print(json.dumps({"status": program.returncode, "output": output, "notes": program.notes}))
"""


@dataclass(frozen=True, slots=True)
class Result:
    """How a program in a world ended; the status is None if it could not be started."""

    status: int | None
    output: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class World:
    """One folder under /tmp that holds home and project, and the user who owns it."""

    folder: Path
    user: int
    python: str

    @property
    def home(self) -> Path:
        """The home folder of programs in this world."""
        return self.folder / "home"

    @property
    def project(self) -> Path:
        """The project whose tests are pretended to run."""
        return self.folder / "project"

    def command(self, argv: list[str], **order: Any) -> list[str]:
        """The driver's command line: it spawns `argv` in the seal and prints a result."""
        settings = {
            "argv": argv,
            "cwd": str(self.project),
            "project": str(self.project),
            "seal": "full",
            "files": {},
            "init": True,
            "keep_admin": False,
        }
        return [self.python, "-c", _DRIVER, str(SOURCES), json.dumps(settings | order)]

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        """Start a command as this world's user; output and errors are piped."""
        return subprocess.Popen(
            command,
            cwd="/",
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], "WORLD": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **identity(self.user),
        )

    def run(self, code: str, *, prefix: tuple[str, ...] = (), **order: Any) -> Result:
        """Run Python code under the seal, to its end."""
        argv = [self.python, "-c", f"import sys; sys.path.append({str(SOURCES)!r})\n{code}"]
        program = self.start([*prefix, *self.command(argv, **order)])
        output, errors = program.communicate()
        assert program.returncode == 0, errors
        return Result(**json.loads(output))

    def content(self) -> dict[str, tuple[int, bytes]]:
        """Every path of the world with its mode, and its bytes or target."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            content = b""
            if path.is_symlink():
                content = os.readlink(path).encode()
            elif path.is_file():
                content = path.read_bytes() if path.stat().st_size < 1 << 20 else b"big"
            found[str(path)] = (path.lstat().st_mode, content)
        return found


@contextmanager
def world(kind: str) -> Iterator[World | None]:
    """A fresh world of the tests' own user ("self") or of another, ordinary one; None where
    no interpreter can be run as that one."""
    user, python = os.geteuid(), sys.executable
    if kind == "ordinary":
        found = ordinary_python(f"sys.path.append({str(SOURCES)!r}); import refute_child.launch")
        if found is None:
            yield None
            return
        user, python = ORDINARY, found
    folder = Path(tempfile.mkdtemp(prefix="refute-world-", dir="/tmp"))
    try:
        for name in ("home/.config/keep.txt", "project/pkg/code.py", "project/.git/index", "loose"):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"this is {name}\n")
        (folder / "project/pkg/code.py").chmod(0o640)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, os.getegid() if kind == "self" else user)
        yield World(folder, user, python)
    finally:
        shutil.rmtree(folder)
