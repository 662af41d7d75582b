"""What a real boundary is sent, as audit events tell it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

_fsdecode = os.fsdecode


def _process(event: str, args: tuple[Any, ...]) -> tuple[str, str, object]:
    """A child process: its program's name and its arguments, where the event has them."""
    if event == "os.system":
        return "process", "sh", _plain(args[0])
    command = args[2] if event == "os.spawn" else args[1]
    if type(command) not in (list, tuple):
        command = [command]
    words = [_plain(word) for word in command]
    program = args[0] if event != "subprocess.Popen" or args[0] is not None else command[0]
    shown = _plain(program)
    return "process", str(shown).rsplit("/", 1)[-1][:80], words


def _connect(event: str, args: tuple[Any, ...]) -> tuple[str, str, object]:
    address = args[1]
    if type(address) is tuple and len(address) >= 2:
        return "connect", f"{address[0]}:{address[1]}"[:80], address[:2]
    return "connect", "unix", _plain(address)


def _sqlite(event: str, args: tuple[Any, ...]) -> tuple[str, str, object]:
    path = _plain(args[0])
    return "database", f"sqlite {str(path).rsplit('/', 1)[-1][:80]}", path


def _plain(value: object) -> object:
    try:
        return _fsdecode(value)  # type: ignore[arg-type]
    except TypeError:
        return value


CROSSINGS: dict[str, Callable[[str, tuple[Any, ...]], tuple[str, str, object]]] = {
    "subprocess.Popen": _process,
    "os.system": _process,
    "os.posix_spawn": _process,
    "os.exec": _process,
    "os.spawn": _process,
    "socket.connect": _connect,
    "sqlite3.connect": _sqlite,
}
"""Audit events that tell what a boundary is sent. Others tell no more than that it is crossed."""
