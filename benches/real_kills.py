"""Does a real dependency leave anything behind when its test run is killed?

    python benches/real_kills.py redis smtp --times 200

Starts a process that takes a part of the dependency, and kills it by SIGKILL at a random moment:
before the broker is there, while servers start, or later. Then it waits until nothing of it is
left: no process (whatever it called itself, its environment names our folder), no listener of
ours on a port of the broker's, and no file. What is left after half a minute is printed, and at
the end how many kills were done, also when it is ended early; ``--record`` writes that into
benches/RESULTS.md. Each kill has a temporary folder of its own, so that other runs on the machine
don't count. Exit code 1 if anything was left, or not all was done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from benches import record  # noqa: E402

_HOLD = """
import json, sys, time
from refute.real.client import connect, lease
print(json.dumps(connect().ask(do="ports")), flush=True)
with lease(sys.argv[1]) as taken:
    print(json.dumps(taken.started), flush=True)
    time.sleep(600)
"""
_HOLD_BROWSER = """
import json, sys, time
from refute.real import browser
print("[]", flush=True)
with browser() as page:
    page.goto("data:text/html,<title>here</title>")
    print("{}", flush=True)
    time.sleep(600)
"""
PATIENCE = 30.0
"""Seconds in which everything has to be gone."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What came of one kill."""

    #: Seconds after the start at which it fell.
    after: float
    #: Whether the dependency was ready by then.
    ready: bool
    #: What was left: processes, ports, files, in words. Empty if nothing was.
    left: tuple[str, ...]
    #: Seconds until nothing was left.
    gone_in: float


def ready_in(name: str) -> float:
    """How long it takes from nothing until a part of the dependency can be used, in seconds."""
    with _room() as folder:
        began = time.monotonic()
        process = _start(name, folder)
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        took = time.monotonic() - began
        _kill(process)
        left, _ = _wait(folder, lines[0])
    if not lines[1] or left:
        raise RuntimeError(f"{name} does not start here, or does not end: {left}")
    return took


def kill_once(name: str, after: float, *, ready: bool = False) -> Kill:
    """Start the dependency, kill who asked for it ``after`` seconds, and see what is left.

    The seconds count from the start, or from when it is ``ready``.
    """
    with _room() as folder:
        process = _start(name, folder)
        assert process.stdout is not None
        try:
            said = [process.stdout.readline(), process.stdout.readline()] if ready else []
            time.sleep(after)
        except BaseException:  # the bench itself is ended: so are those that it started
            process.kill()
            raise
        said += _kill(process).splitlines()
        left, seconds = _wait(folder, said[0] if said else "")
    return Kill(after, len(said) > 1, tuple(left), seconds)


@contextmanager
def _room() -> Iterator[Path]:
    """A temporary folder that servers of other users may pass through: PostgreSQL never runs as
    root."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _start(name: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _HOLD_BROWSER if name == "browser" else _HOLD, name],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _kill(process: subprocess.Popen[str]) -> str:
    """What it printed until then."""
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    process.wait()
    return said


def _wait(folder: Path, ports: str) -> tuple[list[str], float]:
    """What is left in the end, and how long it took until nothing was."""
    began = time.monotonic()
    while True:
        left = _left(folder, json.loads(ports or "[]"))
        seconds = time.monotonic() - began
        if not left or seconds > PATIENCE:
            break
        time.sleep(0.1)
    for pid in _processes(folder):  # of this run, by its folder in their environment
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return left, seconds


def _left(folder: Path, ports: Sequence[int]) -> list[str]:
    return [
        *(f"process {pid}: {_command(pid)}" for pid in _processes(folder)),
        *(f"port {port}" for port in ports if _ours(folder, port)),
        *(f"file {path.relative_to(folder)}" for path in folder.glob("refute-real-*/*")),
        *(f"file {path.name}" for path in folder.iterdir() if "refute-real" not in path.name),
    ]


def _processes(folder: Path) -> list[int]:
    """Those whose environment names the folder, and what was left as a zombie is none."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if os.fsencode(folder) in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")[:120]
    return "gone"


def _ours(folder: Path, port: int) -> bool:
    """Whether who listens at a port may be ours: others get the numbers that we gave back."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            rows = [row.split() for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
            sockets |= {
                f"socket:[{row[9]}]"
                for row in rows
                if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port
            }
    owners = [one for one in _all_processes() if sockets and sockets & _sockets(one)]
    known = _processes(folder)
    return bool(sockets) and (not owners or any(one in known for one in owners))


def _all_processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").glob("[0-9]*")]


def _sockets(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for one in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(os.readlink(one))
    return found


def prove(name: str, times: int, seed: int) -> Iterator[Kill]:
    """Many kills of one dependency: about half of them while it starts, half when it is ready."""
    draw = random.Random(f"{seed} {name}")
    longest = ready_in(name)
    for _ in range(times):
        ready = draw.random() < 0.5
        yield kill_once(name, draw.uniform(0.0, 0.5 if ready else longest), ready=ready)


@dataclass(slots=True)
class Proof:
    """What is known of one dependency so far."""

    name: str
    #: How many kills there are to be.
    times: int
    kills: list[Kill] = field(default_factory=list)
    #: Why it can't be proven here, in words.
    obstacle: str = ""

    @property
    def bad(self) -> int:
        """After how many kills something was left."""
        return sum(bool(kill.left) for kill in self.kills)

    @property
    def holds(self) -> bool:
        """Whether all of it was done, and nothing left."""
        return len(self.kills) == self.times and not self.bad

    def row(self) -> tuple[object, ...]:
        """Name, kills, those when it was ready, those that left something, the slowest end."""
        ready = sum(kill.ready for kill in self.kills)
        slowest = max((kill.gone_in for kill in self.kills), default=0.0)
        done = f"{len(self.kills)} of {self.times}"
        return (self.name, done, ready, self.bad, f"{slowest:.1f} s")

    def __str__(self) -> str:
        _, done, ready, bad, slowest = self.row()
        return self.obstacle or (
            f"{self.name}: {done} kills, {ready} of them when it was ready; something left after "
            f"{bad}; the slowest end took {slowest}"
        )

    def go_on(self, seed: int) -> None:
        """Kill until all is done, and print what came of it, also when it is ended early."""
        try:
            for kill in prove(self.name, self.times, seed):
                self.kills.append(kill)
                if kill.left:
                    print(f"  killed after {kill.after:.3f} s: {'; '.join(kill.left)}", flush=True)
                if len(self.kills) % 20 == 0:
                    print(f"  {self.name}: {len(self.kills)}", file=sys.stderr, flush=True)
        except RuntimeError as error:
            self.obstacle = str(error)
        finally:
            print(self, flush=True)


def _end(*_: object) -> None:
    """End early; who asks twice (`timeout` does) doesn't get in the way of the figures."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main(words: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true", help="add the figures to RESULTS.md")
    given = parser.parse_args(words)
    signal.signal(signal.SIGTERM, _end)
    proofs = [Proof(name, given.times) for name in given.names]
    began = []
    try:
        for proof in proofs:
            began.append(proof)
            proof.go_on(given.seed)
    finally:
        if given.record and began:
            heads = ("dependency", "kills", "when it was ready", "left something", "slowest end")
            obstacles = "".join(f"\n\n{one.obstacle}." for one in began if one.obstacle)
            table = record.table(heads, [one.row() for one in began])
            record.append("Real dependencies, killed at random", table + obstacles)
    return 0 if all(proof.holds for proof in proofs) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
