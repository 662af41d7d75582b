"""An ASGI application behind a real port of the loopback, by uvicorn, in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


def listening() -> socket.socket:
    """A socket at a free port; who has it keeps the port."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def served(app: ASGIApp, on: socket.socket | None = None) -> Iterator[str]:
    """The address at which the application answers during the block."""
    taken = on or listening()
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
