"""Real boundaries that a test crosses: processes, connections, databases, files, sleeps."""

from __future__ import annotations

import _posixsubprocess
import os
import sys
import tempfile
from collections.abc import Callable
from os import readlink as _readlink
from os.path import abspath as _abspath
from os.path import join as _join
from os.path import realpath as _realpath
from types import FrameType
from typing import Any

from ..brokered import BROKER
from ..wire import Record
from .audits import Listener, listen

_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROCESS = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.spawn", "pty.spawn"}
_DELETE = {"os.remove", "os.rmdir", "shutil.rmtree", "os.rename", "os.truncate", "shutil.move"}
_FOLDER_ARGUMENT = {"os.remove": 1, "os.rmdir": 1, "shutil.rmtree": 1, "os.rename": 2}
"""Where an event holds the descriptor of the folder that its path starts from; -1 for none."""
_ASIDE = ("/__pycache__/", "/.pytest_cache/", "/.hypothesis/", "/.coverage")
"""Parts of paths that pytest and its plugins write by themselves."""
_DATABASES = {"postgres", "redis"}
"""Dependencies of `refute.real` that count as databases."""
_LIMIT = 100
"""Crossings kept for one test."""
_DEPTH = 60
"""Frames that are looked through for the project's own."""

Crossing = tuple[str, str, str, int]
"""Kind, what, file and line of the project code that crossed (empty and 0 for none)."""
_get_frame = sys._getframe


