"""The keeper: a process that looks after the servers of one dependency, and buries them.

    python keeper.py DIRECTORY

It is run by path, with the standard library alone, in a session of its own. It makes its folder
itself, so that there is none without a keeper, and says so in its first line. Commands come on
its standard input as JSON, one object a line, and each is answered by one line. At the end of
the input, also when those who wrote to it were killed, it stops what it started, kills what is
left below it, runs the commands that were handed in for the end, and removes its folder.

The folder holds ``.keeper``, which is locked while the keeper lives. Should the keeper itself
be killed, `keeping.sweep` finds the folder unlocked, and does the rest.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
MARK = "REFUTE_KEEPER"
"""In the environment of all that a keeper starts: its folder."""
STATE = ".keeper"
GRACE = 5.0
"""Seconds that a server has to end by itself."""
PATIENCE = 30.0
"""Seconds that one command at the end may take."""

_prctl = ctypes.CDLL(None, use_errno=True).prctl


def main(folder: str) -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = Keeper(Path(folder))
    try:
        keeper.serve()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        keeper.end()


class Keeper:
    """What was started, and what has to be done at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: dict[int, tuple[subprocess.Popen[bytes], int]] = {}
        self._afterwards: list[list[str]] = []
        folder.mkdir()
        # Others than the owner may pass, but not list.
        folder.chmod(0o711)
        # Under its own name it is never seen unlocked while this process lives.
        self._lock = open(folder / f"{STATE}.new", "w+")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (folder / f"{STATE}.new").rename(folder / STATE)

    def serve(self) -> None:
        """Answer commands; between them, and now and then, reap what has ended."""
        rest = b""
        with suppress(BrokenPipeError):
            os.write(1, b"{}\n")
        while True:
            ready, _, _ = select.select([0], [], [], 1.0)
            self._reap()
            if not ready:
                continue
            read = os.read(0, 1 << 16)
            if not read:
                return
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                request = json.loads(line)
                try:
                    answer = getattr(self, f"do_{request.pop('do')}")(**request)
                except (OSError, ValueError) as error:
                    answer = {"error": str(error)}
                os.write(1, json.dumps(answer).encode() + b"\n")

    def do_spawn(
        self,
        argv: list[str],
        env: dict[str, str],
        cwd: str,
        user: int | None,
        log: str,
        stop: int,
    ) -> dict[str, Any]:
        """Start a program; its output goes to a file."""

        def prepare() -> None:
            # After the change of user, which would clear it.
            _prctl(PR_SET_PDEATHSIG, stop, 0, 0, 0)

        identity: dict[str, Any] = {}
        if user is not None:
            identity = {"user": user, "group": user, "extra_groups": []}
        with open(log, "ab", buffering=0) as output:
            program = subprocess.Popen(
                argv,
                env={**env, MARK: str(self._folder)},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=prepare,
                **identity,
            )
        self._programs[program.pid] = (program, stop)
        return {"pid": program.pid}

    def do_afterwards(self, argv: list[str]) -> dict[str, Any]:
        """Note a command for the end; it is on disk before this is answered."""
        self._afterwards.append(argv)
        self._lock.seek(0)
        self._lock.truncate()
        json.dump(self._afterwards, self._lock)
        self._lock.flush()
        return {}

    def do_state(self, pid: int) -> dict[str, Any]:
        """The exit status of a program, or None while it runs."""
        return {"code": self._programs[pid][0].poll()}

    def do_stop(self, pid: int, grace: float) -> dict[str, Any]:
        """Stop one program and all in its session."""
        program, stop = self._programs.pop(pid)
        self._stop([(program, stop)], grace)
        return {"code": program.poll()}

    def _stop(self, programs: list[tuple[subprocess.Popen[bytes], int]], grace: float) -> None:
        for program, stop in reversed(programs):
            if program.poll() is None:
                program.send_signal(stop)
        deadline = time.monotonic() + grace
        for program, _ in programs:
            with suppress(subprocess.TimeoutExpired):
                program.wait(max(0.0, deadline - time.monotonic()))
            if program.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(program.pid, signal.SIGKILL)
                program.kill()
                program.wait()

    def _reap(self) -> None:
        """Orphans come here, as this process is their subreaper; none stays as a zombie."""
        known = set(self._programs)
        for pid in _children(os.getpid()) - known:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def end(self) -> None:
        """Leave nothing behind."""
        self._stop(list(self._programs.values()), GRACE)
        while below := _children(os.getpid()):
            for pid in below:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)
        run_all(self._afterwards)
        shutil.rmtree(self._folder, ignore_errors=True)


def run_all(commands: list[list[str]]) -> None:
    """The commands for the end, last first; one that fails does not keep the others back."""
    for argv in reversed(commands):
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)


def _children(pid: int) -> set[int]:
    """The direct children of a process."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found.update(map(int, (task / "children").read_text().split()))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
