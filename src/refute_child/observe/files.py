"""Source files, read past whatever the tests have done to ``open`` and ``os``."""

from __future__ import annotations

import os

_OS = (os.open, os.read, os.close, os.O_RDONLY)
_LARGEST = 4_000_000
"""Bytes of a file that are read."""


def content_of(path: str) -> bytes:
    """What a file holds. Raises OSError."""
    opened, read, close, flags = _OS
    descriptor = opened(path, flags)
    try:
        data = b""
        while len(data) < _LARGEST and (part := read(descriptor, 1 << 16)):
            data += part
        return data
    finally:
        close(descriptor)
