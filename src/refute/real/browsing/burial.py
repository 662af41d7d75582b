"""Kill what a browser's driver has left running: a command for the keeper's end.

python -m refute.real.browsing.burial FOLDER
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from refute.real.keeper import MARK

PATIENCE = 10.0
"""Seconds after which what can't be killed is left alone."""


def main(folder: str) -> None:
    """Kill all processes that are marked with the folder, and wait until they are gone."""
    mark = os.fsencode(f"{MARK}={folder}")
    deadline = time.monotonic() + PATIENCE
    while marked := _marked(mark):
        for pid in marked:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)


def _marked(mark: bytes) -> list[int]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
