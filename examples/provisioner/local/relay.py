"""Passes connections on, from a socket that listens to an address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def relay(listening: socket.socket, to: tuple[str, int]) -> Iterator[None]:
    """Until the block ends."""

    def accept() -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_join, args=(near, to), daemon=True).start()

    thread = threading.Thread(target=accept, name="relay", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def _join(near: socket.socket, to: tuple[str, int]) -> None:
    with near:
        try:
            far = socket.create_connection(to, 5)
        except OSError:
            return
        far.settimeout(None)
        with far:
            back = threading.Thread(target=_copy, args=(far, near), daemon=True)
            back.start()
            _copy(near, far)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
