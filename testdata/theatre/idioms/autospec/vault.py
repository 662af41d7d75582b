"""A vault of secrets, and who may read them."""

from __future__ import annotations


class Vault:
    """Secrets by path, with versions."""

    def __init__(self, address: str) -> None:
        self.address = address

    def read(self, path: str, *, version: int = 0) -> str:
        """One secret; version 0 is the latest."""
        raise NotImplementedError

    def write(self, path: str, value: str) -> int:
        """Keep a secret and hand back its version."""
        raise NotImplementedError

    def policies(self, user: str) -> list[str]:
        """What a user may do."""
        raise NotImplementedError


class Denied(Exception):
    """A user may not."""


def rotate(vault: Vault, path: str, make) -> int:
    """Replace a secret by a new one that differs from it."""
    old = vault.read(path)
    new = make()
    if new == old:
        new = make() + "!"
    version = vault.write(path, new)
    return version


def read_for(vault: Vault, user: str, path: str) -> str:
    """A secret for a user, if a policy allows it."""
    allowed = vault.policies(user)
    if "admin" not in allowed and f"read:{path}" not in allowed:
        raise Denied(f"{user} may not read {path}")
    return vault.read(path, version=0)


def copy(vault: Vault, paths: list[str], prefix: str) -> int:
    """Copy secrets below a prefix; hand back how many."""
    copied = 0
    for path in paths:
        value = vault.read(path, version=0)
        if value:
            vault.write(f"{prefix}/{path}", value)
            copied += 1
    return copied
