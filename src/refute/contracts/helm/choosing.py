"""Functions of templates that look at values, or hand one of them on, and print none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from refute.contracts.helm.standing import MISSING, NEVER, OPAQUE, SURE, Value

Values = Sequence[Value]


def either(chosen: Value, *others: Value) -> Value:
    """A value that may be another one, with other values at hand."""
    return replace(chosen, others=(*chosen.others, *others))


def default(arguments: Values) -> Value:
    """``default OTHERWISE VALUE``."""
    if len(arguments) != 2:
        return OPAQUE
    otherwise, value = arguments
    if value.truth == SURE:
        return either(value, otherwise)
    return either(otherwise if value.truth == NEVER else OPAQUE, value, otherwise)


def _coalesce(arguments: Values) -> Value:
    for one in arguments:
        if one.truth == SURE:
            return either(one, *arguments)
        if one.truth != NEVER:
            break
    return either(OPAQUE, *arguments)


def _and(arguments: Values) -> Value:
    return _first(arguments, NEVER)


def _or(arguments: Values) -> Value:
    return _first(arguments, SURE)


def _first(arguments: Values, wanted: int) -> Value:
    for number, one in enumerate(arguments):
        if one.truth == wanted or number == len(arguments) - 1:
            return either(one, *arguments)
        if one.truth == 1:
            # One that surely decides may still come.
            if any(other.truth == wanted for other in arguments[number:]):
                return either(Value(known=True, data=wanted == SURE), *arguments)
            break
    return either(OPAQUE, *arguments)


def _not(arguments: Values) -> Value:
    return _boolean(2 - arguments[0].truth) if arguments else OPAQUE


def _boolean(truth: int) -> Value:
    return OPAQUE if truth == 1 else Value(known=True, data=truth == SURE)


def _equal(arguments: Values) -> Value:
    if len(arguments) < 2 or not all(one.known for one in arguments):
        return OPAQUE
    first, *rest = (None if one.data is MISSING else one.data for one in arguments)
    return Value(known=True, data=any(first == one for one in rest))


def _unequal(arguments: Values) -> Value:
    return _not([_equal(arguments)])


def _ternary(arguments: Values) -> Value:
    if len(arguments) != 3:
        return OPAQUE
    yes, no, condition = arguments
    chosen = {2: yes, 0: no}.get(condition.truth, OPAQUE)
    return either(chosen, yes, no)


def _kind_is(arguments: Values) -> Value:
    if len(arguments) != 2 or not all(one.known for one in arguments):
        return OPAQUE
    data = arguments[1].data
    kind = "invalid" if data is MISSING or data is None else _KINDS.get(type(data), "")
    return Value(known=True, data=kind == arguments[0].data) if kind else OPAQUE


_KINDS: dict[type, str] = {dict: "map", list: "slice", str: "string", bool: "bool"}


def _opaque(arguments: Values) -> Value:
    return OPAQUE


CHOICES: dict[str, Callable[[Values], Value]] = {
    "default": default,
    "coalesce": _coalesce,
    "and": _and,
    "or": _or,
    "not": _not,
    "empty": _not,
    "eq": _equal,
    "ne": _unequal,
    "ternary": _ternary,
    "kindIs": _kind_is,
    "kindOf": _opaque,
    "typeOf": _opaque,
    "typeIs": _opaque,
}
"""Functions that look at values, or hand one of them on, and print none."""
