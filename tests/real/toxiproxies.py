"""Servers for the tests of toxics: Toxiproxy itself, our own proxy, and something behind them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any

import pytest

from refute.errors import RefuteError
from refute.real.ports import answers, wait_until
from refute.real.toxiproxy import install

SRC = Path(__file__).parents[2] / "src"


@cache
def real() -> Path:
    """The server of Toxiproxy, built if need be; the test is skipped where it can't be had."""
    found = install.in_cache() or install.on_path()
    if found is None:
        if shutil.which("go") is None:
            pytest.skip("no toxiproxy-server, and no Go to build it")
        try:
            found = install.install(print).folder / install.SERVER
        except RefuteError as error:
            pytest.skip(str(error))
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def command(kind: str) -> list[str]:
    """How a server of this kind, ``real`` or ``ours``, is started."""
    if kind == "real":
        return [str(real())]
    return [sys.executable, "-P", "-m", "refute.real.toxiproxy.server", "-seed", "1"]


@contextmanager
def server(kind: str, port: int | None = None) -> Iterator[Api]:
    """A server in a process of its own, with its API."""
    port = port or free_port()
    process = subprocess.Popen(
        [*command(kind), "-port", str(port), "-proxy-metrics"],
        env={**os.environ, "PYTHONPATH": str(SRC), "LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port), what=kind, seconds=20)
        yield Api(port)
    finally:
        process.terminate()
        process.wait()


class Api:
    """Requests to a server's API."""

    def __init__(self, port: int) -> None:
        self.port = port

    def raw(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of one answer."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            text = body.encode() if isinstance(body, str) else body
            line.request(method, path, text, headers)
            answer = line.getresponse()
            said = answer.read().decode()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, said
        finally:
            line.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; an error fails the test."""
        status, _, said = self.raw(method, path, None if body is None else json.dumps(body))
        assert status < 400, said
        return json.loads(said) if said else None

    def proxy(self, upstream: int, name: str = "p") -> int:
        """The port of a new proxy."""
        given = {"name": name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{upstream}"}
        return int(self.ask("POST", "/proxies", given)["listen"].rpartition(":")[2])

    def toxic(self, kind: str, stream: str = "downstream", **attributes: int) -> None:
        """A toxic on the proxy ``p``, with its usual name."""
        given = {"type": kind, "stream": stream, "attributes": attributes}
        self.ask("POST", "/proxies/p/toxics", given)


Serve = Callable[[socket.socket], None]


@contextmanager
def upstream(serve: Serve) -> Iterator[int]:
    """The port of a server that does this with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(one,), daemon=True).start()

    def handle(one: socket.socket) -> None:
        with one:
            try:
                serve(one)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def echo(one: socket.socket) -> None:
    """Send back what comes, until the end."""
    while data := one.recv(65536):
        one.sendall(data)


def gives(size: int) -> Serve:
    """Wait for a byte, then send so many and close."""

    def serve(one: socket.socket) -> None:
        one.recv(1)
        one.sendall(b"x" * size)

    return serve


def ports_apart(text: str) -> str:
    """The text without the numbers of ports that were given by chance."""
    return re.sub(r"((?:127\.0\.0\.1|\[::1?\])):[1-9]\d{3,4}", r"\1:PORT", text)


def connect(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.settimeout(20)
    return one


def rest(one: socket.socket) -> tuple[int, str]:
    """How many bytes still come, and how it ends: ``end`` or ``reset``."""
    size = 0
    while True:
        try:
            data = one.recv(65536)
        except ConnectionResetError:
            return size, "reset"
        if not data:
            return size, "end"
        size += len(data)


BODIES = (
    *("", " ", "{", "[", "x", "3", '"x"', "true", "null", "[]", "{}", "nul", "1e", '{"a"', "-"),
    *('{"name":1}', '{"NAME":1}', '{"Logger":1}', '{"Logger":{}}', '{"listen":{}}'),
    *('{"a":01}', '{"a" 1}', '{"a":1 "b"}', "{a}", "[1 2]", '{"a":"\\q"}', '{"a":"\\u12x4"}'),
    *('{"a":1,}', "{'a':1}", "12x", '{"a":"\n"}', '{"a":é}', '{"a":\x7f}', '{"a":1.}', "[1,]"),
    *('{"name":"q","listen":"foo","upstream":"x"}', '{"name":"q"}', '{"upstream":"q"}'),
    *(
        f'{{"name":"q","listen":"{listen}","upstream":"x"}}'
        for listen in ("h:99999", "127.0.0.1:abc", "a:b:c", "[::1", "[::1]", "127.0.0.1:-1")
    ),
    *('[{"name":3}]', "[3]", "[null]", '[{"name":"x"}]', '[{"enabled":3,"name":4}]'),
    *('{"type":"latency","toxicity":"x"}', '{"type":"latency","toxicity":1e99}', '{"type":3}'),
    *('{"type":"slicer","attributes":{"average_size":"x"}}', '{"type":"latency","stream":"no"}'),
    *('{"type":"slicer","attributes":{"average_size":99999999999999999999}}', '{"type":"x"}'),
    *('{"type":"reset_peer","attributes":{"timeout":true}}', '{"attributes":3}'),
    *('{"type":"timeout","attributes":{"TIMEOUT":1e2}}', '{"toxicity":{}}'),
    *('{"type":"timeout","name":"t","toxicity":1e-7,"attributes":{"TIMEOUT":12}}', "[[[["),
    '{"type":"limit_data","toxicity":0.333333333333,"attributes":{"bytes":null,"x":[{"y":1}]}}',
    '{"type":"latency","name":"x<&>\\u2028é\\ud800","stream":"UPSTREAM"}',
    *('{"attributes":{"timeout":5,"latency":7},"toxicity":"x"}', '{"attributes":null}'),
    *('{"enabled":"x"}', '{"enabled":false}', '{"enabled":true,"listen":"127.0.0.1:0"}'),
)
PATHS = (
    *("/proxies", "/proxies/a", "/proxies/a/toxics", "/proxies/a/toxics/t", "/populate", "/reset"),
    *("/proxies/none", "/proxies/none/toxics", "/proxies/a/toxics/none", "/", "/proxies/"),
    *("/proxies/a%2Fb", "//proxies", "/proxies/../reset", "/metrics/x", "/proxies/./a?x=1"),
)
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD")
KINDS = ("latency", "bandwidth", "slow_close", "timeout", "slicer", "limit_data", "reset_peer")


def request(chance: Random) -> tuple[str, str, str | None]:
    """One request, sensible or not."""
    if chance.random() < 0.45:
        return chance.choice(METHODS), chance.choice(PATHS), chance.choice((None, *BODIES))
    name, toxic = chance.choice("abc"), chance.choice(("t", "u", "latency_downstream"))
    kind = chance.choice(KINDS)
    attributes = {
        word: chance.choice((0, 1, 500, -3))
        for word in ("latency", "jitter", "rate", "timeout", "delay", "bytes", "average_size")
        if chance.random() < 0.4
    }
    given: dict[str, Any] = {"type": kind, "attributes": attributes}
    if chance.random() < 0.5:
        given |= {"name": toxic, "stream": chance.choice(("upstream", "downstream", "Upstream"))}
    if chance.random() < 0.4:
        given["toxicity"] = chance.choice((0, 0.1, 1, 2.5, -1, 1e-9))
    proxy = {"name": name, "upstream": f"127.0.0.1:{chance.choice((1, 2))}"}
    if chance.random() < 0.8:
        proxy["listen"] = chance.choice(("127.0.0.1:0", "localhost:0", "[::1]:0", ""))
    match chance.randrange(9):
        case 0 | 1:
            return "POST", "/proxies", json.dumps(proxy)
        case 2:
            several = [{**proxy, "name": each} for each in chance.sample("abcd", 2)]
            return "POST", "/populate", json.dumps(several)
        case 3 | 4 | 5:
            return "POST", f"/proxies/{name}/toxics", json.dumps(given)
        case 6:
            return "PATCH", f"/proxies/{name}/toxics/{toxic}", json.dumps(given)
        case 7:
            change = {"enabled": chance.random() < 0.5}
            return chance.choice(("POST", "PATCH")), f"/proxies/{name}", json.dumps(change)
    return chance.choice(("GET", "DELETE")), f"/proxies/{name}/toxics/{toxic}", None


HEADERS = ("content-type", "location", "x-content-type-options")


def answered(api: Api, method: str, path: str, body: str | None) -> tuple[Any, ...]:
    status, headers, said = api.raw(method, path, body)
    with_id = len(headers.get("x-toxiproxy-request-id", ""))
    return status, with_id, ports_apart(said), *(headers.get(name) for name in HEADERS)
