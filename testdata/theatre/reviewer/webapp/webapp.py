"""A small request handler: no framework, but all that one does to exceptions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Response:
    body: Any = None
    status: int = 200


class HttpError(Exception):
    """An answer that is not 200, on purpose."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Store:
    """Where notes are kept."""

    def load(self, number: int) -> dict | None:
        raise ConnectionError("no store is configured")

    def save(self, note: dict) -> int:
        raise ConnectionError("no store is configured")


class App:
    """Routes, checks who asks, and answers."""

    def __init__(self, store: Store, token: str) -> None:
        self.store = store
        self.token = token

    def handle(self, request: Request) -> Response:
        """Never raises: what goes wrong by accident is a 500."""
        try:
            return Response(self.route(request))
        except HttpError as problem:
            return Response({"error": str(problem)}, problem.status)
        except Exception:
            return Response({"error": "internal"}, 500)

    def count(self, words: list[str]) -> Response:
        """The figures, for callers within: no route, no token, and never an exception."""
        try:
            return Response(self.stats(words))
        except Exception:
            return Response({"error": "internal"}, 500)

    def route(self, request: Request) -> Any:
        """The body of the answer."""
        self.check(request)
        if request.path == "/health":
            return {"ok": True}
        if request.path == "/notes" and request.method == "POST":
            return self.create(request)
        if request.path.startswith("/notes/") and request.method == "GET":
            return self.show(request.path.removeprefix("/notes/"))
        if request.path == "/stats":
            return self.stats(json.loads(request.body or "[]"))
        raise HttpError(404, "not found")

    def check(self, request: Request) -> None:
        """Only /health is for everybody."""
        if request.path == "/health":
            return
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise HttpError(401, "who are you?")

    def create(self, request: Request) -> dict:
        """Keep a note."""
        try:
            note = json.loads(request.body)
        except ValueError:
            raise HttpError(400, "not JSON") from None
        title = str(note.get("title", "")).strip()
        if not title:
            raise HttpError(422, "a note has a title")
        number = self.store.save({"title": title, "tags": sorted(note.get("tags", []))})
        return {"id": number, "title": title}

    def show(self, text: str) -> dict:
        """One note."""
        if not text.isdigit():
            raise HttpError(400, "not a number")
        note = self.store.load(int(text))
        if note is None:
            raise HttpError(404, "no such note")
        return {"id": int(text), **note}

    def stats(self, words: list[str]) -> dict:
        """Figures about words; computed in steps, all of which end in the body."""
        lengths = [len(word) for word in words]
        total = sum(lengths)
        mean = total / max(len(words), 1)
        longest = max(lengths, default=0)
        short = [word for word in words if len(word) < 4]
        counts: dict[str, int] = {}
        for word in words:
            counts[word[:1]] = counts.get(word[:1], 0) + 1
        return {
            "total": total,
            "mean": round(mean, 2),
            "longest": longest,
            "short": len(short),
            "initials": counts,
        }
