"""What people are told of the dependencies that were started."""

from __future__ import annotations

from refute.real.provider import Json


def sentence(told: Json) -> str:
    """One dependency of `Houses.told`: by which route, how fast, and what is not real of it."""
    name = told["dependency"]
    if told["error"]:
        return f"{name}: {told['error']}"
    kind = "" if told["real"] else " (a stand-in)"
    limits = f"; {told['limits']}" if told["limits"] else ""
    return (
        f"{name}{kind}: {told['detail']}, by the route `{told['route']}`, "
        f"ready in {told['seconds']:.1f} s{limits}"
    )
