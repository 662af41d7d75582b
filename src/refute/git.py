"""git, asked for once: reading commands alone, that touch neither work tree nor index."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SECONDS = 60


def ask_git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where there is no git, no repository, or it refuses."""
    # Without optional locks `git status` leaves the index as it is: we promise to write nothing.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
