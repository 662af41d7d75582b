"""Links that go bad: real connections out of a real slot, while a switch is turned."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from refute.faults.toxic import Bad, bad
from refute.trials.seal import Seal, SealKind, probe, spawn
from refute.trials.services import Service
from refute.trials.strain import Strain

SEAL = probe(Path("/tmp"))
pytestmark = pytest.mark.skipif(SEAL.kind is SealKind.NONE, reason=f"no seal: {SEAL.reason}")

HEAD = """
import json, socket, sys
switch, port = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])

def on():
    switch.send(b"1")
    assert switch.recv(9) == b"1"

def off():
    switch.send(b"0")
    return json.loads(switch.recv(1 << 16))

def connect():
    one = socket.create_connection(("127.0.0.1", port))
    one.settimeout(20)
    return one

def rest(one):
    got = b""
    try:
        while data := one.recv(65536):
            got += data
    except ConnectionResetError:
        return got, "reset"
    return got, "end"

def echoed(one, text):
    one.sendall(text)
    return one.recv(len(text))
"""


def echo(one: socket.socket) -> None:
    while data := one.recv(65536):
        one.sendall(data)


@contextmanager
def server(talk: Callable[[socket.socket], None] = echo) -> Iterator[Service]:
    def serve(one: socket.socket) -> None:
        with one, suppress(OSError):
            talk(one)

    def accept() -> None:
        with suppress(OSError):
            while True:
                one = listener.accept()[0]
                threading.Thread(target=serve, args=(one,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield Service("127.0.0.1", listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RD)


def run(folder: Path, code: str, service: Service, made: Bad | None) -> list[str]:
    """What a program in a slot prints, whose link to the service can be made bad."""
    with closing(Strain(made, (service,))) as strain:
        inside = strain.inside.fileno()
        program = spawn(
            [sys.executable, "-c", HEAD + code, str(inside), str(service.port)],
            env={},
            cwd=folder,
            project_root=folder,
            seal=Seal(SealKind.FULL),
            init=True,
            pass_fds=(inside,),
            services=(service,),
            strain=strain.plan(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    return program.communicate(timeout=60)[0].decode().splitlines()


def test_what_goes_over_a_link_is_counted_between_two_turns(tmp_path: Path) -> None:
    code = """
early = connect()
echoed(early, b"12345")
on()
echoed(early, b"123")
late = connect()
echoed(late, b"1234")
late.close()
print(json.dumps(off()))
on()
print(json.dumps(off()))
"""
    with server() as service:
        first, second = run(tmp_path, code, service, None)
    assert json.loads(first) == [["127.0.0.1", service.port, 1, 7, 7]]
    assert [row[2:] for row in json.loads(second)] in ([], [[0, 0, 0]])


def test_a_link_that_exists_goes_down_and_new_ones_are_refused_until_it_is_up(
    tmp_path: Path,
) -> None:
    code = """
early = connect()
echoed(early, b"x")
on()
print(rest(early)[1])
try:
    connect()
except ConnectionRefusedError as error:
    print("refused")
off()
print(echoed(connect(), b"again").decode())
"""
    with server() as service:
        found = run(tmp_path, code, service, bad("down", 1, {}))
    assert found == ["reset", "refused", "again"]


def test_a_silent_link_swallows_and_is_closed_when_it_is_well_again(tmp_path: Path) -> None:
    code = """
early = connect()
echoed(early, b"x")
on()
early.sendall(b"lost")
early.settimeout(0.3)
try:
    early.recv(1)
except TimeoutError:
    print("silent")
print(off()[0][3:])
early.settimeout(20)
print(rest(early)[0])
print(echoed(connect(), b"again").decode())
"""
    with server() as service:
        found = run(tmp_path, code, service, bad("timeout", 1, {"timeout": 0}))
    assert found == ["silent", "[4, 0]", "b''", "again"]


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (bad("limit_data", 1, {"bytes": 3}), ["b'123'", "end"]),
        (bad("reset_peer", 1, {"timeout": 0}), ["b''", "reset"]),
        (bad("slicer", 1, {"average_size": 1, "delay": 100}), ["b'1234567'", "end"]),
        (bad("latency", 1, {"latency": 50}), ["b'1234567'", "end"]),
        (bad("bandwidth", 1, {"rate": 1}), ["b'1234567'", "end"]),
        (bad("slow_close", 1, {"delay": 50}), ["b'1234567'", "end"]),
    ],
)
def test_a_toxic_does_the_same_as_in_a_proxy(tmp_path: Path, made: Bad, found: list[str]) -> None:
    code = """
on()
one = connect()
one.sendall(b"1234567")
try:
    one.shutdown(socket.SHUT_WR)
except OSError:
    pass  # it was reset by then
got, how = rest(one)
print(got)
print(how)
"""
    with server() as service:
        assert run(tmp_path, code, service, made) == found


def test_what_is_sent_is_cut_where_it_should_be(tmp_path: Path) -> None:
    heard: list[bytes] = []
    over = threading.Event()

    def listen(one: socket.socket) -> None:
        data = b""
        while more := one.recv(65536):
            data += more
        heard.append(data)
        over.set()

    code = """
on()
one = connect()
one.sendall(b"1234567")
print(rest(one)[0])
"""
    with server(listen) as service:
        run(tmp_path, code, service, bad("limit_data_upstream", 1, {"bytes": 4}))
        assert over.wait(20)
    assert heard == [b"1234"]


def test_other_services_stay_well(tmp_path: Path) -> None:
    code = """
on()
print(echoed(connect(), b"well").decode())
"""
    with server() as service, closing(Strain(bad("down", 1, {}), ())) as strain:
        inside = strain.inside.fileno()
        program = spawn(
            [sys.executable, "-c", HEAD + code, str(inside), str(service.port)],
            env={},
            cwd=tmp_path,
            project_root=tmp_path,
            seal=Seal(SealKind.FULL),
            init=True,
            pass_fds=(inside,),
            services=(service,),
            strain=strain.plan(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        strain.close()
        assert program.communicate(timeout=60)[0] == b"well\n"
