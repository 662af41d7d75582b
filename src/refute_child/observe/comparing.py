"""Kept values of two runs: where they differ, what they have in common, and that in words."""

from __future__ import annotations

from .kept import ANY, NEAR, SIMPLE, Moment, Node
from .masks import MASK
from .shown import Opaque, Secrets, quoted


def first(one: object, other: object) -> tuple[object, ...] | None:
    """The way to the first place where two kept values differ; None if they don't."""
    if one is ANY or other is ANY or one is other:
        return None
    if isinstance(one, Moment) and isinstance(other, Moment):
        same = one.seconds == other.seconds or abs(one.offset - other.offset) <= NEAR
        return None if same else ()
    if isinstance(one, Node) and isinstance(other, Node):
        if one.kind != other.kind:
            return ()
        found = dict(zip(map(repr, other.steps), other.parts, strict=True))
        for step, part in zip(one.steps, one.parts, strict=True):
            way = first(part, found[repr(step)]) if repr(step) in found else None
            if way is not None:
                return (step, *way)
        return None if {repr(step) for step in one.steps} == found.keys() else ()
    if type(one) is not type(other):
        return ()
    return None if one == other or (one != one and other != other) else ()


def common(one: object, other: object) -> object:
    """What two values have in common: the first, with ANY wherever they differ."""
    if first(one, other) is None:
        return one
    if isinstance(one, Node) and isinstance(other, Node):
        if one.kind == other.kind and one.steps == other.steps:
            parts = tuple(map(common, one.parts, other.parts))
            return Node(one.kind, one.steps, parts, one.raw)
    return ANY


def words_of(one: object, other: object, secrets: Secrets, label: str = "") -> tuple[str, str]:
    """Two values that differ, in words that do: shortened and masked. Where the whole values
    look alike in words, what differs within them, by its way from there (``label``).
    """
    way = first(one, other) or ()
    for step in way:
        shown = secrets.words(restored(one)), secrets.words(restored(other))
        if shown[0] != shown[1] or _is_text(one):
            break
        if _is_secret(one, step, secrets):
            return MASK, f"another {MASK}"
        label += _step(one, step)
        one, other = _part(one, step), _part(other, step)
    mark = f"{label}=" if label else ""
    shown = secrets.words(restored(one)), secrets.words(restored(other))
    if shown[0] != shown[1]:
        return mark + shown[0], mark + shown[1]
    more = _only(one, other, secrets, label), _only(other, one, secrets, label)
    if any(more):
        return more
    shown = _excerpts(restored(one), restored(other), secrets)
    return mark + shown[0], mark + shown[1]


def restored(kept: object) -> object:
    """A kept value as one that can be told in words."""
    if kept is ANY:
        return Opaque("…")
    if isinstance(kept, Moment):
        return kept.raw
    if not isinstance(kept, Node):
        return kept
    if kept.raw is not None:
        return kept.raw
    if kept.kind is bytes:
        return Opaque("<bytes>")
    if isinstance(kept.kind, str):
        return Opaque(kept.kind)
    some = [
        (step, Opaque("…") if step == "…" else restored(part))
        for step, part in zip(kept.steps, kept.parts, strict=True)
    ]
    if kept.kind is dict:
        return {step if type(step) in SIMPLE else Opaque(str(step)): part for step, part in some}
    return kept.kind(part for _, part in some)


def _is_text(kept: object) -> bool:
    return isinstance(kept, Node) and kept.kind is str


def _part(kept: object, step: object) -> object:
    assert isinstance(kept, Node)
    return kept.parts[[repr(one) for one in kept.steps].index(repr(step))]


def _is_secret(kept: object, step: object, secrets: Secrets) -> bool:
    """Whether the name of a part, or the option before it, says that it is a secret."""
    if type(step) is str:
        return secrets.named(step)
    if type(step) is int and step > 0 and isinstance(kept, Node) and kept.kind in (list, tuple):
        before = kept.parts[step - 1]
        return type(before) is str and secrets.option(before)
    return False


def _step(kept: object, step: object) -> str:
    if isinstance(kept, Node) and isinstance(kept.kind, type):
        return f"[{step!r}]"[:40]
    return f".{step}"[:40] if step != "" else ""


def _only(one: object, other: object, secrets: Secrets, label: str) -> str:
    """The first part that only one of two values has; empty if there is none."""
    if isinstance(one, Node) and isinstance(other, Node) and one.kind is not str:
        there = set(map(repr, other.steps))
        for step, part in zip(one.steps, one.parts, strict=True):
            if repr(step) not in there and step != "…":
                hidden = _is_secret(one, step, secrets)
                words = MASK if hidden else secrets.words(restored(part))
                return f"{label}{_step(one, step)}={words}"
    return ""


def _excerpts(one: object, other: object, secrets: Secrets) -> tuple[str, str]:
    """Two texts from shortly before the place on where they differ, masked."""
    if type(one) is str and type(other) is str:
        before, after = secrets.mask(one), secrets.mask(other)
        at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
        if at is not None:
            start = max(0, at - 20)
            return quoted("…" + before[start:]), quoted("…" + after[start:])
    words = secrets.words(one)
    return words, f"another {words}"
