"""Keepers, from the side of those who want something kept: start, ask, close, sweep up."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail
from refute.real import keeper as keeper_process
from refute.real.places import scratch

_ORPHANED = 3600.0
"""Seconds after which a folder that no keeper has locked is nobody's: it had none, or lost it."""


@dataclass(frozen=True, slots=True)
class Spawned:
    """A program that a keeper has started."""

    pid: int
    #: The file that takes what it prints.
    log: Path

    def tail(self, lines: int = 40) -> str:
        """The last lines that it printed."""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


class Keeper:
    """A small process that looks after the servers of one dependency, see keeper.py.

    When this object is closed, or the process that made it is gone in whatever way, all that
    was started is stopped, and ``directory`` is removed. May be used from several threads.
    """

    def __init__(self, name: str) -> None:
        root = scratch()
        sweep(root)
        #: A folder of its own, which the keeper makes.
        self.directory = root / f"{name}-{secrets.token_hex(4)}"
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper_process.__file__, str(self.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            fail("real-start-failed", f"the keeper of {self.directory} is gone")

    def spawn(
        self,
        argv: Sequence[str | os.PathLike[str]],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        log: str = "output.log",
        stop: signal.Signals = signal.SIGTERM,
    ) -> Spawned:
        """Start a program, under another user id if asked; its output goes to ``log``.

        ``stop`` is the signal that asks it to end; it gets that, too, should the keeper die.
        Raises RefuteError ``real-start-failed`` when it can't be executed.
        """
        path = self.directory / log
        answer = self._ask(
            do="spawn",
            argv=[os.fspath(word) for word in argv],
            env=dict(os.environ if env is None else env),
            cwd=str(cwd or self.directory),
            user=user,
            log=str(path),
            stop=int(stop),
        )
        return Spawned(answer["pid"], path)

    def afterwards(self, argv: Sequence[str]) -> None:
        """Have a command run at the end, after all programs are gone; the last one first."""
        self._ask(do="afterwards", argv=list(argv))

    def code(self, spawned: Spawned) -> int | None:
        """The exit status of a program, or None while it runs."""
        code: int | None = self._ask(do="state", pid=spawned.pid)["code"]
        return code

    def stop(self, spawned: Spawned, grace: float = keeper_process.GRACE) -> int | None:
        """Stop one program now, with ``grace`` seconds to end by itself; its exit status."""
        code: int | None = self._ask(do="stop", pid=spawned.pid, grace=grace)["code"]
        return code

    def close(self) -> None:
        """Stop everything and wait until nothing is left.

        May be called again, when who was still writing into the folder has ended.
        """
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
        if self.directory.exists():
            sweep(self.directory.parent)  # the keeper was killed
            # Or a start that is given up was in the middle of copying files to it.
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            try:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except (OSError, ValueError) as error:
                fail("real-start-failed", f"the keeper of {self.directory} is gone", cause=error)
        if not line:
            fail("real-start-failed", f"the keeper of {self.directory} is gone")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            fail("real-start-failed", str(answer["error"]), detail=[str(request.get("argv", ""))])
        return answer


def sweep(root: Path) -> int:
    """Bury what keepers that were killed themselves have left under ``root``; how many."""
    swept = 0
    for state in root.glob(f"*/{keeper_process.STATE}"):
        with suppress(OSError), open(state, "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _kill_marked(state.parent)
            with suppress(ValueError):
                keeper_process.run_all(json.loads(lock.read() or "[]"))
            shutil.rmtree(state.parent, ignore_errors=True)
            swept += 1
    for folder in root.glob("*/"):
        with suppress(OSError):
            age = time.time() - folder.stat().st_mtime
            if age > _ORPHANED and not (folder / keeper_process.STATE).exists():
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
    return swept


def _kill_marked(folder: Path) -> None:
    """Kill the processes that the keeper of ``folder`` started: their environment names it."""
    mark = f"{keeper_process.MARK}={folder}".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)
