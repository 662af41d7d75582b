"""Which values are plain, and which functions do nothing but compute from plain values."""

from __future__ import annotations

import builtins
import dis
import math
from types import CodeType, FunctionType, NoneType
from typing import Any

_BUILTIN = (str, int, float, bool, bytes, tuple, abs, round, repr, ord, chr, min, max, divmod)
_MATH = (
    math.ceil, math.copysign, math.exp, math.fabs, math.floor, math.fmod, math.gcd, math.hypot,
    math.isclose, math.isfinite, math.isinf, math.isnan, math.log, math.log10, math.log2,
    math.modf, math.pow, math.sqrt, math.trunc,
)  # fmt: skip
COMPUTING = (*_BUILTIN, *_MATH)
"""Functions of Python's own that give plain values for plain values, and take no time over it."""
FUNCTIONS = {one.__name__: one for one in (*_BUILTIN, isinstance, len, callable)}
"""Builtin functions that a computing function may use."""

_OPCODES = (
    "RESUME", "CACHE", "NOP", "NOT_TAKEN", "EXTENDED_ARG", "PUSH_NULL", "POP_TOP", "COPY", "SWAP",
    "LOAD_CONST", "LOAD_SMALL_INT", "LOAD_GLOBAL", "LOAD_METHOD", "LOAD_ATTR",
    "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_FAST_LOAD_FAST",
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST", "STORE_FAST_LOAD_FAST",
    "PRECALL", "CALL", "KW_NAMES", "CALL_KW", "COMPARE_OP", "IS_OP", "CONTAINS_OP", "TO_BOOL",
    "UNARY_NOT", "UNARY_NEGATIVE", "BINARY_SUBSCR", "BINARY_SLICE", "BUILD_TUPLE", "BUILD_SLICE",
    "POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE",
    "POP_JUMP_FORWARD_IF_FALSE", "POP_JUMP_FORWARD_IF_TRUE", "POP_JUMP_FORWARD_IF_NONE",
    "POP_JUMP_FORWARD_IF_NOT_NONE", "JUMP_FORWARD", "JUMP_IF_FALSE_OR_POP",
    "JUMP_IF_TRUE_OR_POP", "RETURN_VALUE", "RETURN_CONST",
)  # fmt: skip
"""Instructions that neither loop nor store anything but local variables."""
_certified: dict[int, tuple[CodeType, tuple[str, ...] | None]] = {}


class Doubt(Exception):
    """It can't be told without running code that could have effects."""


def scalar(value: Any) -> bool:
    """Whether a value is of an exact builtin type that is immutable and holds no others."""
    kind = type(value)
    return (
        kind is int
        or kind is str
        or kind is NoneType
        or kind is bool
        or kind is bytes
        or kind is float
    )


def solid(value: Any) -> bool:
    """Whether a value is a scalar, or a tuple of such values."""
    return scalar(value) or (type(value) is tuple and all(solid(item) for item in value))


def computes(function: Any) -> bool:
    """Whether a Python function only computes, as long as it gets plain values."""
    if type(function) is not FunctionType or function.__closure__:
        return False
    code = function.__code__
    known = _certified.get(id(code))
    if known is None or known[0] is not code:
        known = _certified[id(code)] = (code, _names(code))
    if known[1] is None:
        return False
    scope = function.__globals__
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return all(map(solid, defaults)) and all(
        name not in scope and builtins.__dict__.get(name) is FUNCTIONS[name] for name in known[1]
    )


def _names(code: CodeType) -> tuple[str, ...] | None:
    """The global names that a computing function uses; None if it isn't one."""
    names: list[str] = []
    # Generators, coroutines, and functions of any number of arguments.
    if code.co_flags & (0x20 | 0x80 | 0x100 | 0x200 | 0x04 | 0x08):
        return None
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        if instruction.opname not in _OPCODES:
            return None
        if instruction.opname == "LOAD_GLOBAL":
            if name not in FUNCTIONS:
                return None
            names.append(name)
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and str(name).startswith("_"):
            return None
    return tuple(names)
