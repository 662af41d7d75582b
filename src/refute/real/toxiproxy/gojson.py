"""JSON as Go's encoding/json reads and writes it, down to the words of its errors.

Clients of Toxiproxy show these words to people, and some compare them. Keys are matched
without regard to case, the last of several wins, null changes nothing, and what follows the
first value is not read.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from refute.real.toxiproxy.goscan import first_value


class TypeMismatch(ValueError):
    """A value of the wrong type; its text is Go's. ``values`` is what was read all the same."""

    def __init__(self, words: str, values: dict[str, Any]) -> None:
        super().__init__(words)
        self.values = values


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    text: str


class Pairs(list[tuple[str, Any]]):
    """An object: its keys and values in their order, repeated keys included."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a Go struct: its key and type; ``inner`` for one that is a struct itself.

    ``path`` is what stands before its key in an error.
    """

    key: str
    kind: str
    inner: Struct | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Struct:
    """A Go struct: its fields, its name in errors on fields, and its type in errors on itself."""

    name: str
    kind: str
    fields: Sequence[Field]


def parse(text: bytes) -> Any:
    """The first JSON value of the text, with ``Number`` and ``Pairs`` in it.

    Raises ValueError with Go's words.
    """
    return json.loads(
        first_value(text).decode("utf-8", "replace"),
        object_pairs_hook=Pairs,
        parse_int=Number,
        parse_float=Number,
    )


def fill(value: Any, target: Struct) -> dict[str, Any]:
    """The fields of the struct that the value gives, by key. Raises TypeMismatch."""
    values: dict[str, Any] = {}
    wrong = _fill(value, target, values)
    if wrong:
        raise TypeMismatch(wrong, values)
    return values


def _fill(value: Any, target: Struct, values: dict[str, Any]) -> str:
    """Put what fits into ``values``; returns the first error, or an empty text."""
    if value is None:
        return ""
    if not isinstance(value, Pairs):
        return f"json: cannot unmarshal {kind_of(value)} into Go value of type {target.kind}"
    exact = {field.key: field for field in target.fields}
    folded = {field.key.casefold(): field for field in target.fields}
    first = ""
    for key, given in value:
        field = exact.get(key) or folded.get(key.casefold())
        if field is None or given is None:
            continue
        if field.inner is not None and isinstance(given, Pairs):
            inside = values.setdefault(field.key, {})
            first = _fill(given, field.inner, inside) or first
            continue
        read, wrong = _read(given, field.kind)
        if wrong:
            where = f"Go struct field {target.name}.{field.path}{field.key} of type {field.kind}"
            first = first or f"json: cannot unmarshal {wrong} into {where}"
        else:
            values[field.key] = read
    return first


def kind_of(value: Any) -> str:
    """What Go calls such a value."""
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case Number():
            return "number"
        case Pairs():
            return "object"
    return "array"


def _read(value: Any, kind: str) -> tuple[Any, str]:
    """The value as the Go type has it, and what it is instead, if it does not fit."""
    number = isinstance(value, Number)
    if kind in _NUMBERS and number:
        read = _NUMBERS[kind](value.text)
        return read, "" if read is not None else f"number {value.text}"
    if kind == "string" and isinstance(value, str):
        return _sound(value), ""
    if kind == "bool" and isinstance(value, bool):
        return value, ""
    return None, kind_of(value)


def _integer(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -(1 << 63) <= number < 1 << 63 else None


def _single(text: str) -> float | None:
    """Rounded to four bytes, as Go keeps it."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", float(text)))[0])
    except OverflowError:
        return None


_NUMBERS: Mapping[str, Callable[[str], int | float | None]] = {
    "int": _integer,
    "int64": _integer,
    "float32": _single,
}


class Single(float):
    """A float32: written with as few digits as tell it from its neighbours."""


def dump(value: Any) -> str:
    """The value as json.Marshal writes it; dicts keep their order, as structs do."""
    match value:
        case Single():
            return _single_text(value)
        case dict():
            return "{" + ",".join(f"{dump(key)}:{dump(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ",".join(map(dump, value)) + "]"
        case str():
            return _escaped(json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _sound(text: str) -> str:
    """A lone half of a pair can't be written in UTF-8: a replacement takes its place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _single_text(value: float) -> str:
    """As few digits as tell this float32 from its neighbours, in Go's notation."""
    for digits in range(1, 10):
        text = f"{value:.{digits - 1}e}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            break
    if value and not 1e-6 <= abs(value) < 1e21:
        mantissa, _, exponent = text.partition("e")
        # Go writes 1e-07 as 1e-7, and 1e+22 as it is.
        return f"{mantissa}e-{exponent[1:].lstrip('0')}" if exponent[0] == "-" else text
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
