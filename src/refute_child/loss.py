"""Packets that get lost on the way to a socket: a filter in the kernel drops them by chance.

The other side's kernel then does what it does on a bad line: it waits, and sends again. With
all of them lost, nothing comes in: no data, no acknowledgement, no request to connect. That is
a partition, seen from both sides.
"""

from __future__ import annotations

import ctypes
import socket
from contextlib import suppress
from struct import pack

_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_LOAD, _JUMP_IF_LESS_NOT, _RETURN = 0x20, 0x35, 0x06
_RANDOM = 0xFFFFF000 + 56
_ALL = 0xFFFFFFFF


def try_out() -> None:
    """Raises OSError where the kernel lets nobody with our rights lose packets."""
    with socket.socket() as one:
        lose(one, 100)


def lose(end: socket.socket, percent: int) -> None:
    """Lose this share of what comes in from now on; 0 for nothing, 100 for everything.

    For a listener that is the requests to connect. Raises OSError where the kernel doesn't let.
    """
    if percent <= 0:
        with suppress(FileNotFoundError):  # there was none
            end.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
        return
    if percent >= 100:
        steps = [(_RETURN, 0, 0, 0)]
    else:
        limit = percent * (1 << 32) // 100
        steps = [
            (_LOAD, 0, 0, _RANDOM),
            (_JUMP_IF_LESS_NOT, 1, 0, limit),
            (_RETURN, 0, 0, 0),
            (_RETURN, 0, 0, _ALL),
        ]
    code = b"".join(pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code)
    program = pack("@HP", len(steps), ctypes.addressof(held))
    end.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
