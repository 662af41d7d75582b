"""Values in words: short, without secrets, and without running any code of theirs.

Everything that tells of a value goes through here before it leaves the child.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import islice
from types import BuiltinFunctionType, CoroutineType, FunctionType, GeneratorType
from typing import Any

from .masks import MASK, is_secret_name, without_secrets

LONGEST = 80
"""Characters of a value in words."""

_READ = 2000
"""Characters of a text that are looked at."""
_REMEMBERED = 5000
"""Texts whose words are kept."""
_MOST = 300
"""Secrets that are remembered."""


class Opaque:
    """Stands for an object of the user's in what is kept of a call: its class in words."""

    __slots__ = ("text", "whole")

    def __init__(self, text: str, whole: str = "") -> None:
        self.text = text
        #: The statement of SQL that it holds, if it is one.
        self.whole = whole


_PLAIN = (FunctionType, BuiltinFunctionType)
_mro: Any = vars(type)["__mro__"].__get__
_type_name: Any = vars(type)["__name__"].__get__


def name_of(kind: type) -> str:
    """The name of a class, asked of ``type`` itself."""
    return str(_type_name(kind))


def kind_of(value: object) -> str:
    """The word for a value's type; ``object`` for all but exactly the built-in ones."""
    return _KINDS.get(type(value), "object")


_KINDS: dict[type, str] = {
    str: "str",
    bytes: "bytes",
    int: "int",
    float: "float",
    bool: "bool",
    type(None): "none",
    list: "list",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "set",
}


