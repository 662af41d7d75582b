"""RabbitMQ: a virtual host of its own for each test, and no port mapper left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs
from tests.real.runs import run_tests

from refute.errors import RefuteError
from refute.real import VirtualHost, rabbitmq
from refute.real.client import disconnect
from refute.real.rabbitmq_server.hosts import Management

pytestmark = needs("rabbitmq")


@pytest.fixture(autouse=True, scope="module")
def _line() -> Iterator[None]:
    yield
    disconnect()


def management(vhost: VirtualHost) -> Management:
    return Management(vhost.management_url, vhost.user, vhost.password)


def channel(vhost: VirtualHost) -> Any:
    pika = pytest.importorskip("pika")
    return pika.BlockingConnection(pika.URLParameters(vhost.url)).channel()


def test_message_goes_through_a_queue_that_others_do_not_see() -> None:
    with rabbitmq() as one, rabbitmq() as other:
        mine, theirs = channel(one), channel(other)
        for each in (mine, theirs):
            each.queue_declare("jobs", durable=True)
        mine.basic_publish("", "jobs", b"resize 1.png")
        assert mine.basic_get("jobs", auto_ack=True)[2] == b"resize 1.png"
        assert theirs.basic_get("jobs")[2] is None
        mine.connection.close()
        theirs.connection.close()


def test_user_sees_the_own_virtual_host_alone() -> None:
    with rabbitmq() as one, rabbitmq() as other:
        names = [each["name"] for each in management(one).ask("GET", "vhosts")]
        assert names == [one.name]
        with pytest.raises(RefuteError, match="401"):
            management(one).ask("GET", f"queues/{other.name}")


def test_two_users_share_no_virtual_host() -> None:
    with rabbitmq() as one, rabbitmq() as other:
        assert len({one.name, other.name, one.user, other.user}) == 2
        assert one.port == other.port


def test_user_of_an_address_has_to_be_an_administrator(
    tmp_path: Path,
) -> None:
    with rabbitmq() as ours:
        done = run_tests(
            tmp_path,
            "def test_it(rabbitmq_vhost): pass\n",
            REFUTE_RABBITMQ=ours.management_url.replace("//", f"//{ours.user}:{ours.password}@"),
        )
        assert "the user in REFUTE_RABBITMQ is no administrator" in done.stdout


def test_fixture_and_summary(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        "import socket\n"
        "def test_it(rabbitmq_vhost):\n"
        "    with socket.create_connection((rabbitmq_vhost.host, rabbitmq_vhost.port)) as line:\n"
        "        line.sendall(b'AMQP' + bytes([0, 0, 9, 1]))\n"
        "        assert b'RabbitMQ' in line.recv(4096)\n",
    )
    assert "1 passed" in done.stdout, done.stdout
    assert "rabbitmq: RabbitMQ 3" in done.stdout


@pytest.mark.parametrize("after", [1.0, 6.0])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("rabbitmq", after).left == ()
