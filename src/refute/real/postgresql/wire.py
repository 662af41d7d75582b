"""As much of PostgreSQL's protocol as the broker needs: signing in, and simple queries.

A driver would be one more thing to install beside the user's, in a version that may not be
theirs. The messages are those of PostgreSQL's documentation, chapter "Frontend/Backend
Protocol" 3.0; SCRAM-SHA-256 is RFC 5802 and RFC 7677.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import socket
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import NoReturn

from refute.errors import fail

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """Where a server is, and who signs in; a ``host`` that is a path is a socket's folder."""

    host: str
    port: int
    user: str
    password: str = ""


def _connected(login: Login) -> socket.socket:
    """A socket of the server's. Raises OSError where nobody answers."""
    if not login.host.startswith("/"):
        found = socket.create_connection((login.host, login.port), timeout=10)
        found.settimeout(None)
        return found
    found = socket.socket(socket.AF_UNIX)
    try:
        found.connect(f"{login.host}/.s.PGSQL.{login.port}")
    except OSError:
        found.close()
        raise
    return found


class Connection:
    """One session with one database; not for several threads at a time.

    Raises RefuteError with the server's words, and OSError where nobody answers.
    """

    def __init__(self, login: Login, database: str) -> None:
        self._socket = _connected(login)
        self._file = self._socket.makefile("rb")
        try:
            words = f"user\0{login.user}\0database\0{database}\0\0".encode()
            self._socket.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
            self._sign_in(login)
            self._until_ready()
        except BaseException:
            self.close()
            raise

    def query(self, sql: str) -> list[Row]:
        """The rows of the statements' results, as text.

        Several statements in one text are one transaction, unless they say otherwise.
        """
        self._send(b"Q", sql.encode() + b"\0")
        return self._until_ready()

    def close(self) -> None:
        """End the session."""
        self._file.close()
        self._socket.close()

    def _send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def _receive(self) -> tuple[bytes, bytes]:
        head = self._file.read(5)
        if len(head) < 5:
            raise ConnectionResetError("PostgreSQL closed the connection")
        return head[:1], self._file.read(struct.unpack("!i", head[1:])[0] - 4)

    def _until_ready(self) -> list[Row]:
        rows: list[Row] = []
        failure: dict[str, str] | None = None
        while True:
            kind, body = self._receive()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                failure = _fields(body)
            elif kind == b"Z":
                break
        if failure is not None:
            _refused(failure)
        return rows

    def _sign_in(self, login: Login) -> None:
        proof: _Scram | None = None
        while True:
            kind, body = self._receive()
            if kind == b"E":
                _refused(_fields(body))
            method = struct.unpack_from("!i", body)[0]
            match method:
                case 0:
                    return
                case 3:
                    self._send(b"p", login.password.encode() + b"\0")
                case 5:
                    inner = hashlib.md5((login.password + login.user).encode()).hexdigest()
                    outer = hashlib.md5(inner.encode() + body[4:8]).hexdigest()
                    self._send(b"p", f"md5{outer}\0".encode())
                case 10:
                    proof = _Scram(login.password)
                    first = proof.first()
                    self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
                case 11 if proof is not None:
                    self._send(b"p", proof.final(body[4:]))
                case 12 if proof is not None:
                    proof.check(body[4:])
                case _:
                    fail("real-unavailable", f"PostgreSQL asks for sign-in method {method}")

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Scram:
    """One exchange of SCRAM-SHA-256, without channel binding."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._bare = f"n=,r={secrets.token_urlsafe(18)}"
        self._signature = b""

    def first(self) -> bytes:
        return f"n,,{self._bare}".encode()

    def final(self, challenge: bytes) -> bytes:
        fields = dict(part.split("=", 1) for part in challenge.decode().split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256", self._password, b64decode(fields["s"]), int(fields["i"])
        )
        without = f"c=biws,r={fields['r']}"
        said = f"{self._bare},{challenge.decode()},{without}".encode()
        key = _sign(salted, b"Client Key")
        proof = bytes(
            a ^ b for a, b in zip(key, _sign(hashlib.sha256(key).digest(), said), strict=True)
        )
        self._signature = _sign(_sign(salted, b"Server Key"), said)
        return f"{without},p={b64encode(proof).decode()}".encode()

    def check(self, answer: bytes) -> None:
        if answer != b"v=" + b64encode(self._signature):
            fail("real-unavailable", "this PostgreSQL does not know the password it asks for")


def _sign(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _row(body: bytes) -> Row:
    count, at = struct.unpack_from("!h", body)[0], 2
    values: list[str | None] = []
    for _ in range(count):
        length = struct.unpack_from("!i", body, at)[0]
        at += 4
        if length < 0:
            values.append(None)
            continue
        values.append(body[at : at + length].decode())
        at += length
    return tuple(values)


def _fields(body: bytes) -> dict[str, str]:
    parts = [part.decode(errors="replace") for part in body.split(b"\0") if part]
    return {part[0]: part[1:] for part in parts}


_SAID = (("C", "SQLSTATE"), ("D", "detail"), ("H", "hint"))


def _refused(failure: dict[str, str]) -> NoReturn:
    fail(
        "real-start-failed",
        f"PostgreSQL: {failure.get('M', 'an error without words')}",
        detail=[f"{name}: {failure[key]}" for key, name in _SAID if key in failure],
        remedy="",
    )


def literal(text: str) -> str:
    """A string as SQL."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """An identifier as SQL."""
    return '"' + text.replace('"', '""') + '"'
