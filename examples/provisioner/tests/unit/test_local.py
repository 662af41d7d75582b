"""Parts of `make up` that can be wrong without anything being started."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest
from local.ingress import host, ingress
from local.relay import relay


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: room-1.localhost:81\r\n\r\n", "room-1.localhost"),
        (b"GET / HTTP/1.1\r\nAccept: */*\r\nhOST:room-1.localhost\r\n\r\n", "room-1.localhost"),
        (b"GET /Host:x HTTP/1.1\r\nAccept: a:b\r\n\r\n", ""),
    ],
)
def test_host_of_a_request(head: bytes, name: str) -> None:
    assert host(head) == name


def echo(listening: socket.socket) -> None:
    """Answers one connection with what it is sent, until that ends."""

    def serve() -> None:
        near, _ = listening.accept()
        with near:
            while piece := near.recv(100):
                near.sendall(piece)

    threading.Thread(target=serve, daemon=True).start()


def asked(port: int, words: bytes) -> bytes:
    """All that comes back."""
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while piece := line.recv(100):
            heard += piece
        return heard


def test_relay_passes_on_both_ways() -> None:
    with socket.create_server(("127.0.0.1", 0)) as far:
        echo(far)
        near = socket.create_server(("127.0.0.1", 0))
        with relay(near, far.getsockname()):
            assert asked(near.getsockname()[1], b"x" * 1000) == b"x" * 1000
    assert near.fileno() == -1


def test_ingress_leads_by_name_and_says_where_there_is_nobody() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as far:
        echo(far)

        def backend(name: str) -> socket.socket:
            if name != "room-1.localhost":
                raise LookupError(name)
            return socket.create_connection(far.getsockname())

        door = socket.create_server(("127.0.0.1", 0))
        with ingress(door, backend):
            port = door.getsockname()[1]
            sent = b"POST / HTTP/1.1\r\nHost: room-1.localhost\r\n\r\nand a body"
            assert asked(port, sent) == sent
            lost = asked(port, b"GET / HTTP/1.1\r\nHost: room-2.localhost\r\n\r\n")
    assert lost.startswith(b"HTTP/1.1 503 ")
    assert lost.endswith(b"There is no such room (yet).\n")
