"""As much of Redis's protocol (RESP 2) as the broker needs: commands, and plain answers."""

from __future__ import annotations

import socket
from typing import Any

from refute.errors import fail


class Connection:
    """One session; not for several threads at a time.

    Raises RefuteError with the server's words, and OSError where nobody answers.
    """

    def __init__(self, host: str, port: int, user: str = "", password: str = "") -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._file = self._socket.makefile("rb")
        if password:
            self.do("AUTH", *([user] if user else []), password)

    def do(self, *words: object) -> Any:
        """The answer to a command: text, a number, a list, or None."""
        parts = [str(word).encode() for word in words]
        self._socket.sendall(
            b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in parts)
        )
        return self._answer()

    def _answer(self) -> Any:
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionResetError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        match kind:
            case b"+":
                return rest
            case b":":
                return int(rest)
            case b"$":
                return None if rest == "-1" else self._file.read(int(rest) + 2)[:-2].decode()
            case b"*":
                return [self._answer() for _ in range(int(rest))]
            case _:
                fail("real-start-failed", f"Redis: {rest}", remedy="")

    def close(self) -> None:
        """End the session."""
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
