"""``refute run`` as a process of its own, for those who start it again or for others."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

PASSED_ON = tuple(
    signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""Signals that ask to end: who waits for a run hands them on to it."""

GRACE = 30.0
"""Seconds in which a run that was told to stop writes its report."""


def start(
    root: Path,
    words: Iterable[str],
    *,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``refute run ROOT WORDS`` under this interpreter.

    It stays in our process group, so that Ctrl-C and a closed terminal reach both. Without
    ``output`` and ``errors`` it prints where we do. Nothing of the project's folder can stand
    before its imports.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "refute", "run", str(root), *words],
        cwd=root,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
    )


def wait(program: subprocess.Popen[bytes]) -> int:
    """Wait for a run's end, however often Ctrl-C is pressed: it hears of that itself, and ends
    with what it has. Returns its exit code, negative where a signal ended it.
    """
    with _handing_on(program):
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                continue


def stop(program: subprocess.Popen[bytes], patience: float = 0.0) -> None:
    """End a run and wait until it has. ``patience`` are seconds in which it may end by itself,
    as it does when it has heard Ctrl-C, too. What it has found out is kept.
    """
    for end, seconds in ((None, patience), (program.terminate, GRACE), (program.kill, None)):
        if end is not None:
            end()
        try:
            program.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


@contextmanager
def _handing_on(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Within this block a signal that asks us to end goes to the program first, and then ends
    us as it would have.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in PASSED_ON if signal.getsignal(number) is signal.SIG_DFL]
    heard: list[int] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        if program.poll() is None:
            program.send_signal(number)

    for number in ours:
        signal.signal(number, hand_on)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
        if heard:
            signal.raise_signal(heard[0])
