"""What can be said of a value in a test: itself as a literal, or what of it is plain and stable.

A view is a text with ``{}`` in the place of the value. Views that begin with ``=`` are compared
with their literal; those with ``!`` are calls of a double's own assertions, with arguments.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import sys
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

from ..observe.masks import is_secret_name
from .literals import Literals
from .mocked import Named, call_views

_MOST = 24
"""Views of one value."""
_OPAQUE = (
    FunctionType, BuiltinFunctionType, MethodType, ModuleType, GeneratorType, type, property,
)  # fmt: skip
_BY_TEXT = (decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePath, datetime.timezone)
_PARTS = 12
"""Members of a collection that is looked at part by part."""
_INNER = 4
"""Objects below an object that are looked at."""
_plain: Any = object
_BY_ISO = (datetime.datetime, datetime.date, datetime.time)


class Views:
    """Describes values. Runs code of theirs (properties, ``__len__``), as a test would."""

    def __init__(self, literals: Literals | None = None) -> None:
        self._literals = literals or Literals()

    def of(self, value: object, name: str = "", named: Named | None = None) -> dict[str, str]:
        """Views and their literals, the plainest first; ``named`` are objects that have names
        where the value is seen, by identity.
        """
        found: dict[str, str] = {}
        try:
            for view, text in self._views(value, name, named or {}):
                found.setdefault(view, text)
                if len(found) >= _MOST:
                    break
        except Exception:
            # What can't be looked at is not.
            return found
        return found

    def of_error(self, error: BaseException) -> dict[str, str]:
        """The text of an exception as the view of itself, and what else it holds."""
        found = self.of(str(error))
        attributes: dict[str, str] = {}
        try:
            attributes.update(self._object(error, "{}", "", deep=False))
        except Exception:
            return found
        return attributes | found

    def _views(self, value: Any, name: str, named: Named) -> Iterator[tuple[str, str]]:
        whole = self._literals.of(value, name)
        if whole is not None:
            yield "= {}", whole
        if type(value) in (dict, list) and 0 < len(value) <= _PARTS:
            yield from self._parts(value)
        if whole is not None or type(value) in (dict, list):
            return
        if is_double(value):
            yield from call_views(value, self._literals, named)
            return
        if isinstance(value, (*_OPAQUE, str, bytes)):
            # A text that is no literal here is too long, or nobody's business.
            return
        special = list(self._special(value, name))
        yield from special
        if not special:
            yield from self._object(value, "{}", name, deep=True)

    def _special(self, value: Any, name: str) -> Iterator[tuple[str, str]]:
        """What is known by its type."""
        if isinstance(value, enum.Enum):
            yield from self._one("{}.name", value.name)
        elif isinstance(value, _BY_ISO):
            yield from self._one("{}.isoformat()", value.isoformat())
        elif isinstance(value, datetime.timedelta):
            yield from self._one("{}.total_seconds()", value.total_seconds())
        elif isinstance(value, _BY_TEXT):
            yield from self._one("str({})", str(value), name)
        elif isinstance(value, BaseException):
            yield from self._one("str({})", str(value))
        elif type(value).__name__ == "ExceptionInfo":
            yield from self._one("str({}.value)", str(value.value))
        elif type(value).__name__ in ("_AssertRaisesContext", "_AssertRaisesBaseContext"):
            yield from self._one("str({}.exception)", str(value.exception))
        elif type(value).__module__ == "_pytest.logging":
            yield from self._one("{}.messages", value.messages)
        elif type(value).__module__ == "_pytest.capture":
            said = value.readouterr()
            yield from self._one("{}.readouterr().out", said.out)
        elif isinstance(value, tuple):
            yield from self._one("tuple({})", tuple(value), name)
            yield from self._members(value)
        elif isinstance(value, set | frozenset | list | dict | deque):
            yield from self._collected(value, name)

    def _parts(self, value: Any) -> Iterator[tuple[str, str]]:
        """What stays the same of a collection where other parts of it, or its order, don't."""
        if type(value) is dict:
            for key, item in list(value.items()):
                if type(key) is str and key.isprintable() and '"' not in key:
                    for _, text in self._one("{}", item, key):
                        yield f'= {{}}["{key}"]', text
        with suppress(TypeError):
            yield from self._one("sorted({})", sorted(value))
        yield from self._one("len({})", len(value))

    def _members(self, value: Sequence[Any]) -> Iterator[tuple[str, str]]:
        for position, item in enumerate(value[:6]):
            yield from self._one(f"{{}}[{position}]", item)

    def _collected(self, value: Any, name: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            yield from self._one("dict({})", dict(value), name)
            yield from self._one("list({})", list(value))
        elif isinstance(value, Set):
            yield from self._one("set({})", set(value), name)
        else:
            yield from self._one("list({})", list(value), name)
        yield from self._one("len({})", len(value))

    def _object(self, value: Any, base: str, name: str, *, deep: bool) -> Iterator[tuple[str, str]]:
        collected = isinstance(value, Mapping | Set | Sequence)
        if deep:
            yield from self._as_whole(value, base, name, collected=collected)
        inner: list[tuple[str, Any]] = []
        for attribute in _public(value):
            try:
                item = getattr(value, attribute)
            except Exception:
                continue
            literal = self._literals.of(item, attribute)
            if literal is not None:
                yield f"= {base}.{attribute}", literal
            elif deep and not callable(item) and not is_secret_name(attribute):
                inner.append((attribute, item))
        if deep and not collected and hasattr(type(value), "__len__"):
            yield from self._one(f"len({base})", len(value))
        for attribute, item in inner[:_INNER]:
            yield from self._below(item, f"{base}.{attribute}", attribute)

    def _as_whole(
        self, value: Any, base: str, name: str, *, collected: bool
    ) -> Iterator[tuple[str, str]]:
        """What the object says of itself."""
        if collected:
            yield from self._collected(value, name)
        kind: Any = type(value)
        if kind.__str__ is not _plain.__str__:
            yield from self._one(f"str({base})", str(value), name)
        elif kind.__repr__ is not _plain.__repr__:
            yield from self._one(f"repr({base})", repr(value), name)

    def _below(self, item: Any, base: str, name: str) -> Iterator[tuple[str, str]]:
        """What hangs on an object."""
        if is_double(item):
            for view, text in call_views(item, self._literals, {}):
                yield view.replace("{}", base), text
        elif not isinstance(item, _OPAQUE) and type(item).__module__ != "builtins":
            yield from self._object(item, base, name, deep=False)

    def _one(self, view: str, value: object, name: str = "") -> Iterator[tuple[str, str]]:
        text = self._literals.of(value, name)
        if text is not None:
            yield f"= {view}", text


def is_double(value: object) -> bool:
    """Whether it is a mock, without importing what makes mocks."""
    mocks = sys.modules.get("unittest.mock")
    return mocks is not None and isinstance(value, mocks.NonCallableMock)


def _public(value: Any) -> list[str]:
    """Names of what an object holds that is no method and nobody's private business."""
    names = dict.fromkeys(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__[:-1]:
        for name, found in vars(kind).items():
            if isinstance(found, property) or type(found).__name__ == "member_descriptor":
                names.setdefault(name)
    return [name for name in names if not name.startswith("_")][:16]
