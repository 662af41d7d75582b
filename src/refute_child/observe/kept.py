"""Values as they were at one moment, kept so that two runs of a test can be compared.

No code of the user's runs: exact built-in types are copied, of objects only what lies in their
own dictionaries and slots. What differs from run to run by itself is told apart: moments are
compared by their offset from now, addresses and temporary folders are left out, and what
differs between two runs of unchanged code (``common``) is like anything.
"""

from __future__ import annotations

import datetime
import re
import time
from calendar import timegm
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import FunctionType, MemberDescriptorType, MethodType
from typing import Any

from .reals import instance_dict, lookup, mro_of, own_of
from .shown import LONGEST, Opaque, name_of, plain

_DEEPEST = 5
_WIDEST = 40
_NODES = 300
"""Steps into a value, elements of one container, and parts of one value that are kept."""
_READ = 2000
"""Characters of a text that are kept as they are; of the rest only whether it is the same."""
NEAR = 2.0
"""Seconds by which the same moment, seen from now, may differ between two runs."""
_TIMES = 400 * 86400.0
"""A number that is no further from now, in seconds, may be a moment."""

SIMPLE = (str, int, float, bool, bytes, type(None))
_BASES: tuple[tuple[type, Any], ...] = (
    (str, str.__str__),
    (bytes, lambda value: bytes.join(b"", [value])),
    (int, int.__int__),
    (float, float.__float__),
    (dict, lambda value: dict(dict.items(value))),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
)
_CLOCK: Any = (datetime.datetime, datetime.timezone, time.time, datetime.date)
"""Bound in a tuple, where fakes of the clock don't look."""
_FIELDS: tuple[Any, ...] = tuple(
    lookup(_CLOCK[0], name)
    for name in ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
)
_exception_args: Any = vars(BaseException)["args"].__get__
_module_of: Any = vars(type)["__module__"].__get__

_TOKENS = re.compile(
    r"(?P<time>\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<address>\b0x[0-9a-fA-F]{6,}\b)"
    r"|(?P<folder>(?:/[\w.-]+)*/pytest-of-[^/\s]+/pytest-\d+(?:/[\w.\[\]-]+)?"
    r"|(?:/var)?/tmp/tmp\w{6,})"
    r"|(?P<uuid>\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)"
)

_TEMPORARY = "<temporary>"


class _Any:
    """Stands for what differs by itself."""

    __slots__ = ()


ANY = _Any()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A point in time: ``seconds`` since the epoch, as if clocks showed UTC, and from now."""

    seconds: float
    offset: float
    raw: object


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value with parts. ``kind`` is a built-in class of containers, ``str`` for a text with
    parts that may differ by themselves, or the words for an object.
    """

    kind: type | str
    steps: tuple[object, ...] = ()
    parts: tuple[object, ...] = ()
    #: The text itself.
    raw: object = None


class Keeper:
    """Makes copies; ``mock`` gives the words by which a mock is told from others, if it is one."""

    def __init__(self, mock: Callable[[object], str]) -> None:
        self._mock = mock
        self._left = 0

    def keep(self, value: object) -> object:
        """The value as it is now."""
        self._left = _NODES
        return self._keep(value, _DEEPEST)

    def _keep(self, value: object, depth: int) -> object:
        self._left -= 1
        kind = type(value)
        if kind is str:
            return _text(value)  # type: ignore[arg-type]
        if kind in (int, float):
            return _number(value)  # type: ignore[arg-type]
        if kind is bytes:
            assert isinstance(value, bytes)
            same = len(value) <= _READ
            return value if same else Node(bytes, ("", "…"), (len(value), hash(value)))
        if kind in SIMPLE:
            return value
        if kind in (list, tuple, dict, set, frozenset):
            return self._container(value, kind, depth)
        return self._object(value, kind, depth)

    def _container(self, value: Any, kind: type, depth: int) -> Node:
        if depth == 0 or self._left <= 0:
            return Node(kind, ("…",), (len(value),)) if value else Node(kind)
        if kind in (set, frozenset):
            known = sorted((one for one in value if type(one) in SIMPLE), key=repr)
            return Node(kind, tuple(range(len(known))), tuple(known[:_WIDEST]))
        some = list(islice(value, _WIDEST))
        steps: list[object] = list(range(len(some)))
        if kind is dict:
            steps = [_key(one) for one in some]
        parts = [self._keep(value[one] if kind is dict else one, depth - 1) for one in some]
        if len(value) > _WIDEST:
            steps.append("…")
            parts.append(len(value))
        return Node(kind, tuple(steps), tuple(parts))

    def _object(self, value: object, kind: type, depth: int) -> object:
        words, bases = self._mock(value), mro_of(value)
        if words:
            return Node(words)
        if _CLOCK[0] in bases:
            return _moment(value)
        if type in bases or kind in (FunctionType, MethodType):
            return Node(_callable(value))
        if _CLOCK[3] in bases:
            return Node(plain(value), ("",), (_CLOCK[3].isoformat(value),))
        if _module_of(kind) in _PRINTED:
            return Node(plain(value), ("",), (_text(str(value)),))
        if depth == 0 or self._left <= 0:
            return Node(plain(value))
        if _is_buffer(kind, bases):
            memory = memoryview(value).tobytes()  # type: ignore[arg-type]
            return Node(plain(value), ("",), (self._keep(memory, depth - 1),))
        steps: list[object] = []
        parts: list[object] = []
        for step, part in _inside(value, bases):
            if self._left <= 0:
                break
            steps.append(step)
            parts.append(self._keep(part, depth - 1))
        name = name_of(kind) if BaseException in bases else plain(value)
        return Node(name, tuple(steps), tuple(parts))


