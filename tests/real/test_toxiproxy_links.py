"""`toxiproxy` in tests: links that go bad inside a block, and are well after it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benches.real_kills import kill_once
from tests.real.toxiproxies import connect, echo, gives, real, rest, upstream

from refute.errors import RefuteError
from refute.real import client
from refute.real.toxiproxy import Toxiproxy, toxiproxy


@pytest.fixture(scope="module", autouse=True)
def _broker() -> Iterator[None]:
    yield
    client.disconnect()


@pytest.fixture(params=["installed", "ours"])
def links(request: pytest.FixtureRequest) -> Iterator[Toxiproxy]:
    if request.param == "installed":
        real()
    with toxiproxy(route=request.param) as given:
        yield given


@pytest.fixture
def ours() -> Iterator[Toxiproxy]:
    with toxiproxy(route="ours") as given:
        yield given


def asked(port: int) -> tuple[int, str]:
    with connect(port) as one:
        one.sendall(b"x")
        return rest(one)


def test_a_toxic_is_in_force_in_its_block_alone(links: Toxiproxy) -> None:
    with upstream(gives(100)) as port:
        link = links.proxy("db", f"127.0.0.1:{port}")
        assert asked(link.port) == (100, "end")
        with links.toxic(limit_data=30):
            assert asked(link.port)[0] == 30
            with links.toxic(link, reset_peer=0):
                assert asked(link.port) == (0, "reset")
        assert asked(link.port) == (100, "end")
        assert link.address == f"127.0.0.1:{link.port}"


def test_the_toxic_is_gone_when_the_block_failed(links: Toxiproxy) -> None:
    with upstream(gives(100)) as port:
        link = links.proxy("db", f"127.0.0.1:{port}")
        with pytest.raises(ZeroDivisionError), links.toxic("db", limit_data=1, direction="both"):
            raise ZeroDivisionError
        assert asked(link.port) == (100, "end")


def test_down_refuses_and_is_up_again(links: Toxiproxy) -> None:
    with upstream(gives(100)) as port:
        link = links.proxy("db", f"127.0.0.1:{port}")
        with links.down(), pytest.raises(ConnectionRefusedError):
            connect(link.port)
        assert asked(link.port) == (100, "end")


def test_blocks_may_be_async(links: Toxiproxy) -> None:
    async def run(port: int) -> bytes:
        async with links.toxic(limit_data=7):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x")
            data = await reader.read()
            writer.close()
            await writer.wait_closed()
            return data

    with upstream(gives(100)) as port:
        link = links.proxy("db", f"127.0.0.1:{port}")
        assert asyncio.run(run(link.port)) == b"x" * 7
        assert asked(link.port) == (100, "end")


def test_proxies_end_with_their_test_and_names_may_meet(links: Toxiproxy) -> None:
    with upstream(gives(3)) as port:
        route = str(links.lease.started["route"])
        with toxiproxy(route=route) as other:
            first = links.proxy("db", f"127.0.0.1:{port}")
            second = other.proxy("db", f"127.0.0.1:{port}")
            assert first.port != second.port
            with other.toxic(limit_data=1):
                assert asked(first.port)[0] == 3
        with pytest.raises(ConnectionRefusedError):
            connect(second.port)


def test_what_it_can_not_do_is_said(links: Toxiproxy) -> None:
    with pytest.raises(RefuteError, match="no link to make bad"):
        links.toxic(latency=1).start()
    links.proxy("db", "127.0.0.1:1")
    with pytest.raises(TypeError, match="did you mean `latency`"):
        links.toxic(latencies=1)
    with pytest.raises(RefuteError, match="Toxiproxy refuses: proxy already exists"):
        links.proxy("db", "127.0.0.1:1")


def test_toxiproxy_itself_refuses_to_lose_packets() -> None:
    real()
    with toxiproxy(route="installed") as links:
        links.proxy("db", "127.0.0.1:1")
        with pytest.raises(RefuteError) as caught:
            links.partition().start()
        assert "route='ours'" in str(caught.value.remedy)


def test_in_a_partition_nobody_hears_anything_and_all_goes_on_after_it(ours: Toxiproxy) -> None:
    with upstream(echo) as port:
        link = ours.proxy("db", f"127.0.0.1:{port}")
        with connect(link.port) as one:
            one.sendall(b"a")
            assert one.recv(1) == b"a"
            with ours.partition():
                one.sendall(b"b")
                one.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    one.recv(1)
                # Who asks to connect is not refused, but left waiting.
                with socket.socket() as other:
                    other.settimeout(0.3)
                    with pytest.raises(TimeoutError):
                        other.connect(("127.0.0.1", link.port))
            one.settimeout(30)
            assert one.recv(1) == b"b"


def test_with_lost_packets_all_bytes_come_all_the_same(ours: Toxiproxy) -> None:
    with upstream(gives(1_000_000)) as port:
        link = ours.proxy("db", f"127.0.0.1:{port}")
        with ours.loss(0.2):
            assert asked(link.port) == (1_000_000, "end")


def test_the_same_seed_hits_the_same_connections(ours: Toxiproxy) -> None:
    def hits(name: str, seed: int) -> list[int]:
        link = ours.proxy(name, f"127.0.0.1:{port}", seed=seed)
        with ours.toxic(link, limit_data=1, toxicity=0.5):
            return [asked(link.port)[0] for _ in range(12)]

    with upstream(gives(9)) as port:
        first = hits("one", 7)
        assert set(first) == {1, 9}
        assert hits("two", 7) == first
        assert hits("three", 8) != first


@pytest.mark.parametrize("after", [0.3, 1.2])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("toxiproxy", after).left == ()


def test_the_fixture_serves_the_tests_of_users(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["refute.real.fixtures"]\n')
    (tmp_path / "test_link.py").write_text(
        "import socket, pytest\n"
        "def test_link(toxiproxy):\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        port = server.getsockname()[1]\n"
        "        link = toxiproxy.proxy('db', f'127.0.0.1:{port}')\n"
        "        with toxiproxy.down(), pytest.raises(ConnectionRefusedError):\n"
        "            socket.create_connection((link.host, link.port))\n"
        "        socket.create_connection((link.host, link.port)).close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "toxiproxy: " in done.stdout