class Secrets:
    """What must not be told: recognised by its form, its name, or from having been seen under
    such a name.
    """

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None
        self._names: dict[str, bool] = {}
        #: Texts and what became of them: the same ones come again and again.
        self._masked: dict[str, str] = {}
        self._quoted: dict[str, str] = {}

    def named(self, name: str) -> bool:
        """Whether what goes by this name (of a variable, key, option) is a secret."""
        found = self._names.get(name)
        if found is None:
            if len(self._names) > 10_000:
                self._names.clear()
            found = self._names[name] = is_secret_name(name)
        return found

    def learn(self, value: object) -> None:
        """A value that went by such a name is masked from now on wherever it shows."""
        if type(value) is bytes:
            value = value.decode("latin-1")
        if type(value) is not str or not 4 <= len(value) <= _READ or len(self._known) >= _MOST:
            return
        text = value.strip()
        if text not in self._known and len(text) >= 4 and text.lower() not in _HARMLESS:
            self._known[text] = None
            self._pattern = None
            self._quoted.clear()
            self._masked.clear()

    def learn_all(self, values: Mapping[str, str]) -> None:
        """Learn from names and their values, such as the environment."""
        for name, value in values.items():
            # The working folder goes by a password's short name.
            if self.named(name) and name not in ("PWD", "OLDPWD"):
                self.learn(value)

    def mask(self, text: str) -> str:
        """The text, of which only the beginning is read, without secrets."""
        found = self._masked.get(text)
        if found is None:
            found = self._mask(text)
            if len(text) < 200 and len(self._masked) < _REMEMBERED:
                self._masked[text] = found
        return found

    def _mask(self, text: str) -> str:
        cut = len(text) > _READ
        text = without_secrets(text[:_READ])
        if self._known:
            if self._pattern is None:
                self._pattern = _compiled(self._known)
            text = self._pattern.sub(MASK, text)
        # Half a secret may stand where the text was cut.
        return text[: _READ // 2] if cut else text

    def holds(self, text: str) -> bool:
        """Whether a value that is known to be secret shows in a text."""
        if self._known and self._pattern is None:
            self._pattern = _compiled(self._known)
        return self._pattern is not None and self._pattern.search(text) is not None

    def words(self, value: object) -> str:
        """A value, shortened and masked; see ``Shown`` for those within others."""
        return self._words(value, 2)

    def _words(self, value: object, depth: int) -> str:
        kind = type(value)
        if kind is str:
            assert isinstance(value, str)
            return self._text(value)
        if kind is bytes:
            return "b" + quoted(self.mask(value[:_READ].decode("latin-1")))  # type: ignore[index]
        if kind in (list, tuple, dict, set, frozenset):
            return self._collection(value, depth)
        return plain(value)

    def _text(self, text: str) -> str:
        """A text, masked and quoted."""
        found = self._quoted.get(text)
        if found is None:
            found = quoted(self.mask(text))
            if len(text) < 200 and len(self._quoted) < _REMEMBERED:
                self._quoted[text] = found
        return found

    def _collection(self, value: Any, depth: int) -> str:
        if not value:
            return "frozenset()" if type(value) is frozenset else repr(value)
        if depth == 0:
            return brackets(type(value), ["…"])
        parts: list[str] = []
        after_name = False
        for key in list(islice(value, 8)):
            if type(value) is dict:
                secret = type(key) is str and self.named(key)
                inner = MASK if secret else self._words(value[key], depth - 1)
                parts.append(f"{self._words(key, 0)}: {inner}")
                if secret:
                    self.learn(value[key])
            else:
                parts.append(MASK if after_name else self._words(key, depth - 1))
                if after_name:
                    self.learn(key)
                after_name = type(key) is str and self.option(key)
        if type(value) in (set, frozenset):
            parts.sort()
        if len(value) > 8:
            parts.append("…")
        return shortened(brackets(type(value), parts))

    def option(self, text: str) -> bool:
        """Whether an element of a command says that the next one is a secret."""
        return text.startswith("-") and len(text) < 60 and "=" not in text and self.named(text)


def plain(value: object) -> str:
    """A value that holds no others; what is not of a built-in type by its class alone, or as
    the member of its enumeration.
    """
    kind = type(value)
    if kind is Opaque:
        return value.text  # type: ignore[attr-defined, no-any-return]
    if kind in (bool, float) or value is None:
        return repr(value)
    if kind is int:
        assert isinstance(value, int)
        return repr(value) if value.bit_length() < 200 else "<int>"
    if kind in _PLAIN:
        return f"<function {value.__name__}>"[:LONGEST]  # type: ignore[attr-defined]
    if type in _mro(kind):
        assert isinstance(value, type)
        return f"<class {name_of(value)}>"[:LONGEST]
    if Enum in _mro(kind):
        member = object.__getattribute__(value, "__dict__").get("_name_")
        if type(member) is str:
            return f"{name_of(kind)}.{member}"[:LONGEST]
    if kind is CoroutineType:
        return "<coroutine>"
    if kind is GeneratorType:
        return "<generator>"
    return f"<{name_of(kind)}>"[:LONGEST]


def quoted(text: str) -> str:
    """A text as Python writes it, cut to what a reader needs."""
    if len(text) <= LONGEST - 2:
        written = repr(text)
        if len(written) <= LONGEST:
            return written
    half = text[: LONGEST - 4]
    while len(written := repr(half + "…")) > LONGEST:
        half = half[: len(half) - max(1, (len(written) - LONGEST) // 6)]
    return written


def brackets(kind: type, parts: list[str]) -> str:
    """The parts in the brackets of their collection."""
    inside = ", ".join(parts)
    if kind is list:
        return f"[{inside}]"
    if kind is tuple:
        return f"({inside},)" if len(parts) == 1 else f"({inside})"
    return f"frozenset({{{inside}}})" if kind is frozenset else f"{{{inside}}}"


def shortened(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, with a sign where it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


_HARMLESS = frozenset({"true", "false", "none", "null", "name", "test", "value", "default", "id"})
"""Values under a secret's name that say nothing, and would blank half of a report."""


def _compiled(known: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the texts; short ones as words of their own only."""
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile(
        "|".join(
            re.escape(text)
            if len(text) >= 8
            else rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])"
            for text in longest_first
        )
    )