_PRINTED = frozenset({"decimal", "fractions", "datetime", "uuid", "pathlib", "pathlib._local"})
"""Modules of Python's own whose objects say all that they are by their text."""


def _is_buffer(kind: type, bases: tuple[type, ...]) -> bool:
    """Whether an object is memory with values in it: an array of Python's own or of ctypes. In
    other things of ctypes there may be addresses, which differ by themselves.
    """
    if kind is bytearray or (_module_of(kind), name_of(kind)) == ("array", "array"):
        return True
    if not any((_module_of(one), name_of(one)) == ("_ctypes", "Array") for one in bases):
        return False
    code = lookup(lookup(kind, "_type_"), "_type_")  # type: ignore[arg-type]
    own = type(lookup(kind, "__buffer__")) is FunctionType
    return type(code) is str and code in _VALUES and not own


_VALUES = "cbBhHiIlLqQfd?"
"""Codes by which ctypes tells types that hold a value, and no address."""


def _text(text: str) -> object:
    """A text; one with parts of their own that may differ by themselves as a node."""
    read = text[:_READ]
    parts: list[object] = []
    end = 0
    for found in _TOKENS.finditer(read):
        parts += [read[end : found.start()], _token(found)]
        end = found.end()
    if not parts and len(text) <= _READ:
        return text
    parts.append(read[end:])
    if len(text) > _READ:
        parts += [len(text), hash(text)]
    shown = _TOKENS.sub(lambda found: _TEMPORARY if found["folder"] else found[0], read)
    return Node(str, tuple(range(len(parts))), tuple(parts), shown + text[_READ:])


def _token(found: re.Match[str]) -> object:
    if found.lastgroup == "address":
        return ANY
    if found.lastgroup == "folder":
        return _TEMPORARY
    if found.lastgroup == "time":
        try:
            return _moment(_CLOCK[0].fromisoformat(found[0]))
        except ValueError:
            return found[0]
    return found[0]


def _number(value: float) -> object:
    offset = value - _CLOCK[2]()
    return Moment(float(value), offset, value) if abs(offset) < _TIMES else value


def _moment(value: object) -> object:
    *fields, micros, zone = [field.__get__(value) for field in _FIELDS]
    seconds = timegm(tuple(fields)) + micros / 1e6
    if type(zone) is _CLOCK[1]:
        seconds -= zone.utcoffset(None).total_seconds()
    year, month, day, hour, minute, second = fields
    raw = Opaque(f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    return Moment(seconds, seconds - _CLOCK[2](), raw)


def _callable(value: Any) -> str:
    """A class or function by its full name: two of the same name are not the same."""
    if type(value) is MethodType:
        value = value.__func__
    if type(value) is FunctionType:
        return f"<function {value.__qualname__}>"[:LONGEST]
    return plain(value)


def _inside(value: object, bases: tuple[type, ...]) -> Iterator[tuple[object, object]]:
    """What is in an object: the built-in value that it is, what an exception was made of, and
    its attributes.
    """
    for base, convert in _BASES:
        if base in bases:
            yield "", convert(value)
            break
    if BaseException in bases:
        yield from enumerate(_exception_args(value)[:_WIDEST])
    yield from islice(_held(value), _WIDEST)


def _held(value: object) -> Iterator[tuple[str, object]]:
    """What lies in an object's own dictionary and slots."""
    for name, held in list(instance_dict(value).items()):
        if type(name) is str:
            yield name, held
    for kind in mro_of(value):
        for name, found in list(own_of(kind).items()):
            if type(found) is MemberDescriptorType and type(name) is str and kind not in _OWN:
                try:
                    yield name, found.__get__(value)
                except AttributeError:
                    continue  # an empty slot


_OWN = frozenset({object, BaseException})


def _key(key: object) -> object:
    return key if type(key) in SIMPLE else plain(key)
