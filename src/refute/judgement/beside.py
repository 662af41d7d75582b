"""Files beside the report: read as they are found, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refute.judgement.place import FOLDER, folder, refuse
from refute.judgement.values import Judgement


def write_beside(target: Path, data: bytes) -> Path:
    """Write a file so that a reader finds the old one or the new one, whole.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    try:
        handle, draft = tempfile.mkstemp(prefix=f"{target.stem}-", suffix=".tmp", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(draft, 0o644)
            os.replace(draft, target)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        refuse(target, error)
    return target


def save_document(root: Path, name: str, data: bytes) -> Path:
    """Write a file into the project's ``.refute`` folder, whole or not at all.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    try:
        place = folder(root)
    except OSError as error:
        refuse(root / FOLDER, error)
    return write_beside(place / name, data)


def read_document(root: Path, name: str) -> Mapping[str, Any] | str:
    """The report of another command, from ``.refute``; or in words why there is none."""
    shown = f"{FOLDER}/{name}"
    return read_report(root / FOLDER / name, f"there is no {shown}", shown)


def read_report(
    path: Path, missing: Mapping[str, Any] | str, shown: str = ""
) -> Mapping[str, Any] | str:
    """A report by its path: ``missing`` if there is none; in words why it can't be read."""
    shown = shown or path.name
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return missing
    except (OSError, ValueError, RecursionError) as error:
        return f"{shown} can't be read ({error})"
    return document if isinstance(document, dict) else f"{shown} holds no JSON object"


def changed_since(judgement: Judgement, root: Path) -> tuple[str, ...]:
    """Judged files that are no longer as they were when the report was made."""
    return tuple(
        file for file, source in judgement.sources.items() if _digest(root / file) != source.digest
    )


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
