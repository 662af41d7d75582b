"""What can raise what: which callees are harmless, which raise only what bad data brings about.

Everything that is not known here may raise anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from enum import Enum
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
)
from typing import Any

from ..observe.reals import is_module, mro_of

DATA: tuple[type[BaseException], ...] = (
    ArithmeticError,
    AttributeError,
    BufferError,
    LookupError,
    NameError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What the language itself raises when values are not as they should be."""


class Callee(Enum):
    """What is known of something that is called."""

    #: Raises nothing that anybody would count on, and has no effect that matters here.
    HARMLESS = "harmless"
    #: The same, and it may take its time or write somewhere: it is left out.
    IDLE = "idle"
    #: Computes, and raises what bad data brings about.
    PURE = "pure"
    #: The same, of what it is handed: lazy values and callbacks may bring anything with them.
    CONSUMER = "consumer"
    #: Anything else: a boundary, a library, a double, something of the tests'.
    OPAQUE = "opaque"


_HARMLESS = (
    bool,
    callable,
    hasattr,
    id,
    isinstance,
    issubclass,
    len,
    range,
    repr,
    str,
    type,
    enumerate,
    zip,
    object,
    locals,
    globals,
    contextlib.suppress,
    contextlib.nullcontext,
    time.time,
    time.monotonic,
    time.perf_counter,
)
_module_of: Any = vars(type)["__module__"].__get__
_IDLE = (print, time.sleep, asyncio.sleep)
_PURE_TYPES = (int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
_PURE_MODULES = frozenset(
    {
        "base64",
        "binascii",
        "builtins",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "itertools",
        "json",
        "json.decoder",
        "json.encoder",
        "math",
        "operator",
        "random",
        "re",
        "statistics",
        "string",
        "struct",
        "textwrap",
        "types",
        "urllib.parse",
        "uuid",
        "zlib",
        "_json",
        "_struct",
        "_datetime",
        "_decimal",
        "_operator",
        "_random",
        "_sre",
        "_bisect",
        "bisect",
        "shlex",
    }
)
_CONSUMERS = frozenset(
    {
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "sorted",
        "map",
        "filter",
        "max",
        "min",
        "sum",
        "any",
        "all",
        "next",
        "iter",
        "reduce",
        "join",
        "extend",
        "update",
        "deque",
        "Counter",
        "OrderedDict",
        "chain",
        "from_iterable",
        "partial",
        "load",
        "dump",
        "reversed",
        "call",
        "methodcaller",
        "deepcopy",
        "copy",
    }
)
"""Names of pure functions, classes and methods that go through values or call something."""
TEXT_METHODS = frozenset(
    {
        "casefold", "decode", "endswith", "isdigit", "lower", "lstrip", "partition", "rpartition",
        "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
    }
)  # fmt: skip
"""Methods that texts have and little else has: pure, whatever it is that they are called on."""
_ENTERING = frozenset({"open", "input", "exec", "eval", "__import__", "compile", "breakpoint"})
"""Functions of ``builtins`` that are no computation."""


def judge(callee: object) -> Callee:
    """What is known of a live callee that is no code of the project's."""
    found = _judge(callee)
    if found is Callee.PURE and getattr(callee, "__name__", "") in _CONSUMERS:
        return Callee.CONSUMER
    return found


def _judge(callee: object) -> Callee:
    if any(callee is one for one in _HARMLESS):
        return Callee.HARMLESS
    if any(callee is one for one in _IDLE):
        return Callee.IDLE
    kind = type(callee)
    if type in mro_of(callee):
        return _of_class(callee)
    if kind in (MethodType, BuiltinFunctionType):
        owner = callee.__self__  # type: ignore[attr-defined]
        if owner is not None and not is_module(owner):
            return _of_method(callee, owner)
    if kind is FunctionType and callee.__module__ == "logging":
        return Callee.IDLE
    if kind is MethodDescriptorType:
        return Callee.PURE if callee.__objclass__ in _PURE_TYPES else Callee.OPAQUE  # type: ignore[attr-defined]
    if kind in (FunctionType, BuiltinFunctionType):
        named = callee.__name__  # type: ignore[attr-defined]
        pure = callee.__module__ in _PURE_MODULES and named not in _ENTERING
        return Callee.PURE if pure else Callee.OPAQUE
    return Callee.OPAQUE


def _of_class(kind: Any) -> Callee:
    if BaseException in kind.__mro__:
        return Callee.HARMLESS
    return Callee.PURE if _module_of(kind) in _PURE_MODULES else Callee.OPAQUE


def _of_method(callee: Any, owner: object) -> Callee:
    classes = mro_of(owner)
    if logging.Logger in classes or logging.LoggerAdapter in classes:
        return Callee.IDLE
    if type(owner) in _PURE_TYPES or owner in _PURE_TYPES:
        return Callee.PURE
    kind = owner if type in classes else type(owner)
    return Callee.PURE if _module_of(kind) in _PURE_MODULES else Callee.OPAQUE


def related(one: type[BaseException], other: type[BaseException]) -> bool:
    """Whether one of two exceptions is a kind of the other."""
    return issubclass(one, other) or issubclass(other, one)


def can_raise(known: Callee, error: type[BaseException]) -> bool:
    """Whether a callee may raise this, or something of its kind."""
    if known in (Callee.HARMLESS, Callee.IDLE):
        return False
    return known is not Callee.PURE or is_of_data(error)


def is_of_data(error: type[BaseException]) -> bool:
    """Whether pure computation may raise this, or something of its kind."""
    if any(issubclass(one, error) for one in DATA):
        return True
    module = error.__module__
    return module in _PURE_MODULES and (module != "builtins" or issubclass(error, DATA))
