"""What can be seen of an interpreter and of a child that has ended."""

from __future__ import annotations

import sys
from os.path import realpath as _realpath
from typing import Any

from .supervise import End
from .wire import Record


def ended(end: End, ran: int) -> Record:
    """The result of a trial whose process left no record of its own."""
    if end.kind in ("wall", "cpu"):
        return {"result": "timeout", "ran": ran, "reason": f"{end.kind} limit"}
    if end.kind in ("memory", "processes"):
        return {"result": "died", "ran": ran, "reason": f"{end.kind} limit"}
    return {"result": "died", "ran": ran, "reason": f"{end.kind} {end.status}"}


def loaded_files() -> frozenset[str]:
    """Real paths of all modules that are imported."""
    return frozenset(
        _realpath(origin) for module in list(sys.modules.values()) if (origin := origin_of(module))
    )


def origin_of(module: Any) -> str | None:
    """A module's file, or a package's folder where it has none."""
    try:
        origin = getattr(module, "__file__", None)
        if origin is None:
            origin = next(iter(getattr(module, "__path__", ())), None)
    except Exception:
        # Some modules are objects that answer any question with an error.
        return None
    return origin if isinstance(origin, str) else None
