"""Matrix: users of its own for each test on a real homeserver, rooms and messages between them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs

from refute.errors import RefuteError
from refute.real import Homeserver, MatrixUser, matrix
from refute.real.client import disconnect
from refute.real.matrix_server.users import Synapse

pytestmark = needs("matrix")


@pytest.fixture(autouse=True, scope="module")
def _line() -> Iterator[None]:
    yield
    disconnect()


def ask(server: Homeserver, user: MatrixUser, method: str, path: str, body: Any = None) -> Any:
    """The homeserver's answer to a user."""
    return Synapse(server.url, "").ask(
        method, f"/_matrix/client/v3/{path}", body, user.access_token
    )


def test_message_comes_to_who_was_invited_and_to_nobody_else() -> None:
    with matrix() as server, matrix() as another:
        ada, bob, eve = server.user("ada"), server.user("bob"), another.user("eve")
        room = ask(server, ada, "POST", "createRoom", {"invite": [bob.id]})["room_id"]
        ask(server, bob, "POST", f"join/{room}", {})
        content = {"msgtype": "m.text", "body": "hello"}
        ask(server, ada, "PUT", f"rooms/{room}/send/m.room.message/1", content)
        events = ask(server, bob, "GET", f"rooms/{room}/messages?dir=b&limit=1")["chunk"]
        assert [(event["sender"], event["content"]["body"]) for event in events] == [
            (ada.id, "hello")
        ]
        with pytest.raises(RefuteError, match="403"):
            ask(another, eve, "POST", f"join/{room}", {})


def test_users_of_two_tests_may_have_the_same_name() -> None:
    with matrix() as one, matrix() as other:
        assert one.user("ada").id != other.user("ada").id
        assert one.user("root").id == f"@{one.prefix}root:{one.server_name}"


def test_name_that_is_taken_is_refused_in_the_servers_words() -> None:
    with matrix() as server:
        server.user("ada")
        with pytest.raises(RefuteError, match="400") as refused:
            server.user("ada")
        assert "M_USER_IN_USE" in "".join(refused.value.detail)


def test_matrix_nio_signs_in_and_talks() -> None:
    nio = pytest.importorskip("nio")

    async def talk(server: Homeserver) -> str:
        ada, bob = server.user("ada"), server.user("bob")
        one, other = nio.AsyncClient(server.url, ada.id), nio.AsyncClient(server.url, bob.id)
        try:
            assert isinstance(await one.login(ada.password), nio.LoginResponse)
            other.restore_login(bob.id, bob.device_id, bob.access_token)
            room = (await one.room_create(invite=[bob.id])).room_id
            await other.join(room)
            text = {"msgtype": "m.text", "body": "over nio"}
            await one.room_send(room, "m.room.message", text)
            answer = await other.sync(timeout=5000, full_state=True)
            return str(answer.rooms.join[room].timeline.events[-1].body)
        finally:
            await one.close()
            await other.close()

    with matrix() as server:
        assert asyncio.run(talk(server)) == "over nio"


@pytest.mark.parametrize("after", [0.8, 5.0])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("matrix", after).left == ()
