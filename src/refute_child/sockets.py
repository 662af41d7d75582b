"""Unix sockets of the machine: which there are, and how a slot is kept from them.

A socket under an overlay refuses to connect, and those in hidden folders are not there. Any
other could still be called from the read-only tree, so an empty file is shown in its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from stat import S_ISSOCK

from . import linux
from .layers import Folder, above


def bound_sockets() -> list[str]:
    """Paths at which somebody in this network namespace has a socket, as the kernel lists them."""
    with suppress(OSError), open("/proc/net/unix", "rb") as file:
        names = {
            os.fsdecode(line.split(None, 7)[7].rstrip(b"\n")) for line in file if b" /" in line
        }
        return sorted(name for name in names if name.startswith("/"))
    return []


def cover_sockets(paths: Iterable[str], folders: Sequence[Folder], scratch: str) -> None:
    """Show an empty file in the place of each that can be seen outside of these folders."""
    empty = f"{scratch}/live/socket"
    os.close(os.open(empty, os.O_CREAT | os.O_WRONLY, 0))
    for path in paths:
        # Gone meanwhile, or in a folder that the tests can't enter either.
        with suppress(OSError):
            real = os.path.realpath(path)
            inside = any(above(folder.target, real) for folder in folders)
            if S_ISSOCK(os.stat(real).st_mode) and not inside:
                linux.bind(empty, real)
