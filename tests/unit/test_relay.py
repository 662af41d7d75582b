"""The relay: real connections out of a real sealed slot, to real servers on the loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from struct import pack

import pytest

from refute.trials.seal import Program, Seal, SealKind, probe, spawn
from refute.trials.services import Control, Service
from refute_child.processes import children

SEAL = probe(Path("/tmp"))
FULL = Seal(SealKind.FULL)
RESET = pack("ii", 1, 0)

pytestmark = pytest.mark.skipif(SEAL.kind is SealKind.NONE, reason=f"no seal: {SEAL.reason}")

Talk = Callable[[socket.socket], None]


def say_it_back(link: socket.socket) -> None:
    """Reads to the end, and only then answers: that needs a half-closed connection."""
    link.sendall(b"".join(iter(lambda: link.recv(1 << 16), b"")))


@contextmanager
def server(
    talk: Talk = say_it_back, host: str = "127.0.0.1", family: int = socket.AF_INET
) -> Iterator[Service]:
    """A server in this process, on a free port."""

    def serve(link: socket.socket) -> None:
        with link, suppress(OSError):
            talk(link)

    def accept() -> None:
        with suppress(OSError):
            while True:
                link = listener.accept()[0]
                threading.Thread(target=serve, args=(link,), daemon=True).start()

    with socket.create_server((host, 0), family=socket.AddressFamily(family)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield Service(host, listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RD)


def start(folder: Path, code: str, *services: Service, control: int = -1) -> Program:
    """Start a program in a slot of its own; `port` is that of the first service."""
    head = f"import os, socket, sys, time\nport = {services[0].port}\n"
    return spawn(
        [sys.executable, "-c", head + code],
        env={},
        cwd=folder,
        project_root=folder,
        seal=FULL,
        init=True,
        services=services,
        control=control,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(folder: Path, code: str, *services: Service) -> str:
    """What a program in a slot prints."""
    return start(folder, code, *services).communicate()[0].decode()


def test_megabytes_go_both_ways_at_once_after_each_other_and_half_closed(tmp_path: Path) -> None:
    code = """
data = os.urandom(4_000_000)
links = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
for link in links:
    link.sendall(data)
    link.shutdown(socket.SHUT_WR)
for link in links:
    print(b"".join(iter(lambda: link.recv(1 << 16), b"")) == data)
"""
    with server() as one:
        assert run(tmp_path, code, one) == "True\n" * 3


def test_each_address_is_its_own(tmp_path: Path) -> None:
    def address(link: socket.socket) -> None:
        link.sendall(link.getsockname()[0].encode())

    code = """
for host in ("127.0.0.1", "127.0.0.2", "0.0.0.0"):
    try:
        print(socket.create_connection((host, port)).recv(100).decode())
    except ConnectionRefusedError:
        print("refused")
"""
    with server(address, "0.0.0.0") as everywhere:
        assert run(tmp_path, code, everywhere) == "127.0.0.1\n127.0.0.2\n127.0.0.1\n"
    with server(address) as one:
        assert run(tmp_path, code, one) == "127.0.0.1\nrefused\n127.0.0.1\n"


def test_the_newer_protocol(tmp_path: Path) -> None:
    try:
        with server(host="::1", family=socket.AF_INET6) as one:
            code = """
link = socket.create_connection(("::1", port))
link.sendall(b"hello")
link.shutdown(socket.SHUT_WR)
print(link.recv(100))
"""
            assert run(tmp_path, code, one) == "b'hello'\n"
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_a_reset_is_a_reset_and_an_end_an_end(tmp_path: Path) -> None:
    def reset(link: socket.socket) -> None:
        link.recv(1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    code = """
try:
    link = socket.create_connection(("127.0.0.1", port))
    link.sendall(b"x")
    print(link.recv(100))
except ConnectionResetError:
    print("reset")
"""
    with server(reset) as one:
        assert run(tmp_path, code, one) == "reset\n"
    with server(lambda link: print(link.recv(1))) as one:
        assert run(tmp_path, code, one) == "b''\n"
    # Nobody listens there any more.
    assert run(tmp_path, code, one) == "reset\n"


def test_the_service_sees_a_reset_and_what_was_sent_before_the_end(tmp_path: Path) -> None:
    heard: list[bytes] = []
    over = threading.Event()

    def listen(link: socket.socket) -> None:
        try:
            heard.extend(iter(lambda: link.recv(1 << 20), b""))
        except ConnectionResetError:
            heard.append(b"reset")
        over.set()

    code = """
