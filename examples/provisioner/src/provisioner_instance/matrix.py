"""The few calls of Matrix's client API that a page for one room needs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2

_KIND = "m.room.message"
PAGE = 50
"""Messages that are shown when a page is opened."""


class Away(Exception):
    """The homeserver can't be reached, or is in trouble: it may be tried again."""


@dataclass(eq=False)
class Refused(Exception):
    """The homeserver said no: its code (``M_FORBIDDEN``) and words."""

    code: str
    words: str

    def __str__(self) -> str:
        return f"{self.code}: {self.words}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in at the homeserver."""

    #: ``@ada:example.com``.
    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something that somebody said."""

    id: str
    sender: str
    text: str
    at: datetime


class Matrix:
    """A homeserver. All calls raise Away or Refused."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=15.0)

    async def sign_in(self, name: str, password: str) -> Person:
        """By a local name or a whole id, and a password."""
        said = await self._ask(
            "POST",
            "/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": name},
                "password": password,
                "initial_device_display_name": "Room page",
            },
        )
        return Person(str(said["user_id"]), str(said["access_token"]))

    async def sign_out(self, person: Person) -> None:
        """The token ends."""
        await self._ask("POST", "/logout", {}, person)

    async def room(self, owner: Person, local: str) -> str:
        """The id of the owner's room of this local alias, which is made if there is none yet."""
        alias = f"#{local}:{owner.id.partition(':')[2]}"
        found = await self._find(alias)
        if found is None:
            made = {"room_alias_name": local, "preset": "private_chat", "name": "Room"}
            try:
                found = str((await self._ask("POST", "/createRoom", made, owner))["room_id"])
            except Refused as refused:
                # Another process of ours was faster.
                if refused.code != "M_ROOM_IN_USE":
                    raise
                found = await self._find(alias)
        if found is None:
            raise Away(f"the alias {alias} leads nowhere")
        return found

    async def _find(self, alias: str) -> str | None:
        try:
            said = await self._ask("GET", f"/directory/room/{quote(alias, safe='')}")
        except Refused as refused:
            if refused.code == "M_NOT_FOUND":
                return None
            raise
        return str(said["room_id"])

    async def join(self, person: Person, room: str) -> None:
        """Enter the room: who is neither in it nor invited is refused (``M_FORBIDDEN``)."""
        await self._ask("POST", f"/join/{quote(room, safe='')}", {}, person)

    async def invite(self, host: Person, room: str, guest: str) -> None:
        """Let somebody in, by a whole id."""
        await self._ask("POST", f"/rooms/{quote(room, safe='')}/invite", {"user_id": guest}, host)

    async def say(self, person: Person, room: str, text: str) -> None:
        """Send a message."""
        path = f"/rooms/{quote(room, safe='')}/send/{_KIND}/{uuid4().hex}"
        await self._ask("PUT", path, {"msgtype": "m.text", "body": text}, person)

    async def last(self, person: Person, room: str) -> tuple[list[Message], str]:
        """The last messages, oldest first, and where `heard` goes on from.

        Two questions, as a homeserver may answer the first sync out of a cache of minutes (Synapse
        does): from that comes the place alone, before which nothing is lost. What came after it
        is told again by `heard`, so messages are to be told apart by their ids.
        """
        _, since = await self.heard(person, room)
        said = await self._ask(
            "GET",
            f"/rooms/{quote(room, safe='')}/messages",
            None,
            person,
            params={"dir": "b", "limit": str(PAGE), "filter": json.dumps({"types": [_KIND]})},
        )
        return _messages(reversed(said["chunk"])), since

    async def heard(
        self, person: Person, room: str, since: str = "", wait: float = 0.0
    ) -> tuple[list[Message], str]:
        """Messages that came after ``since``, oldest first, and where to go on from.

        The server waits so many seconds if there are none.
        """
        wanted = {
            "presence": {"types": []},
            "account_data": {"types": []},
            "room": {
                "rooms": [room],
                "timeline": {"types": [_KIND], "limit": PAGE},
                "state": {"types": []},
                "ephemeral": {"types": []},
                "account_data": {"types": []},
            },
        }
        given = {"filter": json.dumps(wanted), "timeout": str(int(wait * 1000))}
        said = await self._ask(
            "GET", "/sync", None, person, params={**given, **({"since": since} if since else {})}
        )
        joined = said.get("rooms", {}).get("join", {}).get(room, {})
        return _messages(joined.get("timeline", {}).get("events", [])), str(said["next_batch"])

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        person: Person | None = None,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        timeout = 15.0 + int((params or {}).get("timeout", "0")) / 1000
        try:
            answer = await self._http.request(
                method,
                f"/_matrix/client/v3{path}",
                json=body,
                headers=headers,
                params=params,
                timeout=timeout,
            )
            said = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise Away(str(error) or type(error).__name__) from error
        if answer.status_code >= 500:
            raise Away(f"the homeserver answered {answer.status_code}")
        if answer.status_code >= 400:
            raise Refused(str(said.get("errcode", "")), str(said.get("error", "")))
        assert isinstance(said, dict)
        return said


def _messages(events: Iterable[dict[str, Any]]) -> list[Message]:
    return [one for one in map(_message, events) if one is not None]


def _message(event: dict[str, Any]) -> Message | None:
    """A message of an event; None for one that was taken back, or is none."""
    content = event.get("content") or {}
    if not isinstance(content.get("body"), str):
        return None
    at = datetime.fromtimestamp(int(event.get("origin_server_ts", 0)) / 1000, UTC)
    return Message(str(event["event_id"]), str(event["sender"]), content["body"], at)
