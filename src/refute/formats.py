"""Settings that are written in a form of their own (times, parts of a whole), or found out."""

from __future__ import annotations

import os
import re

from refute.errors import fail


def parts(name: str, where: str, value: object) -> tuple[int, int]:
    """``2/5``: the second of five parts. Raises RefuteError bad-setting."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", value) if isinstance(value, str) else None
    if found is None or int(found[1]) > int(found[2]):
        fail("bad-setting", f"{where} must be a part of so many, such as 2/5, not {value!r}.")
    return int(found[1]), int(found[2])


def seconds(name: str, where: str, value: object) -> float:
    """``90``, ``90s``, ``5m``, ``1h``: as seconds. Raises RefuteError bad-setting."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", value) if isinstance(value, str) else None
    if found is None or not float(found[1]):
        fail("bad-setting", f"{where} must be a time such as 90s, 5m or 1h, not {value!r}.")
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]


def cores() -> int:
    """The number of cores that this process may use; at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
