"""Our proxy beside Toxiproxy: the same answers, and the same effects on bytes."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from random import Random

import pytest
from tests.real.toxiproxies import (
    Api,
    answered,
    connect,
    echo,
    gives,
    ports_apart,
    request,
    rest,
    server,
    upstream,
)


@pytest.fixture(scope="module", params=["real", "ours"])
def running(request: pytest.FixtureRequest) -> Iterator[Api]:
    with server(request.param) as api:
        yield api


@pytest.fixture
def api(running: Api) -> Iterator[Api]:
    yield running
    for name in running.ask("GET", "/proxies"):
        running.ask("DELETE", f"/proxies/{name}")


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_are_answered_alike(seed: int) -> None:
    with server("real") as real, server("ours") as ours:
        chance = Random(seed)
        for _ in range(250):
            asked = request(chance)
            assert answered(ours, *asked) == answered(real, *asked), asked
            assert ports_apart(ours.raw("GET", "/proxies")[2]) == ports_apart(
                real.raw("GET", "/proxies")[2]
            ), asked


def test_browsers_are_sent_away(api: Api) -> None:
    status, _, said = api.raw("GET", "/proxies", **{"User-Agent": "Mozilla/5.0"})
    assert (status, said) == (403, "User agent not allowed\n")


def test_version_and_metrics_have_their_form(api: Api) -> None:
    status, headers, said = api.raw("GET", "/version")
    assert status == 200
    assert headers["content-type"] == "application/json;charset=utf-8"
    assert isinstance(json.loads(said)["version"], str)
    with upstream(echo) as port:
        listen = api.proxy(port)
        with connect(listen) as one:
            one.sendall(b"hello")
            assert one.recv(5) == b"hello"
        told = []
        for _ in range(200):
            told = api.raw("GET", "/metrics")[2].splitlines()
            if sum("_total{" in line and f":{listen}" in line for line in told) == 4:
                break
            time.sleep(0.01)
    labels = f'proxy="p",upstream="127.0.0.1:{port}"'
    for what in ("received", "sent"):
        for way in ("upstream", "downstream"):
            name = f"toxiproxy_proxy_{what}_bytes_total"
            where = f'direction="{way}",listener="127.0.0.1:{listen}",{labels}'
            assert f"{name}{{{where}}} 5" in told


def test_bytes_pass_both_ways_and_the_end_closes_both(api: Api) -> None:
    with upstream(echo) as port, connect(api.proxy(port)) as one:
        sent = Random(1).randbytes(300_000)
        one.sendall(sent)
        got = b""
        while len(got) < len(sent):
            got += one.recv(65536)
        assert got == sent
        # There are no half-closed connections: the end closes the way back, too.
        one.shutdown(socket.SHUT_WR)
        assert rest(one)[0] == 0


@pytest.mark.parametrize("limit", [1, 777, 40_000])
def test_limited_data_comes_to_the_byte(api: Api, limit: int) -> None:
    with upstream(gives(100_000)) as port:
        listen = api.proxy(port)
        api.toxic("limit_data", bytes=limit)
        with connect(listen) as one:
            one.sendall(b"x")
            assert rest(one)[0] == limit


def test_a_reset_is_a_reset_and_a_timeout_an_end(api: Api) -> None:
    with upstream(echo) as port:
        listen = api.proxy(port)
        api.toxic("reset_peer", timeout=0)
        with connect(listen) as one:
            one.sendall(b"x")
            assert rest(one) == (0, "reset")
        api.ask("DELETE", "/proxies/p/toxics/reset_peer_downstream")
        api.toxic("timeout", timeout=50)
        with connect(listen) as one:
            one.sendall(b"x")
            assert rest(one) == (0, "end")


def test_a_reset_reaches_the_server_as_one_too(api: Api) -> None:
    ends: list[tuple[int, str]] = []
    with upstream(lambda one: ends.append(rest(one))) as port:
        listen = api.proxy(port)
        api.toxic("reset_peer", "upstream", timeout=0)
        with connect(listen) as one:
            one.sendall(b"x")
            assert rest(one)[1] == "reset"
        while not ends:
            time.sleep(0.01)
    assert ends == [(0, "reset")]


def test_latency_is_no_less_than_asked_for(api: Api) -> None:
    with upstream(echo) as port:
        listen = api.proxy(port)
        api.toxic("latency", latency=120)
        api.toxic("latency", "upstream", latency=60)
        with connect(listen) as one:
            began = time.monotonic()
            one.sendall(b"x")
            assert one.recv(1) == b"x"
            assert time.monotonic() - began >= 0.18


def test_what_a_latency_holds_is_let_go_when_it_is_taken_away(api: Api) -> None:
    with upstream(echo) as port:
        listen = api.proxy(port)
        api.toxic("latency", latency=3_600_000)
        with connect(listen) as one:
            one.sendall(b"abc")
            one.settimeout(0.2)
            with pytest.raises(TimeoutError):
                one.recv(3)
            api.ask("DELETE", "/proxies/p/toxics/latency_downstream")
            one.settimeout(20)
            assert one.recv(3) == b"abc"


def test_bandwidth_is_no_more_than_asked_for(api: Api) -> None:
    with upstream(gives(60_000)) as port:
        listen = api.proxy(port)
        api.toxic("bandwidth", rate=200)
        with connect(listen) as one:
            began = time.monotonic()
            one.sendall(b"x")
            assert rest(one) == (60_000, "end")
            assert time.monotonic() - began >= 0.28


def test_slices_come_one_by_one(api: Api) -> None:
    with upstream(gives(1000)) as port:
        listen = api.proxy(port)
        api.toxic("slicer", average_size=100, size_variation=20, delay=30_000)
        with connect(listen) as one:
            one.sendall(b"x")
            assert len(one.recv(1000)) <= 120
            assert rest(one)[1] == "end"


def test_a_slow_close_comes_no_sooner(api: Api) -> None:
    with upstream(gives(10)) as port:
        listen = api.proxy(port)
        api.toxic("slow_close", delay=200)
        with connect(listen) as one:
            one.sendall(b"x")
            assert one.recv(10) == b"x" * 10
            began = time.monotonic()
            assert rest(one) == (0, "end")
            assert time.monotonic() - began >= 0.15


def test_a_timeout_that_is_taken_away_closes(api: Api) -> None:
    with upstream(echo) as port:
        listen = api.proxy(port)
        with connect(listen) as one:
            one.sendall(b"x")
            assert one.recv(1) == b"x"
            api.toxic("timeout", timeout=0)
            one.sendall(b"y")
            api.ask("DELETE", "/proxies/p/toxics/timeout_downstream")
            assert rest(one)[0] == 0


def test_down_closes_and_refuses_and_up_again_serves(api: Api) -> None:
    with upstream(echo) as port:
        listen = api.proxy(port)
        with connect(listen) as one:
            one.sendall(b"x")
            assert one.recv(1) == b"x"
            api.ask("PATCH", "/proxies/p", {"enabled": False})
            assert rest(one)[0] == 0
        with pytest.raises(ConnectionRefusedError):
            connect(listen)
        api.toxic("limit_data", bytes=1)
        api.ask("POST", "/reset")
        assert api.ask("GET", "/proxies/p")["toxics"] == []
        with connect(listen) as one:
            one.sendall(b"xy")
            assert one.recv(2) == b"xy"


def test_an_upstream_that_is_not_there_closes_the_client(api: Api) -> None:
    with connect(api.proxy(1)) as one:
        assert rest(one)[0] == 0
