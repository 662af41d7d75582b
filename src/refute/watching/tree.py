"""The files whose change matters to verdicts, looked at again and again without much cost."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from refute.contents import CONFIG_FILES
from refute.sources import python_files

YOUNG = 2.0
"""Seconds for which a file is read at each look: it may change twice within one tick of the
file system's clock."""

Contents = Mapping[str, bytes]
"""Path relative to the root, with forward slashes -> what the file holds."""


class Tree:
    """The Python and configuration files of a project. A look reads only what has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, tuple[tuple[int, int, int], bytes]] = {}
        #: Seconds that the last look took.
        self.seconds = 0.0

    def look(self) -> Contents:
        """The files as they are now. What can't be read (a dangling link) is left out."""
        began = time.monotonic()
        found: dict[str, tuple[tuple[int, int, int], bytes]] = {}
        for path in [*python_files(self._root), *(self._root / name for name in CONFIG_FILES)]:
            # Editors keep locks and copies of their own under hidden names.
            if not path.name.startswith(".") or path.name in CONFIG_FILES:
                name = path.relative_to(self._root).as_posix()
                entry = self._entry(name, path)
                if entry is not None:
                    found[name] = entry
        self._known = found
        self.seconds = time.monotonic() - began
        return {name: content for name, (_, content) in found.items()}

    def _entry(self, name: str, path: Path) -> tuple[tuple[int, int, int], bytes] | None:
        try:
            status = os.stat(path)
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
            known = self._known.get(name)
            young = abs(time.time() - status.st_mtime) < YOUNG
            if known is not None and known[0] == stamp and not young:
                return known
            return stamp, path.read_bytes()
        except OSError:
            return None
