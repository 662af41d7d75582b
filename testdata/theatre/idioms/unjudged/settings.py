"""Constants and very small things."""

from __future__ import annotations

import enum
import os

TIMEOUT = 30
RETRIES = 3
BACKOFF = [2**step for step in range(RETRIES)]


class Level(enum.IntEnum):
    """How loud we are."""

    QUIET = 0
    NORMAL = 1
    LOUD = 2


class Marker:
    """A thing with a name."""

    name = "marker"

    def stop(self):
        """Nothing to stop."""

    def touch(self):
        """Remember that it was used."""
        self.used = True


def _posix_folder():
    return "/etc/words"


def _other_folder():
    return "words"


folder = {"posix": _posix_folder}.get(os.name, _other_folder)
