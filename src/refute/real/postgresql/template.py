"""When two migrations are the same, so that what one of them made may be copied."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import CodeType, FrameType
from typing import Any

FAULT = "REFUTE_FAULT"
"""While refute tries a fault: a name of it and the files that are changed, with colons."""


def key_of(function: Callable[..., object]) -> str:
    """The same for two functions that do the same: by name, code, defaults and bound values."""
    return hashlib.sha256(repr(_parts(function)).encode()).hexdigest()[:16]


def _parts(function: Callable[..., object]) -> list[object]:
    if isinstance(function, partial):
        return [_parts(function.func), function.args, sorted(function.keywords.items())]
    code = getattr(function, "__code__", None)
    bound = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    return [
        getattr(function, "__module__", ""),
        getattr(function, "__qualname__", repr(function)),
        _instructions(code) if isinstance(code, CodeType) else None,
        getattr(function, "__defaults__", None),
        getattr(function, "__self__", None),
        bound,
    ]


def _instructions(code: CodeType) -> list[object]:
    inner = [_instructions(one) for one in code.co_consts if isinstance(one, CodeType)]
    plain = [repr(one) for one in code.co_consts if not isinstance(one, CodeType)]
    return [code.co_code, code.co_names, plain, inner]


def fault_in(files: Iterable[str]) -> str:
    """The name of the fault that is being tried, if it is in one of these files; else empty."""
    name, *paths = os.environ.get(FAULT, "").split(os.pathsep)
    changed = {os.path.realpath(path) for path in paths}
    return name if changed & {os.path.realpath(path) for path in files} else ""


@contextmanager
def executed() -> Iterator[set[str]]:
    """Collect the files of the functions that begin in this block, but for libraries'.

    A template must not be copied under a fault in one of them: the fault would have made
    another one.
    """
    seen: set[str] = set()
    before = sys.getprofile()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            seen.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
        seen -= {one for one in seen if _library(one)}


def _library(path: str) -> bool:
    return path.startswith(("<", *_LIBRARIES)) or f"{os.sep}site-packages{os.sep}" in path


_LIBRARIES = tuple(
    {sysconfig.get_path(kind) + os.sep for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
)
