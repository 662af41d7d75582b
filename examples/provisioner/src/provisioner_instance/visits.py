"""Who is signed in at this page. Kept in memory: after a restart people sign in again."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from provisioner_instance.matrix import Person

LIFETIME = 12 * 3600.0
MOST = 1000
"""People who can be signed in at a time; the one who was here longest ago leaves for the next."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody, and the word that their forms carry: other sites don't know it."""

    person: Person
    until: float
    word: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def sent_by(self, word: str) -> bool:
        """Whether a form was ours."""
        return hmac.compare_digest(self.word.encode(), word.encode())


class Visits:
    """By the value of a cookie."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[str, Visit] = OrderedDict()

    def begin(self, person: Person) -> str:
        """The cookie of a new visit."""
        cookie = secrets.token_urlsafe(32)
        self._kept[cookie] = Visit(person, self._now() + LIFETIME)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return cookie

    def find(self, cookie: str) -> Visit | None:
        """The visit of a cookie, if it lasts."""
        found = self._kept.get(cookie)
        if found is not None and found.until <= self._now():
            self.end(cookie)
            return None
        if found is not None:
            self._kept.move_to_end(cookie)
        return found

    def end(self, cookie: str) -> Visit | None:
        """The visit is over; what it was."""
        return self._kept.pop(cookie, None)
