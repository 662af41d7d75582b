"""Real boundaries that a test crosses: processes, connections, deletions, files written."""

from __future__ import annotations

import _posixsubprocess
import os
import sys
from typing import Any

_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROCESS = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.spawn", "pty.spawn"}
_DELETE = {"os.remove", "os.rmdir", "shutil.rmtree", "os.rename", "os.truncate", "shutil.move"}
_LIMIT = 100
"""Crossings kept for one test."""


class Boundaries:
    """An audit hook that notes crossings; it can't be taken out, so it lives in forks only."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        #: Python interpreters that were started, as far as their names tell.
        self.interpreters = 0

    def start(self) -> None:
        """Begin to observe this process, for good."""
        sys.addaudithook(self._hook)
        # multiprocessing starts its interpreters by a call that no audit event tells of.
        spawn: Any = _posixsubprocess.fork_exec

        def fork_exec(*args: Any) -> Any:
            self.interpreters += 1
            self._found.add("process python")
            return spawn(*args)

        _posixsubprocess.fork_exec = fork_exec

    def take(self) -> list[str]:
        """Crossings since the last call: ``process python3``, ``connect 127.0.0.1:5432``."""
        found = sorted(self._found)
        self._found.clear()
        return found

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if len(self._found) >= _LIMIT:
            return
        if event == "open":
            if len(args) > 2 and isinstance(args[2], int) and args[2] & _WRITE:
                self._found.add("write")
        elif event in _PROCESS:
            program = _program(event, args)
            self.interpreters += program.startswith(("python", "pypy"))
            self._found.add(f"process {program}")
        elif event in _DELETE:
            self._found.add("delete")
        elif event == "socket.connect":
            self._found.add(f"connect {_address(args[1])}")
        elif event in ("os.fork", "os.forkpty"):
            self._found.add("fork")
        elif event == "os.kill":
            self._found.add("signal")


def _program(event: str, args: tuple[Any, ...]) -> str:
    """The program's name alone: arguments may hold secrets."""
    if event == "os.system":
        return "sh"
    first = args[0]
    if event == "subprocess.Popen" and first is None and args[1]:
        first = args[1][0]
    try:
        return os.fsdecode(first).rsplit("/", 1)[-1][:80]
    except TypeError:
        return "?"


def _address(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"[:80]
    return "unix"
