"""Records between the controller and the processes of a slot: one JSON object a line."""

from __future__ import annotations

import json
from os import read as _read
from os import write as _write
from typing import Any

Record = dict[str, Any]

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_loads = json.JSONDecoder().decode


class Channel:
    """Both directions of one connection, by file descriptors.

    Only one process of a slot reads at a time, and a process that hands reading over has
    read no further than the record that told it to.
    """

    def __init__(self, fd_in: int, fd_out: int) -> None:
        self.fd_in = fd_in
        self.fd_out = fd_out
        self._buffer = b""

    def receive(self) -> Record | None:
        """The next record, or None when the controller is gone."""
        while b"\n" not in self._buffer:
            chunk = _read(self.fd_in, 1 << 16)
            if not chunk:
                return None
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        record: Record = _loads(line.decode())
        return record

    def send(self, record: Record) -> None:
        """Write one record whole."""
        write_all(self.fd_out, _dumps(record).encode("utf-8", "backslashreplace") + b"\n")


def write_all(fd: int, data: bytes) -> None:
    """Write all bytes, however the kernel splits them."""
    view = memoryview(data)
    while view:
        view = view[_write(fd, view) :]
