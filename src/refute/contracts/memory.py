"""What programs answered before, kept in the user's cache.

An answer is kept under the program's path, time of change and size: another version of it is
another program. Whatever is wrong with the cache, it is as good as empty.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FORMAT = 1


def folder(environment: Mapping[str, str]) -> Path:
    """Where answers are kept: below ``XDG_CACHE_HOME``, or ``~/.cache``."""
    base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME", "~"), ".cache")
    return Path(base).expanduser() / "refute" / "contracts"


def stamp(*paths: str) -> tuple[tuple[str, int, int], ...]:
    """What tells one version of some files from another: path, time of change, size."""
    found = []
    for path in paths:
        state = os.stat(path)
        found.append((path, state.st_mtime_ns, state.st_size))
    return tuple(found)


class Memory:
    """The kept answers of one program."""

    def __init__(self, directory: Path | None, key: object) -> None:
        """``directory`` None keeps nothing beyond this object; ``key`` is what they depend on."""
        digest = hashlib.sha256(repr((_FORMAT, key)).encode()).hexdigest()[:32]
        self._path = None if directory is None else directory / f"{digest}.json"
        self._answers: dict[str, Any] = self._read()
        self._changed = False

    def get(self, words: tuple[str, ...]) -> Any:
        """The answer to these words; None if there is none."""
        return self._answers.get("\0".join(words))

    def put(self, words: tuple[str, ...], answer: Any) -> None:
        """Keep an answer: anything that JSON can hold."""
        self._answers["\0".join(words)] = answer
        self._changed = True

    def save(self) -> None:
        """Write what is new; a cache that can't be written is done without."""
        if self._path is None or not self._changed:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            with open(handle, "w", encoding="utf-8") as file:
                # Another process may have learned something else in the meantime.
                json.dump(self._read() | self._answers, file)
            os.replace(name, self._path)
        except OSError:
            return
        self._changed = False

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
