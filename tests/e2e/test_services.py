"""Services that the user runs on the loopback: those that the tests use are let through the
seal, and no others."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from tests.e2e.stage import PATIENCE, Stage, stage

EVERYBODY = pytest.mark.parametrize("kind", ["self", "ordinary"])
NUMBERS = ("--operators", "number")


@dataclass(slots=True)
class Service:
    """A real TCP server: answers `you said ...`, from some connection on not at all."""

    listener: socket.socket
    silent_after: int = 1 << 30
    #: What each connection had to say.
    heard: list[str] = field(default_factory=list)
    #: How often two were there who each wanted to be alone.
    clashes: int = 0
    #: Let the first one who wants to be alone wait for a second one.
    meet: bool = False
    _alone: threading.Lock = field(default_factory=threading.Lock)
    _met: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        """Until the listener is closed."""
        with suppress(OSError), ExitStack() as links:
            while True:
                link = links.enter_context(self.listener.accept()[0])
                threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link: socket.socket) -> None:
        with suppress(OSError):
            said = b"".join(iter(lambda: link.recv(4096), b""))
            self.heard.append(said.decode())
            if len(self.heard) <= self.silent_after:
                answer = said if said != b"alone" or self._is_alone() else b"busy"
                link.sendall(b"you said " + answer)
                link.close()

    def _is_alone(self) -> bool:
        if not self._alone.acquire(blocking=False):
            self.clashes += 1
            self._met.set()
            return False
        if self.meet:
            self._met.wait(PATIENCE)
        self._alone.release()
        return True


@contextmanager
def services(silent_after: int = 1 << 30) -> Iterator[tuple[Service, Service]]:
    """Two servers, at a port and the one after it."""
    with ExitStack() as open_:
        both = [Service(open_.enter_context(closing(one)), silent_after) for one in _neighbours()]
        for one in both:
            threading.Thread(target=one.serve, daemon=True).start()
            # A closed socket goes on to accept where another thread waits for it.
            open_.callback(one.listener.shutdown, socket.SHUT_RD)
        yield both[0], both[1]


def _neighbours() -> tuple[socket.socket, socket.socket]:
    while True:
        first = socket.create_server(("127.0.0.1", 0))
        try:
            return first, socket.create_server(("127.0.0.1", first.getsockname()[1] + 1))
        except (OSError, OverflowError):
            first.close()


def _environment(service: Service) -> dict[str, str]:
    return {"SERVICE_PORT": str(service.port)}


@EVERYBODY
@pytest.mark.parametrize("isolation", ["fork", "cold"])
def test_what_the_tests_use_is_let_through_and_nothing_else(kind: str, isolation: str) -> None:
    with stage("services", kind) as place, services() as (used, unused):
        done = place.run(*NUMBERS, "--isolation", isolation, env=_environment(used))
        assert done.code == 0, done.output
        assert done.report["baseline"]["outcomes"]["passed"] == 4, done.output
        assert done.verdicts() == {"service_port": "killed", "answer": "killed"}
        assert set(used.heard) == {"good morning", "good evening", "alone"}
        assert unused.heard == []
        assert done.note("service") == (
            f"127.0.0.1:{used.port} is let through the seal: the tests use it. What a fault "
            "does there is real, and trials run one at a time."
        )
        assert done.report["baseline"]["boundaries"]["connect 127.0.0.1, any port"] == 1
        assert done.report["baseline"]["boundaries"][f"connect 127.0.0.1:{used.port}"] == 2
        assert place.left() == []
        verified = _verify(place, used)
        assert verified == (0, "2 of 2 verdicts agree with plain pytest.")
        assert unused.heard == []
        assert place.left() == []
        assert place.unchanged()


def _verify(place: Stage, used: Service) -> tuple[int, str]:
    words = ("verify", ".", "--python", place.python)
    done = place.finish(place.start(*words, env=_environment(used)))
    found = [line for line in done.output.splitlines() if "agree with plain pytest" in line]
    return done.code, found[0] if found else done.output


def test_a_service_that_no_test_uses_is_shut_out_and_not_named() -> None:
    with stage("calc") as place, services() as (one, two):
        done = place.run()
        assert done.code == 0, done.output
        assert done.note("service") == ""
        assert one.heard + two.heard == []
        assert place.left() == []


@pytest.mark.parametrize("isolation", ["fork", "cold"])
def test_those_who_share_a_service_take_turns(isolation: str) -> None:
    with stage("services") as place, services() as (used, _):
        used.meet = True
        words = (*NUMBERS, "--jobs", "2", "--isolation", isolation)
        done = place.run(*words, env=_environment(used))
        # The two observed runs met, and were repeated one after the other.
        assert done.report["baseline"]["outcomes"]["passed"] == 4, done.output
        assert used.clashes == 1
        assert done.verdicts() == {"service_port": "killed", "answer": "killed"}


@EVERYBODY
@pytest.mark.parametrize("silent_after", [0, 8])
def test_no_relay_outlives_a_killed_controller(kind: str, silent_after: int) -> None:
    with stage("services", kind) as place, services(silent_after) as (used, _):
        words = ("run", ".", "--python", place.python, *NUMBERS)
        program = place.start(*words, env=_environment(used))
        deadline = time.monotonic() + PATIENCE
        while len(used.heard) <= silent_after:
            assert program.poll() is None, program.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # A connection is open now, and waits for its answer.
        program.kill()
        assert place.finish(program).code == -signal.SIGKILL
        assert place.left() == []
        assert place.unchanged()
