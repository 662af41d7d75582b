"""What mocks were told to give: in words, and which of it the project never came for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import length_hint
from types import FunctionType
from typing import Any

from . import lies
from .audits import identity
from .masks import MASK
from .mocks import INFO, Mocks, dict_of, is_magic, method_of
from .reals import lookup, mro_of, own_of
from .records import Book, Info, Record
from .shown import name_of, shortened
from .sides import CLEAR, TEST

_MOST = 6
_LONGEST = 200
_NODES = 100
_MAGIC = frozenset({"__enter__", "__aenter__", "__getitem__", "__next__", "__anext__"})
"""The language's own methods whose results are the tests' business; mocks fill in others."""
_list_iterator: type = type(iter([]))
_tuple_iterator: type = type(iter(()))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A configured return value (``gives``) or side effect of a double, or of what it holds."""

    mock: Any
    steps: list[str]
    name: str
    value: Any

    @property
    def method(self) -> str:
        """The way from the double."""
        return method_of(self.steps)


class Arrangements:
    """Reads the configuration of mocks at the end of a test."""

    def __init__(self, book: Book, mocks: Mocks) -> None:
        self._book = book
        self._mocks = mocks

    def tell(self, record: Record, told: dict[str, Any]) -> None:
        """Fill in ``returns``, ``raises`` and ``unread``, and note lies of configured values."""
        returns: list[str] = []
        raises: list[str] = []
        unread: list[str] = []
        for found in self._of(record.thing, [], set()):
            way = f"{found.method}()"
            if found.name == "return_value":
                hidden = self._book.hides(record.info, found.method)
                words = MASK if hidden else self._value(found.value)
                returns.append(words if not found.steps else f"{way} gives {words}")
                said = f"{way} returns {words}"
                if not self._mocks.is_mock(found.value):
                    self._check(record, found, words)
            else:
                hidden = self._book.hides(record.info, found.method)
                words = MASK if hidden else self._effect(found.value)
                raises.append(words if not found.steps else f"{way}: {words}")
                said = f"{way} has the side effect {words}"
            if self._is_own(found, record.info) and identity(found.mock) not in self._book.called:
                unread.append(said if found.steps else said.removeprefix("() "))
            elif found.name == "side_effect":
                unread += self._left(found, record.info, way if found.steps else "it")
        if returns:
            told["returns"] = shortened("; ".join(returns[:_MOST]), _LONGEST)
        if raises:
            told["raises"] = shortened("; ".join(raises[:_MOST]), _LONGEST)
        if unread:
            told["unread"] = [shortened(text, _LONGEST) for text in unread[: 2 * _MOST]]

    def _of(self, mock: Any, steps: list[str], seen: set[int]) -> Iterator[Arrangement]:
        if identity(mock) in seen or len(seen) > _NODES:
            return
        seen.add(identity(mock))
        own = dict_of(mock, "__dict__")
        holder = own.get("_mock_delegate")
        given = own.get("_mock_return_value", self._mocks.default)
        effect = own.get("_mock_side_effect")
        if type(holder) is FunctionType:
            given = holder.__dict__.get("return_value", given)
            effect = holder.__dict__.get("side_effect", effect)
        inner = self._mocks.below(given)
        if given is not self._mocks.default and given is not mock:
            if inner is None or self._is_given(inner, mock):
                yield Arrangement(mock, steps, "return_value", given)
            if inner is not None and self._mocks.root(inner)[0] is not inner:
                yield from self._of(inner, [*steps, "()"], seen)
        if effect is not None and not self._is_mocks_own(effect):
            yield Arrangement(mock, steps, "side_effect", effect)
        for name, child in list(own.get("_mock_children", {}).items()):
            below = self._mocks.below(child)
            if below is not None and type(name) is str and (not is_magic(name) or name in _MAGIC):
                yield from self._of(below, [*steps, name], seen)

    def _is_given(self, inner: Any, mock: Any) -> bool:
        """Whether a mock was given to another as its result, and not made by that."""
        own = dict_of(inner, "__dict__")
        return INFO in own or (identity(mock), "return_value") in self._book.arranged

    def _is_mocks_own(self, effect: Any) -> bool:
        """Whether a side effect is one that the machinery of mocks has put there itself."""
        if type(effect) is not FunctionType:
            return False
        return self._book.sides[effect.__code__.co_filename] == CLEAR

    def _is_own(self, found: Arrangement, root: Info) -> bool:
        """Whether the test's own code made the arrangement."""
        if (identity(found.mock), found.name) in self._book.arranged:
            return True
        info = dict_of(found.mock, "__dict__").get(INFO)
        return info is not None and info.own and info.test == self._book.test and info is root

    def _left(self, found: Arrangement, root: Info, way: str) -> list[str]:
        """Values of a side effect that nobody came for, after others that were."""
        kind = type(found.value)
        if kind not in (_list_iterator, _tuple_iterator) or not self._is_own(found, root):
            return []
        count = length_hint(found.value)
        return [f"{way} has {count} more values to give"] if count else []

    def _check(self, record: Record, found: Arrangement, words: str) -> None:
        real = lies.behind(record.info.real, found.steps)
        if real is not None and self._book.sides.home(type(found.value)) != TEST:
            lies.check_returned(record, real, found.value, words)

    def _value(self, value: object) -> str:
        return self._book.secrets.words(value)

    def _effect(self, effect: Any) -> str:
        """A side effect: an exception, a function, or values in turn."""
        if type in mro_of(effect):
            return name_of(effect)
        if BaseException in mro_of(effect):
            return name_of(type(effect))
        if type(effect) in (_list_iterator, _tuple_iterator):
            values = _values(effect)[:_MOST]
            words = [self._one(value) for value in values]
            return shortened(", ".join(words), _LONGEST) + " in turn"
        if type(effect) is FunctionType or lookup(type(effect), "__call__") is not None:
            return self._value(effect)
        return f"<{name_of(type(effect))}>" if own_of(type(effect)) else "?"

    def _one(self, value: Any) -> str:
        exception = BaseException in mro_of(value) or (
            type in mro_of(value) and BaseException in value.__mro__
        )
        return self._effect(value) if exception else self._value(value)


def _values(iterator: Any) -> list[Any]:
    """All that a built-in iterator has or had to give; it is not moved."""
    state = iterator.__reduce__()
    held = state[1][0] if len(state) > 1 and state[1] else ()
    return list(held) if type(held) in (list, tuple) else []
