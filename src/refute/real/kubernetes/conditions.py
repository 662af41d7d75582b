"""What a test waits for: whether an object is in a condition, in the words that kubectl knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Condition", "holds", "summary"]

Condition = str | Callable[[Mapping[str, Any]], bool]
"""``Ready``, ``Available``, ``Complete``, a phase (``Running``, ``Bound``), or a function."""


def holds(thing: Mapping[str, Any], condition: Condition) -> bool:
    """Whether an object is in a condition: by its phase, or by its list of conditions.

    A Deployment counts as ``Available`` only once the controller has seen its last change, and
    as ``Ready`` when all its pods are up to date and ready; so do other sets of pods.
    """
    if not isinstance(condition, str):
        return condition(thing)
    status = thing.get("status", {})
    if status.get("phase") == condition:
        return True
    seen = status.get("observedGeneration", 0) >= thing["metadata"].get("generation", 0)
    known = status.get("conditions") or []
    if "observedGeneration" in status and not seen:
        return False
    if condition == "Ready" and "replicas" in thing.get("spec", {}):
        wanted = thing["spec"]["replicas"]
        ready = [status.get(key, 0) for key in ("readyReplicas", "updatedReplicas", "replicas")]
        return seen and ready == [wanted] * 3
    return any(one["type"] == condition and one["status"] == "True" for one in known)


def summary(thing: Mapping[str, Any]) -> list[str]:
    """What an object says of its own state, a line each."""
    status = thing.get("status", {})
    lines = [f"phase: {status['phase']}"] if "phase" in status else []
    for one in status.get("conditions") or []:
        why = ": ".join(word for word in (one.get("reason"), one.get("message")) if word)
        lines.append(f"{one['type']}={one['status']} {why}".rstrip())
    for one in status.get("containerStatuses") or []:
        for state, told in one.get("state", {}).items():
            why = ": ".join(word for word in (told.get("reason"), told.get("message")) if word)
            lines.append(f"container {one['name']} {state} {why}".rstrip())
    return lines
