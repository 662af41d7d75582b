"""Read the help texts of Go programs: cobra's own layout, docker's, and kubectl's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refute.contracts.grammar import Flag

_HEADING = re.compile(r"^(\S.*):\s*$")
_COMMAND = re.compile(r"^  ([a-z][\w.-]*)\*?(?:\s{2,}\S|\s*$)")
_FLAG = re.compile(r"^\s+(-\w, )?(--[\w][\w.-]*)(.*)$")
_SHORT = re.compile(r"^\s+(-\w)(?:\s{2,}|,? )(.*)$")


def commands(text: str) -> tuple[str, ...]:
    """The verbs that a help text lists under any heading about commands."""
    found, inside = [], False
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            inside = "ommands" in heading[1]
        elif inside and (match := _COMMAND.match(line)):
            found.append(match[1])
    return tuple(found)


def flags(text: str) -> tuple[Flag, ...]:
    """The options that a help text lists."""
    found, inside = [], False
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            inside = bool(
                re.search(r"(?i)\b(flags|options)\b|can be passed to any command", heading[1])
            )
        elif inside and (match := _FLAG.match(line)):
            names = (match[2], *((match[1].rstrip(", "),) if match[1] else ()))
            found.append(_flag(names, match[3]))
    return tuple(found)


def forms(text: str, name: str) -> Iterator[str]:
    """What follows the command's name in each line of its usage."""
    _, _, after = text.partition("Usage:")
    for number, line in enumerate(after.splitlines()):
        words = line.strip()
        if not words and number > 0:
            return
        rest = words.removeprefix(name)
        if words.startswith(name) and (not rest or rest[0].isspace()):
            yield re.sub(r"\s\[(options|flags|OPTIONS)\]", "", rest)


def _flag(names: tuple[str, ...], rest: str) -> Flag:
    """An option from what follows its name: ``=false:``, `` string[="x"]   words``."""
    if rest.startswith("="):
        plain = re.match(r"=(true|false):", rest)
        return Flag(names, kind="bool", attached=True) if plain else _valued(names)
    kind = re.match(r" (\S+)(?:\s{2,}|$)", rest)
    if kind is None:
        return Flag(names, kind="bool", attached=True)
    if "[=" in kind[1]:
        return Flag(names, attached=True)
    return _valued(names)


def _valued(names: tuple[str, ...]) -> Flag:
    return Flag(names, least=1, most=1, attached=True)