link = socket.create_connection(("127.0.0.1", port))
link.sendall(b"x" * 100_000)
os._exit(0)
"""
    with server(listen) as one:
        assert run(tmp_path, code, one) == ""
        over.wait(60)
        assert b"".join(heard) == b"x" * 100_000
        heard.clear()
        over.clear()
        linger = f"link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, {RESET!r})\nos._exit(0)"
        assert run(tmp_path, code.replace("os._exit(0)", linger), one) == ""
        over.wait(60)
        assert heard[-1] == b"reset"


STEPS = """
for command in sys.stdin:
    port = int(command)
    try:
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.shutdown(socket.SHUT_WR)
            print(link.recv(1) == b"", flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""


def ask(program: Program, service: Service) -> str:
    """Let the program of STEPS connect to a service."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{service.port}\n".encode())
    program.stdin.flush()
    return program.stdout.readline().decode().strip()


def test_what_was_reached_is_told_and_the_rest_shut_out(tmp_path: Path) -> None:
    with server() as one, server() as two, server() as three, closing(Control()) as control:
        all_ = (one, two, three)
        program = start(tmp_path, STEPS, *all_, control=control.theirs.fileno())
        control.theirs.close()
        assert control.keep(all_) == frozenset()
        assert (ask(program, one), ask(program, three)) == ("True", "True")
        assert control.keep(all_) == {one, three}
        assert control.keep([one]) == {one, three}
        found = [ask(program, service) for service in all_]
        assert found == ["True", "ConnectionRefusedError", "ConnectionRefusedError"]
        program.communicate()
        assert control.last() == {one, three}
        with pytest.raises(OSError, match="the relay has ended"):
            control.last()


def test_where_nothing_is_kept_no_relay_stays(tmp_path: Path) -> None:
    with server() as one, closing(Control()) as control:
        program = start(tmp_path, STEPS, one, control=control.theirs.fileno())
        control.theirs.close()
        relay = relay_of(program)
        assert control.keep([]) == frozenset()
        assert is_gone(relay)
        assert ask(program, one) == "ConnectionRefusedError"
        program.communicate()
        assert program.returncode == 0


def relay_of(program: Program) -> int:
    """The child of the launcher that stayed in our network."""
    ours = os.readlink("/proc/self/ns/net")
    (relay,) = (p for p in children(program.pid) if os.readlink(f"/proc/{p}/ns/net") == ours)
    return relay


def is_gone(pid: int) -> bool:
    """Waits for a process to end; False if it is still there after half a minute."""
    for _ in range(3000):
        if not Path(f"/proc/{pid}/ns").exists() or not Path(f"/proc/{pid}/exe").exists():
            return True
        time.sleep(0.01)
    return False


def test_the_relay_has_no_powers(tmp_path: Path) -> None:
    with server() as one:
        program = start(tmp_path, STEPS, one)
        status = Path(f"/proc/{relay_of(program)}/status").read_text()
        powers = [line.split()[1] for line in status.splitlines() if line.startswith("Cap")][:3]
        program.communicate()
    assert {int(power, 16) for power in powers} == {0}


def test_relay_and_slot_end_together(tmp_path: Path) -> None:
    with server() as one:
        program = start(tmp_path, STEPS, one)
        relay = relay_of(program)
        program.kill()
        program.communicate()
        assert is_gone(relay)
        program = start(tmp_path, STEPS, one)
        assert ask(program, one) == "True"
        os.kill(relay_of(program), signal.SIGKILL)
        program.communicate()
        assert program.returncode == 97


def test_more_connections_than_there_are_files_wait_their_turn(tmp_path: Path) -> None:
    code = """
links = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
for link in links:
    link.sendall(b"hello")
    link.shutdown(socket.SHUT_WR)
    print(link.recv(100) == b"hello", end=" ")
    link.close()
"""
    words = "from pathlib import Path; import tests.unit.test_relay as t"
    with server() as one:
        call = (
            f"print(t.run(Path({str(tmp_path)!r}), {code!r}, t.Service('127.0.0.1', {one.port})))"
        )
        shell = ["sh", "-c", 'ulimit -n 90 && exec "$@"', "sh", sys.executable, "-c"]
        done = subprocess.run(
            [*shell, f"{words}; {call}"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        )
    assert done.stdout.split() == [b"True"] * 40
