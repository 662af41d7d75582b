"""The first process of a slot in the project's interpreter: knows pytest, not the project.

It hands the controller's connection to one fork at a time: a zygote, or a process stopped
before one module's import. Meanwhile it waits and reaps what is left to it.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from base64 import b64decode
from collections.abc import Callable, Sequence
from os import _exit, fork, waitpid
from time import perf_counter as _now
from types import CodeType

from . import WIRE_VERSION
from .wire import Channel, Record


def main(argv: list[str]) -> None:
    """Run the process; ``argv`` holds the descriptors to read from and to write to."""
    channel = Channel(int(argv[0]), int(argv[1]))
    for fd in (channel.fd_in, channel.fd_out):
        os.set_inheritable(fd, False)
    setup = channel.receive()
    if setup is None:
        return
    if setup["version"] != WIRE_VERSION:
        channel.send({"event": "refused", "version": WIRE_VERSION})
        return
    try:
        import pytest
    except ImportError as error:
        channel.send({"event": "no-pytest", "reason": str(error)})
        return
    version = ".".join(map(str, sys.version_info[:3]))
    from .session import calming

    channel.send(
        {
            "event": "hello",
            "python": version,
            "pytest": pytest.__version__,
            "calming": calming(setup["args"]),
        }
    )
    Cradle(channel, setup).serve()


class Cradle:
    """Answers requests of the controller until it leaves."""

    def __init__(self, channel: Channel, setup: Record) -> None:
        from .layers import Layers

        self._channel = channel
        self._setup = setup
        self._layers = Layers.from_environment()

    def serve(self) -> None:
        """Read requests; each ``collect`` or ``base`` is served by a fork until it leaves."""
        while True:
            request = self._channel.receive()
            if request is None or request["op"] == "quit":
                return
            if request["op"] == "mutants":
                self._mutants(request)
            elif request["op"] == "pieces":
                self._channel.send({"event": "pieces", "pieces": _pieces(request)})
            elif request["op"] == "rewrites":
                self._rewrites(request)
            elif request["op"] == "past":
                self._past(request)
            elif request["op"] == "points":
                self._channel.send({"event": "points", "files": _points(request)})
            elif request["op"] in ("collect", "base"):
                status = self._in_fork(lambda request=request: self._pytest(request))  # type: ignore[misc]
                if self._layers.dirty():
                    self._layers.refresh()
                self._channel.send({"event": "left", "status": status})

    def _in_fork(self, work: Callable[[], None]) -> int:
        pid = fork()
        if pid == 0:
            try:
                work()
                _exit(0)
            except BaseException:
                # Ours, and never a verdict: the controller shows what was printed last.
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                _exit(70)
        while True:
            done, status = waitpid(-1, 0)
            if done == pid:
                return os.waitstatus_to_exitcode(status)

    def _change(self, files: Sequence[tuple[str, str]]) -> None:
        """Write these files (path, text in base64) into the layer that is thrown away."""
        if files and not self._layers.sealed:
            raise RuntimeError("files are changed under the seal alone")
        for path, content in files:
            with open(path, "wb") as stream:
                stream.write(b64decode(content))

    def _mutants(self, request: Record) -> None:
        from .mutants import decode, find_mutants

        for file, path in request["files"]:
            try:
                with open(path, "rb") as stream:
                    text = decode(stream.read())[0]
                found = find_mutants(
                    file,
                    text,
                    operators=_chosen(request["operators"]),
                    rules=_chosen(request["rules"]),
                )
                record: Record = {"mutants": found}
            except (SyntaxError, ValueError, OSError) as error:
                line = getattr(error, "lineno", None) or 0
                record = {"mutants": [], "error": str(error), "line": line}
            self._channel.send({"event": "mutants", "file": file, **record})
        self._channel.send({"event": "mutants-done"})

    def _rewrites(self, request: Record) -> None:
        from .mutants import decode
        from .rewrites import find_rewrites

        for file, path in request["files"]:
            try:
                with open(path, "rb") as stream:
                    found = find_rewrites(file, decode(stream.read())[0])
            except (SyntaxError, ValueError, OSError):
                continue
            self._channel.send({"event": "rewrites", "rewrites": found})
        self._channel.send({"event": "rewrites-done"})

    def _past(self, request: Record) -> None:
        from .past import answer

        self._channel.send({"event": "past", "answers": answer(request["questions"])})

    def _pytest(self, request: Record) -> None:
        from .forks import Forks
        from .importbase import ImportBase
        from .observe.lines import FileTable, Lines
        from .runner import Runner
        from .session import Suite, run_pytest
        from .sources import Sources
        from .trial import Texts
        from .watch import Board
        from .zygote import Zygote

        setup, channel = self._setup, self._channel
        began = _now()
        self._change(setup.get("changed", ()))
        table = FileTable((path, lines) for path, lines in setup["files"])
        sources = Sources(frozenset(os.path.realpath(path) for path, _ in setup["files"]))
        sources.install()
        forks = Forks(Board(), self._layers, (channel.fd_in, channel.fd_out))
        forks.memory, forks.processes = setup["memory"], setup["processes"]
        runner = Runner(table.holds, is_library)
        texts = Texts()
        os.environ.update(setup.get("environment", {}))
        if request["op"] == "collect":
            lines = Lines(table)
            lines.start()
            executed: list[str] = []

            def on_code(code: CodeType) -> None:
                executed.append(code.co_filename)
                lines.watch(code)

            sources.on_code = on_code
            zygote = Zygote(channel, forks, sources, lines, setup["files"], texts, executed)
            suite = Suite(runner, lambda suite: zygote.serve(suite, began))
            code = run_pytest(setup["args"], suite)
            if suite.config is None:
                channel.send({"event": "collected", "exit": code, "errors": suite.errors})
            return
        suite = Suite(runner, lambda suite: base.ready(suite, table.holds))
        base = ImportBase(channel, forks, sources, texts, suite, request)
        target = os.path.realpath(request["path"])
        sources.before = lambda path: base.before(path) if path == target else None
        base.guard(lambda: run_pytest(setup["args"], suite))


def _pieces(request: Record) -> dict[str, Record | None]:
    """The pieces of each file that can be read and parsed, with the digest of its bytes."""
    from hashlib import sha256

    from .mutants import decode
    from .pieces import pieces

    found: dict[str, Record | None] = {}
    for file, path in request["files"]:
        try:
            with open(path, "rb") as stream:
                data = stream.read()
            record = pieces(decode(data)[0], request["tops"])
            found[file] = record | {"content": sha256(data).hexdigest()}
        except (SyntaxError, ValueError, OSError):
            found[file] = None
    return found


def _points(request: Record) -> dict[str, Record | None]:
    """The points of test functions, by file: those at these lines, of files that can be parsed."""
    from .mutants import decode
    from .sights.points import find_points

    found: dict[str, Record | None] = {}
    for file, path, lines in request["files"]:
        try:
            with open(path, "rb") as stream:
                found[file] = find_points(decode(stream.read())[0], lines)
        except (SyntaxError, ValueError, OSError):
            found[file] = None
    return found


def _chosen(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


_LIBRARIES = (
    os.path.dirname(__file__) + os.sep,
    *{
        path + os.sep
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        for path in (sysconfig.get_path(name), os.path.realpath(sysconfig.get_path(name)))
    },
)


def is_library(name: str) -> bool:
    """Whether a file belongs to Python or to what is installed for it."""
    return name.startswith(("<", *_LIBRARIES)) or "/site-packages/" in name
