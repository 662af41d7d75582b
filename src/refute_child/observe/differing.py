"""The first thing that differs between two unchanged runs of a test and one under a mutant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..wire import Record
from .comparing import common, first, restored, words_of
from .hiding import learn_from
from .kept import Node
from .masks import MASK
from .received import Event
from .shown import Secrets, shortened

Key = tuple[str, ...]
_Place = tuple[int, Event | None, Event | None]
"""When it was, and the event without and with the mutant."""


def differ(
    one: Sequence[Event], two: Sequence[Event], mutated: Sequence[Event], secrets: Secrets
) -> Record | None:
    """What differs under the mutant: ``received`` and ``returned``, each a change or None; None
    where nothing does. What differs between the two unchanged runs by itself is left out.

    A change holds ``target``, ``name`` and ``made`` of the double (``target`` and ``made`` are
    empty for what is no double), ``file`` and ``line`` of the project code, ``before``
    and ``after`` in words, which are empty for what was not sent at all.
    """
    learn_from((*one, *two), secrets)
    found: Record = {"received": None, "returned": None}
    for returned in (False, True):
        usual, again, under = (
            [event for event in run if event.returned is returned] for run in (one, two, mutated)
        )
        place = _first(usual, again, under)
        if place is None and not returned:
            place = _moved(usual, again, under)
        if place is not None:
            found["returned" if returned else "received"] = _told(place, secrets)
    return found if found["received"] or found["returned"] else None


def _first(one: Sequence[Event], two: Sequence[Event], under: Sequence[Event]) -> _Place | None:
    """The earliest difference among what each receiver got."""
    found: list[_Place] = []
    for key in dict.fromkeys(event.key for event in (*one, *under)):
        place = _at_one(_of(key, one), [event for _, event in _of(key, two)], _of(key, under))
        if place is not None:
            found.append(place)
    return min(found, key=lambda place: place[0], default=None)


def _of(key: Key, events: Iterable[Event]) -> list[tuple[int, Event]]:
    return [(at, event) for at, event in enumerate(events) if event.key == key]


def _at_one(
    one: Sequence[tuple[int, Event]], two: Sequence[Event], under: Sequence[tuple[int, Event]]
) -> _Place | None:
    if len(one) != len(two) or any(
        _way(before) != _way(again) for (_, before), again in zip(one, two, strict=True)
    ):
        return None  # it gets something else each time
    usual = [common(a.sent, b.sent) for (_, a), b in zip(one, two, strict=True)]
    for number, (at, event) in enumerate(under):
        if number >= len(one):
            return at, None, event
        if _same(one[number][1], usual[number], event):
            continue
        when, before = one[number][0], _usually(one[number][1], usual[number])
        left, more = len(one) - number, len(under) - number
        if left > more and _same(one[number + 1][1], usual[number + 1], event):
            return when, before, None
        if more > left and _same(before, usual[number], under[number + 1][1]):
            return at, None, event
        return when, before, event
    if len(under) < len(one):
        when, before = one[len(under)]
        return when, _usually(before, usual[len(under)]), None
    return None


def _moved(one: Sequence[Event], two: Sequence[Event], under: Sequence[Event]) -> _Place | None:
    """The first of the same calls that comes in another order, across receivers."""
    ways = [[(event.key, *_way(event)) for event in run] for run in (one, two, under)]
    if ways[0] == ways[1] and ways[0] != ways[2] and sorted(ways[0]) == sorted(ways[2]):
        for at, (before, after) in enumerate(zip(one, under, strict=True)):
            if ways[0][at] != ways[2][at]:
                return at, before, after
    return None


def _way(event: Event) -> tuple[str, str]:
    return event.form, event.method


def _same(before: Event, usual: object, after: Event) -> bool:
    return _way(before) == _way(after) and first(usual, after.sent) is None


def _usually(event: Event, usual: object) -> Event:
    """The event without what differs by itself."""
    return replace(event, sent=usual) if isinstance(usual, Node) else event


def _told(place: _Place, secrets: Secrets) -> Record:
    _, before, after = place
    event = before or after
    assert event is not None
    is_double = event.key[0] == "double"
    words = _words(before, after, secrets)
    return {
        "target": event.key[1] if is_double else "",
        "name": event.key[2] if is_double else shortened(secrets.mask(event.name)),
        "made": event.key[3] if is_double else "",
        "double": is_double,
        "file": event.file,
        "line": event.line,
        "before": words[0],
        "after": words[1],
    }


def _words(before: Event | None, after: Event | None, secrets: Secrets) -> tuple[str, str]:
    """What was sent without and with the mutant: the one value that differs if it is one."""
    if before is None or after is None or _way(before) != _way(after) or before.key != after.key:
        return _whole(before, secrets), _whole(after, secrets)
    way = first(before.sent, after.sent)
    if not way:
        return _whole(before, secrets), _whole(after, secrets)
    head = way[0]
    label = before.method if before.form == "set" else head if type(head) is str else ""
    mark = f"{label}=" if label else ""
    if head in before.secret | after.secret:
        return mark + MASK, f"{mark}another {MASK}"
    at = before.sent.steps.index(head), after.sent.steps.index(head)
    values = before.sent.parts[at[0]], after.sent.parts[at[1]]
    if before.form == "raise":
        shown = _raised(values[0], secrets), _raised(values[1], secrets)
        if shown[0] != shown[1]:
            return shown
    return words_of(*values, secrets, str(label))


def _whole(event: Event | None, secrets: Secrets) -> str:
    """An event with all that was sent."""
    if event is None:
        return ""
    shown: list[str] = []
    for step, part in zip(event.sent.steps, event.sent.parts, strict=True):
        words = MASK if step in event.secret else secrets.words(restored(part))
        shown.append(f"{step}={words}" if type(step) is str and step else words)
    inside = ", ".join(shown)
    if event.form == "raise":
        return _raised(event.sent.parts[0], secrets)
    if event.form == "set":
        return shortened(f"{event.method}={inside}")
    if event.form == "await":
        return f"await {event.method or event.name.rpartition('.')[2]}()"
    if event.form == "call":
        called = event.method or event.name.removesuffix("()").rpartition(".")[2]
        return shortened(f"{called}({inside})", 120)
    return inside


def _raised(kept: object, secrets: Secrets) -> str:
    """An exception in words, with what it was made of."""
    if not isinstance(kept, Node):
        return secrets.words(restored(kept))
    parts = [
        secrets.words(restored(part))
        for step, part in zip(kept.steps, kept.parts, strict=True)
        if type(step) is int
    ]
    return shortened(f"exception {kept.kind}({', '.join(parts)})", 120)
