"""The room itself: which it is, who is in it, and what people are called there."""

from __future__ import annotations

import asyncio

from provisioner_instance.matrix import Matrix, Person, Refused
from provisioner_instance.settings import Settings
from provisioner_instance.visits import Visits

OWNER = "owner"
"""What the room's own account is called on its page."""


class Place:
    """One room at one homeserver. Raises Away or Refused."""

    def __init__(self, settings: Settings, matrix: Matrix) -> None:
        self.settings, self.matrix, self.visits = settings, matrix, Visits()
        self.secure = settings.origin.startswith("https://")
        self.cookie = "__Host-visit" if self.secure else "visit"
        self._owner: Person | None = None
        self._room: str | None = None
        self._making = asyncio.Lock()

    @property
    def alias(self) -> str:
        """How other Matrix clients find the room; empty until it was looked for."""
        domain = self._owner.id.partition(":")[2] if self._owner else ""
        return f"#{self._local}:{domain}" if domain else ""

    @property
    def _local(self) -> str:
        return f"room-{self.settings.instance}"

    async def room(self) -> str:
        """The room's id; the room is made by whoever asks first."""
        async with self._making:
            if self._room is None:
                self._room = await self.matrix.room(await self.owner(), self._local)
            return self._room

    async def owner(self) -> Person:
        """The room's own account, signed in."""
        if self._owner is None:
            self._owner = await self.matrix.sign_in(
                self.settings.matrix_user, self.settings.matrix_password
            )
        return self._owner

    async def enter(self, name: str, password: str) -> str:
        """Sign somebody in, who is in the room then; the cookie of the visit."""
        account = self.settings.matrix_user if name.lower() == OWNER else name
        room = await self.room()
        person = await self.matrix.sign_in(account, password)
        try:
            await self.matrix.join(person, room)
        except Refused:
            await self.matrix.sign_out(person)
            raise
        return self.visits.begin(person)

    async def leave(self, cookie: str) -> None:
        """End a visit."""
        visit = self.visits.end(cookie)
        if visit is not None:
            await self.matrix.sign_out(visit.person)

    async def let_in(self, guest: str) -> None:
        """Invite somebody, by a whole id or a local name of this homeserver."""
        owner, room = await self.owner(), await self.room()
        domain = owner.id.partition(":")[2]
        whole = guest if guest.startswith("@") else f"@{guest}:{domain}"
        await self.matrix.invite(owner, room, whole)

    def shown(self, id: str) -> str:
        """What somebody is called here."""
        local, _, domain = id.removeprefix("@").partition(":")
        if local == self.settings.matrix_user:
            return OWNER
        ours = self._owner is not None and self._owner.id.endswith(f":{domain}")
        return local if ours else id
