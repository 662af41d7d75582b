"""Passwords are kept as Argon2id, and checked in the same time whether the account exists."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from provisioner.domain.problems import Problem

SHORTEST = 10


class Passwords:
    """Hashes and checks; ``cost`` is Argon2's number of passes over ``memory`` KiB."""

    def __init__(self, cost: int = 3, memory: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=cost, memory_cost=memory, parallelism=1)
        #: Checked where there is no account: an answer must not come sooner there.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str, email: str = "") -> str:
        """What to keep. Raises Problem ``weak-password``."""
        if len(password) < SHORTEST:
            raise Problem("weak-password", 422, f"A password has at least {SHORTEST} characters.")
        if email and password.lower() in (email.lower(), email.split("@")[0].lower()):
            raise Problem("weak-password", 422, "A password is not one's address.")
        return self._hasher.hash(password)

    def right(self, kept: str | None, password: str) -> bool:
        """Whether this is the password that was kept; never for None."""
        try:
            return self._hasher.verify(kept or self._nobody, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed at another cost and should be hashed again."""
        return self._hasher.check_needs_rehash(kept)
