"""One slot: a sealed process in the project's interpreter, and the connection to it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import refute_child
from refute.errors import fail
from refute.trials import seal as sealing
from refute.trials.services import Control, Service

Record = dict[str, Any]

CHILD = str(Path(refute_child.__file__).parent)

_LOADER = """\
import importlib, importlib.util, os, sys
folder = sys.argv[1]
if sys.argv[2] != "cwd" and sys.path and sys.path[0] == "":
    sys.path[0] = os.path.dirname(sys.executable)
place = importlib.util.spec_from_file_location(
    "_refute_child", folder + "/__init__.py", submodule_search_locations=[folder])
package = importlib.util.module_from_spec(place)
sys.modules["_refute_child"] = package
place.loader.exec_module(package)
arguments = sys.argv[3:]
sys.argv[:] = ["pytest"]
importlib.import_module("_refute_child.{module}").main(arguments)
"""


def child_program(module: str) -> str:
    """Loads the one package that runs beside the tests, under a name that no project has, puts
    nothing of refute on the path, and runs the ``main`` of that module of it.
    """
    return _LOADER.replace("{module}", module)


class SlotDied(Exception):
    """The slot's process ended; the message says how, with the last of what it printed."""


@dataclass(frozen=True, slots=True)
class Launch:
    """All that is needed to start a slot."""

    python: Path
    root: Path
    seal: sealing.Seal
    environment: Mapping[str, str]
    #: pytest's arguments, as the user would type them.
    arguments: tuple[str, ...]
    #: (absolute path, number of lines) of each source file.
    files: tuple[tuple[str, int], ...]
    #: ``python -m pytest`` puts the working folder on the path, ``pytest`` does not.
    cwd_on_path: bool = False
    memory: int = 0
    processes: int = 0
    #: What is let through the seal, of what listens on the machine's own loopback.
    services: tuple[Service, ...] = ()
    #: Those among them that give every test a part of its own, see `brokered`.
    brokered: frozenset[Service] = frozenset()
    #: Files that the slot finds changed when it collects, under the full seal: absolute path
    #: and content in base64.
    changed: tuple[tuple[str, str], ...] = ()

    @property
    def shared(self) -> tuple[Service, ...]:
        """Services in which trials could meet."""
        return tuple(one for one in self.services if one not in self.brokered)

    def keeping(self, reached: Iterable[Service]) -> Launch:
        """With those services alone that were reached; of a broker's either all or none, since
        a server may be started anew at another port.
        """
        kept = frozenset(reached)
        if kept & self.brokered:
            kept |= self.brokered
        return replace(self, services=tuple(sorted(kept)))


