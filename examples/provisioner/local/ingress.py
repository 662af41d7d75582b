"""In front of the instances: leads a connection to the one that its first request names.

A browser keeps a connection to one host, so what follows on it is for the same instance.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Backend = Callable[[str], socket.socket]
"""A connection to the instance of a host name. Raises OSError or LookupError."""

_HEAD = 64 * 1024
_LOST = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 29\r\n"
    b"Connection: close\r\n\r\nThere is no such room (yet).\n"
)


@contextmanager
def ingress(listening: socket.socket, backend: Backend) -> Iterator[None]:
    """Serve on a socket that listens, for the time of the block."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _lead(reader, writer, backend)
        writer.close()

    started = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(asyncio.start_server(serve, sock=listening, limit=_HEAD))
        started.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))

    thread = threading.Thread(target=run, name="ingress", daemon=True)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _lead(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: Backend
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    try:
        there = await asyncio.to_thread(backend, host(head))
    except (OSError, LookupError):
        writer.write(_LOST)
        await writer.drain()
        return
    # asyncio wants it so; otherwise its loop would wait for this one alone.
    there.setblocking(False)
    answers, requests = await asyncio.open_connection(sock=there)
    try:
        requests.write(head)
        await asyncio.gather(_pipe(reader, requests), _pipe(answers, writer))
    finally:
        requests.close()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """All that comes; who has said all may still be answered."""
    while piece := await source.read(65536):
        target.write(piece)
        await target.drain()
    target.write_eof()


def host(head: bytes) -> str:
    """The name that a request is for, without its port; empty if it names none."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "host":
            return value.strip().rpartition(":")[0] or value.strip()
    return ""