class Boundaries:
    """Listens to audit events and notes crossings; for good, so it lives in forks only.

    With ``is_project`` each crossing is also noted with the project's line that made it. Sleeps
    are seen from Python 3.13 on, which has an event for them.
    """

    def __init__(self, is_project: Callable[[str], bool] | None = None) -> None:
        self._is_project = is_project
        self._found: set[str] = set()
        self._crossings: dict[Crossing, None] = {}
        #: Python interpreters that were started, as far as their names tell.
        self.interpreters = 0
        self._temporary: tuple[str, ...] = ()
        self._root = ""
        self._broker = ""

    def start(self) -> None:
        """Begin to observe this process, for good."""
        places = {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev"}
        self._temporary = tuple(f"{_realpath(place)}/" for place in sorted(places))
        # A project may itself lie below such a place.
        self._root = f"{_realpath(os.getcwd())}/"
        self._broker = os.environ.get(BROKER, "").rpartition(":")[0]
        listen(self._listeners())
        # multiprocessing starts its interpreters by a call that no audit event tells of.
        spawn: Any = _posixsubprocess.fork_exec

        def fork_exec(*args: Any) -> Any:
            self.interpreters += 1
            self._found.add("process python")
            return spawn(*args)

        _posixsubprocess.fork_exec = fork_exec
        if self._is_project is not None:
            self._watch_libpq()

    def take(self) -> list[str]:
        """Crossings since the last call: ``process python3``, ``connect 127.0.0.1:5432``."""
        found = sorted(self._found)
        self._found.clear()
        return found

    def take_crossings(self) -> list[Record]:
        """Crossings since the last call with their places, as of ``refute.observed``."""
        found = [
            {"kind": kind, "what": what, "file": file, "line": line}
            for kind, what, file, line in self._crossings
        ]
        self._crossings.clear()
        return found

    def _listeners(self) -> dict[str, Listener]:
        return {
            "open": self._on_open,
            **dict.fromkeys(_PROCESS, self._on_process),
            **dict.fromkeys(_DELETE, self._on_delete),
            "socket.connect": self._on_connect,
            "socket.bind": lambda _, args: self._cross("listen", _address(args[1])),
            "sqlite3.connect": lambda _, args: self._cross("database", f"sqlite {_file(args[0])}"),
            "time.sleep": lambda *_: self._cross("sleep", ""),
            "refute.real.lease": self._on_lease,
            "os.fork": self._on_fork,
            "os.forkpty": self._on_fork,
            "os.kill": self._on_kill,
        }

    def _on_open(self, event: str, args: tuple[Any, ...]) -> None:
        if len(args) > 2 and isinstance(args[2], int) and args[2] & _WRITE:
            self._note("write")
            self._cross("write", args[0])

    def _on_process(self, event: str, args: tuple[Any, ...]) -> None:
        program = _program(event, args)
        self.interpreters += program.startswith(("python", "pypy"))
        self._note(f"process {program}")
        self._cross("process", program)

    def _on_delete(self, event: str, args: tuple[Any, ...]) -> None:
        self._note("delete")
        self._cross("delete", _below(event, args))

    def _on_connect(self, event: str, args: tuple[Any, ...]) -> None:
        if _address(args[1]) == self._broker:
            return  # what it is asked for is told by itself
        self._note(f"connect {_address(args[1])}")
        self._cross("connect", _address(args[1]))

    def _on_lease(self, event: str, args: tuple[Any, ...]) -> None:
        """A test was given a part of a real dependency: to use it, most open connections of
        which C libraries tell nothing.
        """
        dependency = str(args[0])
        self._note(f"connect {dependency}")
        self._cross("database" if dependency in _DATABASES else "connect", dependency)

    def _on_fork(self, event: str, args: tuple[Any, ...]) -> None:
        self._note("fork")
        self._cross("fork", "")

    def _on_kill(self, event: str, args: tuple[Any, ...]) -> None:
        self._note("signal")
        self._cross("signal", "")

    def _note(self, words: str) -> None:
        if len(self._found) < _LIMIT:
            self._found.add(words)

    def _cross(self, kind: str, what: Any) -> None:
        """Note a crossing with the nearest line of project code above it."""
        if self._is_project is None or len(self._crossings) >= _LIMIT:
            return
        if kind in ("write", "delete"):
            what = self._lasting(what)
            if not what:
                return
        frame: FrameType | None = _get_frame(1)
        for _ in range(_DEPTH):
            if frame is None:
                break
            if self._is_project(frame.f_code.co_filename):
                place = (_realpath(frame.f_code.co_filename), frame.f_lineno)
                self._crossings[kind, what, *place] = None
                return
            frame = frame.f_back
        self._crossings[kind, what, "", 0] = None

    def _lasting(self, path: Any) -> str:
        """The path of a file that outlives the test; nothing for temporary ones."""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""  # a descriptor: whoever opened it was noted
        try:
            real = _abspath(os.fsdecode(path))
        except (TypeError, ValueError):
            return ""
        place = f"{real}/"
        passing = place.startswith(self._temporary) and not place.startswith(self._root)
        return "" if passing or any(part in real for part in _ASIDE) else real[-120:]

    def _watch_libpq(self) -> None:
        """PostgreSQL's library opens its connections where no audit event tells of them."""
        psycopg2: Any = sys.modules.get("psycopg2")
        if psycopg2 is not None and hasattr(psycopg2, "_connect"):
            psycopg2._connect = self._told(psycopg2._connect)
        pq: Any = sys.modules.get("psycopg.pq")
        if pq is not None:
            for name in ("connect", "connect_start"):
                if hasattr(pq.PGconn, name):
                    wrapped = self._told(getattr(pq.PGconn, name))
                    try:
                        setattr(pq.PGconn, name, staticmethod(wrapped))
                    except TypeError:
                        return  # a class of C, which can't be changed: not observed

    def _told(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connected(*args: Any, **kwargs: Any) -> Any:
            # The connection string holds a password.
            self._cross("database", "postgresql")
            return connect(*args, **kwargs)

        return connected


def _below(event: str, args: tuple[Any, ...]) -> Any:
    """What is deleted, also where it is named from an open folder, as ``shutil.rmtree`` does."""
    position = _FOLDER_ARGUMENT.get(event)
    folder = args[position] if position is not None and position < len(args) else None
    if not isinstance(folder, int) or folder < 0:
        return args[0]
    try:
        return _join(_readlink(f"/proc/self/fd/{folder}"), os.fsdecode(args[0]))
    except (OSError, TypeError, ValueError):
        return args[0]  # not known: better a crossing too many than one too few


def _program(event: str, args: tuple[Any, ...]) -> str:
    """The program's name alone: arguments may hold secrets."""
    if event == "os.system":
        return "sh"
    first = args[0]
    if event == "subprocess.Popen" and first is None and args[1]:
        first = args[1][0]
    return _file(first)


def _file(path: Any) -> str:
    """The last part of a path."""
    try:
        return os.fsdecode(path).rsplit("/", 1)[-1][:80]
    except TypeError:
        return "?"


def _address(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"[:80]
    return "unix"