class Slot:
    """Starts on creation; ``close`` ends it and everything that runs in it."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.hello: Record = {}
        #: What serves requests now: None the cradle, ``zygote``, or the path of a base.
        self.mode: str | None = None
        self._log: BinaryIO = tempfile.TemporaryFile()
        self._buffer = b""
        guarded = bool(launch.services) and launch.seal.kind is sealing.SealKind.FULL
        self._control = Control() if guarded else None
        child_in, self._out = os.pipe()
        self._in, child_out = os.pipe()
        try:
            self._process: subprocess.Popen[bytes] = sealing.spawn(
                [
                    str(launch.python),
                    "-c",
                    child_program("boot"),
                    CHILD,
                    "cwd" if launch.cwd_on_path else "-",
                    str(child_in),
                    str(child_out),
                ],
                env=dict(launch.environment),
                cwd=launch.root,
                project_root=launch.root,
                seal=launch.seal,
                keep_admin=True,
                pass_fds=(child_in, child_out),
                services=launch.services,
                control=self._control.theirs.fileno() if self._control else -1,
                stdout=self._log,
                stderr=self._log,
            )
        finally:
            os.close(child_in)
            os.close(child_out)
            if self._control:
                self._control.theirs.close()
        self.send(
            {
                "version": refute_child.WIRE_VERSION,
                "args": list(launch.arguments),
                "files": launch.files,
                "memory": launch.memory,
                "processes": launch.processes,
                "changed": launch.changed,
            }
        )

    @property
    def pid(self) -> int:
        """The slot's first process; all others are below it."""
        return self._process.pid

    def fileno(self) -> int:
        """The descriptor that becomes readable when a record arrives."""
        return self._in

    def send(self, record: Record) -> None:
        """Send one record. Raises SlotDied when nobody reads any more."""
        data = memoryview(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except BrokenPipeError as error:
            raise SlotDied(self._epitaph()) from error

    def receive(self) -> Record:
        """Wait for the next record. Raises SlotDied when there will be none."""
        while b"\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return _record(line)

    def arrived(self) -> list[Record]:
        """Read once, and return the records that are whole. Raises SlotDied at the end, and where
        somebody else speaks.
        """
        self._fill()
        *lines, self._buffer = self._buffer.split(b"\n")
        return [_record(line) for line in lines]

    def expect(self, *events: str) -> Record:
        """Wait for one of these events. Raises SlotDied on any other."""
        record = self.receive()
        if record.get("event") not in events:
            what = f"expected {' or '.join(events)}, got {str(record)[:300]}"
            raise SlotDied(f"{what}\n{self.printed()}".rstrip())
        return record

    def leave(self) -> None:
        """End what serves now, and return to the cradle."""
        if self.mode is not None:
            self.send({"op": "leave"})
            self.expect("left")
            self.mode = None

    def let_through(self, services: Iterable[Service]) -> frozenset[Service]:
        """Shut out all other services; returns those that were reached so far. Raises SlotDied."""
        if self._control is None:
            return frozenset()
        kept = frozenset(services)
        try:
            found = self._control.keep(kept)
        except OSError as error:
            raise SlotDied(self._epitaph()) from error
        if not kept:
            # The relay, of no more use, has ended.
            self._control.close()
            self._control = None
        return found

    def printed(self) -> str:
        """The last of what the slot's processes printed outside any test."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 20_000))
        return self._log.read().decode("utf-8", "replace")

    def close(self) -> None:
        """Kill the slot's whole tree of processes and wait for it."""
        if self._out >= 0:
            os.close(self._out)
            os.close(self._in)
            self._out = self._in = -1
        self._process.kill()
        self._process.wait()
        if self._control:
            self._control.close()
        self._log.close()

    def _fill(self) -> None:
        chunk = os.read(self._in, 1 << 20)
        if not chunk:
            raise SlotDied(self._epitaph())
        self._buffer += chunk

    def _epitaph(self) -> str:
        status = self._process.wait()
        return f"the test process ended with status {status}\n{self.printed()}".rstrip()


def _record(line: bytes) -> Record:
    """One line of a slot's. Raises SlotDied for one that no process of ours has written."""
    with suppress(ValueError):
        record = json.loads(line)
        if isinstance(record, dict):
            return record
    raise SlotDied(f"the tests wrote over what the slot said: {line[:80]!r}")


def greet(slot: Slot) -> Record:
    """A slot's first words. Raises RefuteError: wire-mismatch, no-pytest."""
    with alive():
        hello = slot.expect("hello", "refused", "no-pytest")
    if hello["event"] == "refused":
        fail("wire-mismatch", f"the worker speaks version {hello['version']}")
    if hello["event"] == "no-pytest":
        fail("no-pytest", f"{slot.launch.python} has no pytest: {hello['reason']}")
    return hello


@contextmanager
def alive() -> Iterator[None]:
    """Outside the hunt nothing can make good for a slot that dies."""
    try:
        yield
    except SlotDied as death:
        first, *rest = str(death).splitlines() or [""]
        fail("worker-died", f"{first}.", detail=[line[:500] for line in rest], cause=death)


def reached(slots: Sequence[Slot]) -> frozenset[Service]:
    """The services that were reached in any of these slots. Raises SlotDied."""
    return frozenset().union(*(slot.let_through(slot.launch.services) for slot in slots))


def narrowed(launch: Launch, slots: Sequence[Slot]) -> Launch:
    """Let through what was reached in these slots, and no more. Raises SlotDied."""
    kept = launch.keeping(reached(slots))
    for slot in slots:
        slot.let_through(kept.services)
    return kept
