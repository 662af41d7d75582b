"""One JSON object a line on standard error, with what belongs to the request or the job."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

_about: ContextVar[dict[str, object] | None] = ContextVar("provisioner_log_fields", default=None)
_HIDDEN = ("password", "secret", "token", "authorization", "api_key")
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every record has: what is not among them was given by `extra`."""


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """All that is logged in this block, in this thread or task, carries these fields."""
    token = _about.set({**(_about.get() or {}), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def fields() -> dict[str, object]:
    """What the current block is about."""
    return dict(_about.get() or {})


class JsonLines(logging.Formatter):
    """A record as one line: time, level, logger, message, fields, and the error if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        given = {key: value for key, value in vars(record).items() if key not in _PLAIN}
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields(),
            **given,
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(
            {key: "***" if _secret(key) else value for key, value in said.items()}, default=str
        )


def _secret(name: str) -> bool:
    return any(word in name.lower() for word in _HIDDEN)


def start(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send the records of all libraries to one stream, as lines of JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These say what a span or an access line says better.
    for name in ("httpx2", "httpcore2", "stripe", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
