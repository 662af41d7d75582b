"""Accounts and rooms of instances, made and forgotten on a real Synapse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest
from refute.real import Homeserver as Synapse

from provisioner.cluster import Refused, Unreachable
from provisioner.cluster.homeserver import Homeserver
from provisioner_instance import matrix

KEY = "abcde-fghij-klmno-pqrst"


@pytest.fixture
def ours(homeserver: Synapse) -> Iterator[Homeserver]:
    made = Homeserver(homeserver.url, homeserver.user("admin", admin=True).access_token)
    yield made
    made.close()


@pytest.fixture
def name(homeserver: Synapse) -> str:
    return f"{homeserver.prefix}room"


async def _lived(url: str, name: str) -> str:
    """As the instance does: sign in, make the room, say something; the room's id."""
    server = matrix.Matrix(url)
    owner = await server.sign_in(name, KEY)
    room = await server.room(owner, name)
    await server.say(owner, room, "here")
    await server.close()
    return room


async def _signs_in(url: str, name: str) -> bool:
    server = matrix.Matrix(url)
    try:
        await server.sign_in(name, KEY)
    except matrix.Refused:
        return False
    finally:
        await server.close()
    return True


def forget(ours: Homeserver, name: str) -> None:
    deadline = time.monotonic() + 60
    while not ours.forgotten(name):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def known(homeserver: Synapse, room: str) -> bool:
    """Whether the server's administrator finds the room."""
    token = homeserver.user(f"looks-{time.monotonic_ns()}", admin=True).access_token
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/_synapse/admin/v1/rooms/{quote(room, safe='')}"
    return httpx2.get(f"{homeserver.url}{path}", headers=headers).status_code == 200


def test_account_is_there_once_it_was_admitted(
    ours: Homeserver, homeserver: Synapse, name: str
) -> None:
    assert not asyncio.run(_signs_in(homeserver.url, name))
    for _ in range(2):
        ours.admit(name, KEY)
    assert asyncio.run(_signs_in(homeserver.url, name))


def test_who_is_signed_in_stays_so(ours: Homeserver, homeserver: Synapse, name: str) -> None:
    async def both() -> str:
        server = matrix.Matrix(homeserver.url)
        owner = await server.sign_in(name, KEY)
        await asyncio.to_thread(ours.admit, name, KEY)
        room = await server.room(owner, name)
        await server.close()
        return room

    ours.admit(name, KEY)
    assert asyncio.run(both()).startswith("!")


def test_nothing_is_left_of_what_is_forgotten(
    ours: Homeserver, homeserver: Synapse, name: str
) -> None:
    ours.admit(name, KEY)
    room = asyncio.run(_lived(homeserver.url, name))
    assert known(homeserver, room)
    forget(ours, name)
    assert not asyncio.run(_signs_in(homeserver.url, name))
    assert not known(homeserver, room)
    assert ours.forgotten(name)


def test_account_that_never_had_a_room(ours: Homeserver, name: str) -> None:
    assert ours.forgotten(name)
    ours.admit(name, KEY)
    assert ours.forgotten(name)


def test_what_may_pass_and_what_may_not(homeserver: Synapse) -> None:
    somebody = Homeserver(homeserver.url, homeserver.user("plain").access_token)
    with pytest.raises(Unreachable, match="403"):
        somebody.admit(f"{homeserver.prefix}x", KEY)
    somebody.close()
    admin = Homeserver(homeserver.url, homeserver.user("boss", admin=True).access_token)
    with pytest.raises(Refused, match="400"):
        admin.admit(f"{homeserver.prefix}Not A Name", KEY)
    admin.close()
    nowhere = Homeserver("http://127.0.0.1:9", "token")
    with pytest.raises(Unreachable):
        nowhere.admit("room", KEY)
    nowhere.close()
