"""Reading what another tool has written, however it may look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from refute.errors import fail

LARGEST = 256 * 1024 * 1024
"""Bytes; a file above this is no report that anybody gates by, and would fill the memory."""


def read_bytes(path: Path, kind: str) -> bytes:
    """The content of a file; ``kind`` names the format for readers.

    Raises RefuteError no-such-path, bad-import.
    """
    try:
        if not path.is_file():
            fail("no-such-path", f"{kind}: there is no file {path}.")
        size = path.stat().st_size
        if size > LARGEST:
            refuse(path, kind, f"it has {size:,} bytes, which is more than {LARGEST:,}")
        return path.read_bytes()
    except OSError as error:
        refuse(path, kind, str(error), error)


def read_json(path: Path, kind: str) -> dict[str, Any]:
    """A JSON object from a file. Raises RefuteError no-such-path, bad-import."""
    try:
        # Some tools put a byte order mark before their JSON.
        found = json.loads(read_bytes(path, kind).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        refuse(path, kind, f"it is no JSON ({error})", error)
    if not isinstance(found, dict):
        refuse(path, kind, "it holds no JSON object")
    return found


def refuse(path: Path, kind: str, why: str, cause: BaseException | None = None) -> NoReturn:
    """Raise bad-import for a file that can't be used."""
    fail("bad-import", f"{path} can't be read as {kind}: {why}.", cause=cause)
