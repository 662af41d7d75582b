"""Requests to a Toxiproxy's HTTP API, each on a connection of its own."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote

_SECONDS = 30.0


class Refusal(Exception):
    """The server answered with an error, whose words these are."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Where the API is."""

    host: str
    port: int

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the server answers, decoded; None for nothing. Raises Refusal and OSError."""
        text = None if body is None else json.dumps(body)
        with closing(HTTPConnection(self.host, self.port, timeout=_SECONDS)) as line:
            try:
                line.request(method, quote(path), text, {"Content-Type": "application/json"})
                answer = line.getresponse()
                said = answer.read()
            except HTTPException as error:
                raise ConnectionResetError(str(error) or type(error).__name__) from error
        if answer.status >= 400:
            try:
                words = json.loads(said)["error"]
            except (ValueError, KeyError, TypeError):
                words = said.decode(errors="replace").strip()
            raise Refusal(f"{words} ({answer.status})")
        return json.loads(said) if said else None
