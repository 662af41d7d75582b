"""What doubles gave in the place of a program's output, with the call that asked for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from refute.observed import Argument, Call, Double, Output

_REAL = re.compile(r"(?:^|\.)subprocess\.(run|check_output|Popen\(\)\.communicate)$")
_TEXT = ("text", "universal_newlines", "encoding", "errors")


@dataclass(frozen=True, slots=True)
class Given:
    """The output of a program as a double gives it, and how it was asked for."""

    words: tuple[str, ...]
    #: False when not all words are known to the letter.
    whole: bool
    #: ``run``, ``check_output`` or ``communicate``.
    way: str
    #: ``str`` or ``bytes``: what subprocess gives for these arguments; empty if not known.
    reads: str
    #: Names of what is captured, among ``stdout`` and ``stderr``.
    captured: tuple[str, ...]
    #: Whether ``check=True`` was given.
    check: bool
    output: tuple[Output, ...]

    @property
    def shown(self) -> str:
        """As people read it."""
        parts = (
            f"{one.name}={one.text!r}" if one.kind == "str" else f"{one.name}={_other(one)}"
            for one in self.output
            if one.text or one.kind != "str"
        )
        return f"{' '.join(self.words)} -> {', '.join(parts)}"


def _other(one: Output) -> str:
    return f"b{one.text!r}" if one.kind == "bytes" else one.text


def asked_by(double: Double, call: Call) -> Call | None:
    """The call that started the program whose output this call was given; None if there is none,
    or no telling which.
    """
    found = _way(double, call)
    if not found or not call.output:
        return None
    if found != "communicate":
        return call
    before = call.method.removesuffix("().communicate")
    starts = [one for one in double.calls if one.method == before]
    return starts[0] if len(starts) == 1 else None


def given(double: Double, call: Call, asked: Call, words: tuple[str, ...], whole: bool) -> Given:
    """The output of a call, with that which asked for it; ``whole`` tells whether all of the
    ``words`` are known.
    """
    arguments = {one.path: one for one in asked.arguments}
    way = _way(double, call)
    return Given(
        words,
        whole,
        way,
        _reads(arguments),
        _captured(arguments, way),
        _flag(arguments.get("check")) == "True",
        call.output,
    )


def _way(double: Double, call: Call) -> str:
    found = _REAL.search((double.target or double.name) + call.method)
    return found[1].rpartition(".")[2] if found else ""


def _reads(arguments: Mapping[str, Argument]) -> str:
    """``str`` or ``bytes``, by the arguments that decide on it."""
    said = {_flag(arguments.get(name)) for name in _TEXT}
    if "True" in said:
        return "str"
    return "" if "" in said else "bytes"


def _flag(argument: Argument | None) -> str:
    """``True`` or ``False`` as Python would take it; empty if that is not known."""
    if argument is None or argument.kind == "none":
        return "False"
    if argument.kind == "bool":
        return argument.shown
    if argument.kind == "str":
        return "False" if argument.shown in ("''", '""') else "True"
    return ""


def _captured(arguments: Mapping[str, Argument], way: str) -> tuple[str, ...]:
    if _flag(arguments.get("capture_output")) == "True":
        return ("stdout", "stderr")
    piped = tuple(
        name
        for name in ("stdout", "stderr")
        if (one := arguments.get(name)) is not None and one.shown == "-1"
    )
    return tuple(dict.fromkeys((*(("stdout",) if way == "check_output" else ()), *piped)))
