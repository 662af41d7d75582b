"""A word for helpers that outlive a trial: which fault is being tried, and in which files.

A database that was migrated once is copied for each test. Under a fault in the migration that
copy would show the database of the unchanged code, so `refute.real` has to know. Nothing is
said where there is no broker: tests see no variable of ours then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .wire import Record

BROKER = "REFUTE_REAL_BROKER"
FAULT = "REFUTE_FAULT"
"""``name:path:path``, as `refute.real` reads it."""


def trying(environment: MutableMapping[str, str], fault: Record) -> Callable[[], None]:
    """Say that the fault of a request is being tried; returns what takes the word back."""
    return announce(environment, repr(sorted(fault.items())), [fault["path"]])


def announce(
    environment: MutableMapping[str, str], fault: str, paths: Iterable[str]
) -> Callable[[], None]:
    """Say that a fault is being tried; ``fault`` is any text that tells it from others.

    Returns what takes the word back.
    """
    if BROKER not in environment:
        return _nothing
    name = hashlib.sha256(fault.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    environment[FAULT] = os.pathsep.join([name, *paths])

    def forget() -> None:
        environment.pop(FAULT, None)

    return forget


def _nothing() -> None:
    pass
