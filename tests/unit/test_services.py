"""The services on the machine's loopback, as they are found and named."""

from __future__ import annotations

import socket
import sys

import pytest

from refute.trials.services import Service, listening, own_servers, parse

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
ALL_4, ALL_6 = "00000000", "0" * 32

pytestmark = pytest.mark.skipif(sys.byteorder == "big", reason="the tables are of a small endian")


def line(address: str, port: int, state: str = "0A") -> str:
    return (
        f"   0: {address}:{port:04X} {ALL_4}:0000 {state} 00000000:00000000 00:00000000 0 0 1 1\n"
    )


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("0100007F", {"127.0.0.1"}),
        ("3500007F", {"127.0.0.53"}),
        (ALL_4, {"0.0.0.0"}),
        ("000000000000000000000000" + "01000000", {"::1"}),
        ("0000000000000000FFFF0000" + "0100007F", {"127.0.0.1"}),
        (ALL_6, {"::", "0.0.0.0"}),
        ("0101A8C0", set()),
        ("000080FE000000000000000001000000", set()),
    ],
)
def test_addresses_of_the_loopback(address: str, hosts: set[str]) -> None:
    assert parse(HEAD + line(address, 5432)) == {Service(host, 5432) for host in hosts}


def test_what_does_not_listen_is_no_service() -> None:
    assert parse(HEAD + line("0100007F", 5432, "01") + line("0100007F", 80, "06")) == set()
    assert parse("") == set()


@pytest.mark.skipif(sys.platform != "linux", reason="the tables are those of Linux")
def test_a_real_listener_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = Service(*listener.getsockname())
        assert one in listening()
    assert one not in listening()


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.1", "127.0.0.1:80"), ("0.0.0.0", "127.0.0.1:80"), ("::", "[::1]:80")],
)
def test_names_are_those_that_one_connects_to(host: str, words: str) -> None:
    assert str(Service(host, 80)) == words


def test_random_ports_on_the_loopback_are_one_boundary() -> None:
    one = [{"boundaries": ["connect 127.0.0.1:40001", "connect 127.0.0.1:5432", "write"]}]
    two = [
        {"boundaries": ["connect 127.0.0.1:40002", "connect 10.0.0.1:1", "connect ::1:3"]},
        {"boundaries": ["connect 127.0.0.1:5432", "fork"]},
    ]
    assert own_servers(one, two) == {
        "connect 127.0.0.1:40001": "connect 127.0.0.1, any port",
        "connect 127.0.0.1:40002": "connect 127.0.0.1, any port",
        "connect ::1:3": "connect ::1, any port",
    }
