"""What the environment says, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class Wrong(Exception):
    """Something is missing, or is not what it should be: a line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Settings:
    """One room, and the account that it belongs to."""

    #: The provisioner's id of the instance; part of the room's alias.
    instance: str
    #: Where browsers reach us, without a path: ``https://room-1.example.com``.
    origin: str
    #: The homeserver's client API.
    matrix_url: str
    #: The account's local name, and its password.
    matrix_user: str
    matrix_password: str = field(repr=False)
    port: int = 8080
    host: str = "0.0.0.0"  # noqa: S104 - in a pod, where its policy says who gets in

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Settings:
        """From variables. Raises Wrong, with all that is wrong."""
        wrong = [
            f"{name} is not set"
            for name in ("INSTANCE", "ORIGIN", "MATRIX_URL", "MATRIX_USER", "MATRIX_PASSWORD")
            if not given.get(name)
        ]
        for name in ("ORIGIN", "MATRIX_URL"):
            if given.get(name) and urlsplit(given[name]).scheme not in ("http", "https"):
                wrong.append(f"{name} is not an address that begins with http:// or https://")
        port = given.get("PORT", "8080")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            wrong.append("PORT is not the number of a port")
        if wrong:
            raise Wrong(wrong)
        return cls(
            instance=given["INSTANCE"],
            origin=given["ORIGIN"].rstrip("/"),
            matrix_url=given["MATRIX_URL"].rstrip("/"),
            matrix_user=given["MATRIX_USER"],
            matrix_password=given["MATRIX_PASSWORD"],
            port=int(port),
            host=given.get("HOST", "0.0.0.0"),  # noqa: S104 - as above
        )
