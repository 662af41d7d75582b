"""What a double does that the real thing, as far as it is known, could not."""

from __future__ import annotations

from collections.abc import Sequence
from types import CoroutineType, FunctionType, SimpleNamespace
from typing import Any

from .annotations import returned_classes
from .arguments import Head
from .reals import (
    Real,
    attribute,
    dotted,
    function_of,
    is_async,
    is_simple,
    lacks,
    lookup,
    mro_of,
    parameters,
    refusal,
)
from .records import Call, Record
from .shown import Secrets, name_of


def behind(real: Real | None, steps: Sequence[str]) -> Real | None:
    """The real thing at the end of the way from a double to what is called or read."""
    for step in steps:
        if real is None:
            return None
        real = attribute(real, step)
    return real


def title(function: Any) -> str:
    """A real function by its module and name."""
    module, name = function.__module__, function.__qualname__
    return f"{module}.{name}" if type(module) is str else str(name)


def check_call(record: Record, real: Real, count: int, names: tuple[str, ...]) -> None:
    """Note a call that the real signature refuses: so many arguments by position, these by
    name.
    """
    found = function_of(real)
    if found is None:
        return
    function, bound = found
    # Where it isn't known whether an object goes first, both ways are fine.
    skips = (1, 0) if bound is None else (int(bound),)
    refusals = [refusal(function, skip, count, names) for skip in skips]
    if all(refusals):
        record.lie("signature", f"the real {title(function)} refuses this call: it {refusals[0]}")


_LOOKUPS = frozenset({"get", "getenv", "pop", "setdefault", "__getitem__", "__contains__"})
_LOOKED_UP = ("key", "keys")


def secret_positions(
    found: tuple[FunctionType, bool | None], count: int, secrets: Secrets
) -> frozenset[Head]:
    """Positions of a call at which the real function's parameter is called like a secret.

    What a look-up calls its key is the name of something, and no secret: ``environ.get(key)``.
    """
    names = parameters(found[0])[0 if found[1] is False else 1 :]
    harmless = _LOOKED_UP if found[0].__name__ in _LOOKUPS else ()
    return frozenset(
        [
            at
            for at, name in enumerate(names[:count])
            if name not in harmless and secrets.named(name)
        ]
    )


def check_result(record: Record, real: Real, value: object) -> None:
    """Note a plain value from the double of a coroutine function."""
    found = function_of(real)
    if found is None or real.thing is not found[0]:
        return
    function = found[0]
    if is_async(function) and lookup(type(value), "__await__") is None:
        record.lie(
            "async",
            f"the real {title(function)} is a coroutine function, and this double gives a plain "
            f"value ({name_of(type(value))})",
        )


def check_coroutine(record: Record, real: Real, call: Call) -> None:
    """Note a coroutine that nobody awaits, from the double of a plain function."""
    found = function_of(real)
    if found is None or call.awaited or call.result:
        return
    if real.thing is not found[0]:
        what = f"{dotted(real.thing)} is a class"
    elif is_simple(found[0]):
        what = f"{title(found[0])} is a plain function"
    else:
        return
    record.lie("async", f"the real {what}, and this double gives a coroutine that nobody awaits")


def check_attribute(record: Record, real: Real, name: str) -> None:
    """Note an attribute that the real thing doesn't have."""
    if lacks(real, name):
        who = f"instances of {dotted(real.thing)}" if real.instance else dotted(real.thing)
        verb = "have" if real.instance else "has"
        record.lie("attribute", f"the real {who} {verb} no attribute {name!r}")


def check_returned(record: Record, real: Real, value: object, shown: str) -> None:
    """Note a configured return value that the real annotation forbids."""
    found = function_of(real)
    if found is None or real.thing is not found[0] or not _plain(value):
        return
    classes = returned_classes(found[0])
    if classes and not any(one in mro_of(value) for one in classes):
        allowed = " or ".join("None" if one is type(None) else name_of(one) for one in classes)
        record.lie(
            "returns",
            f"it returns {shown}, and the real {title(found[0])} says that it returns {allowed}",
        )


def check_unused(record: Record) -> None:
    """Note a double that was put in place and to which nobody came."""
    info = record.info
    if info.used and not record.reached and not record.looked:
        record.lie("unused", f"put in the place of {info.target}, and nothing came to it")


def _plain(value: object) -> bool:
    """Whether a value is no stand-in itself: SimpleNamespace is there to look like others."""
    return type(value) is not CoroutineType and SimpleNamespace not in mro_of(value)
