"""Who runs the programs of a test: the tests' own user, or an ordinary one if they are root's."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from typing import Any

ORDINARY = 54321
"""A user whom nobody knows, and who owns nothing but what a test gives them."""


def identity(user: int) -> dict[str, Any]:
    """What subprocess has to be told to start a program as this user."""
    if user == os.geteuid():
        return {}
    return {"user": user, "group": user, "extra_groups": []}


@cache
def ordinary_python(code: str) -> str | None:
    """An interpreter, 3.11 or newer, with which the ordinary user can run this code.

    None where there is no such interpreter, and where we can't become that user.
    """
    if os.geteuid() != 0:
        return None
    pythons = (sys.executable, "/usr/bin/python3")
    return next((python for python in pythons if _runs(python, code)), None)


def _runs(python: str, code: str) -> bool:
    guard = "import sys; sys.version_info >= (3, 11) or sys.exit(1)"
    try:
        done = subprocess.run(
            [python, "-B", "-c", f"{guard}; {code}"],
            capture_output=True,
            check=False,
            **identity(ORDINARY),
        )
    except OSError:
        # Not there, or not to be executed by them.
        return False
    return done.returncode == 0
