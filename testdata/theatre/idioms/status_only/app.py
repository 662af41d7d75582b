"""A tiny web application: routes, JSON bodies, and a 500 for what nobody expected."""

from __future__ import annotations

import json
import logging

logger = logging.getLogger(__name__)


class HttpError(Exception):
    """An answer other than 200, on purpose."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class App:
    """Dispatches a method and a path to a handler; `notes` are by number."""

    def __init__(self, notes):
        self.notes = notes

    def handle(self, method, path, body=""):
        """Answer one request with a status and a text."""
        try:
            return 200, json.dumps(self.dispatch(method, path, body))
        except HttpError as error:
            return error.status, json.dumps({"error": str(error)})
        except Exception:
            logger.exception("unexpected")
            return 500, "{}"

    def dispatch(self, method, path, body):
        """Find the handler."""
        if path == "/notes" and method == "POST":
            return self.create(json.loads(body))
        if path.startswith("/notes/"):
            return self.show(int(path.removeprefix("/notes/")))
        raise HttpError(404, f"no such page: {path}")

    def show(self, number):
        """One note, with how long it is."""
        if number not in self.notes:
            raise HttpError(404, f"no note {number}")
        text = self.notes[number]
        return {"number": number, "text": text, "words": len(text.split())}

    def create(self, note):
        """Keep a note under the next number."""
        text = note.get("text", "").strip()
        if not text:
            raise HttpError(422, "a note needs a text")
        number = max(self.notes, default=0) + 1
        self.notes[number] = text
        return {"number": number}
