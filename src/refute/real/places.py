"""Where things are kept: what was installed for all runs, and what is gone after one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

CACHE = "REFUTE_REAL_CACHE"
"""Another folder for what `refute real install` keeps."""


def cache() -> Path:
    """The folder of what `refute real install` has installed; made by who writes to it."""
    given = os.environ.get(CACHE)
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "refute" / "real"


def scratch() -> Path:
    """The folder in which keepers have theirs: of this user alone, on the machine's own disk.

    Others may pass through it (a server that runs under another user id has to reach its
    files), but not list it.
    """
    folder = Path(tempfile.gettempdir()) / f"refute-real-{os.getuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder
