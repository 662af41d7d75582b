"""Where a project's reports and verdicts lie."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NoReturn

from refute.errors import fail

FOLDER = ".refute"
"""The folder of reports and kept verdicts, in the project's root; it ignores itself in git."""


def folder(root: Path) -> Path:
    """The ``.refute`` folder of a project, made if there is none, with its own .gitignore.

    Raises OSError when it can't be had.
    """
    found = root / FOLDER
    found.mkdir(exist_ok=True)
    ignore = found / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return found


def check_writable(root: Path) -> None:
    """Find out before the work that its result can be saved. Raises RefuteError read-only-tree."""
    try:
        tempfile.TemporaryFile(dir=folder(root)).close()
    except OSError as error:
        refuse(root / FOLDER, error)


def refuse(path: Path, error: OSError) -> NoReturn:
    """Raise read-only-tree for a path that can't be written."""
    why = error.strerror or str(error)
    fail("read-only-tree", f"{path} can't be written: {why}.", cause=error)
