"""Read the help texts of Python programs: click, argparse and optparse."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from refute.contracts import usage
from refute.contracts.grammar import Arity, Flag, OneOf


class Library(StrEnum):
    """Which library wrote a help text."""

    CLICK = "click"
    ARGPARSE = "argparse"
    OPTPARSE = "optparse"


@dataclass(frozen=True, slots=True)
class Help:
    """A help text, read."""

    library: Library
    flags: tuple[Flag, ...]
    verbs: tuple[str, ...]
    arity: Arity | None
    chained: bool = False
    #: Whether the usage has its verbs in brackets: it does something without one.
    alone: bool = False
    groups: tuple[OneOf, ...] = ()


_ENTRY = re.compile(r"^ {1,6}(-\S.*?)(?:\s{2,}(\S.*))?$")
_NAME = re.compile(r"^(--?[\w][\w.-]*|-\?)(.*)$")
_CHOICES = re.compile(r"^[\[{]([\w.:/+-]+(?:[|,][\w.:/+-]*)+)[\]}]$")
_CLICK_KINDS = {"INTEGER": "int", "INTEGER RANGE": "int", "FLOAT": "float", "FLOAT RANGE": "float"}
_CLICK_VERB = re.compile(r"^  ([\w][\w.-]*)\*?(?:\s{2,}.*)?$")
_ARGPARSE_VERB = re.compile(r"^ {4}([\w][\w.-]*)(?: \(([\w., -]+)\))?(?:\s{2,}.*)?$")


def read(text: str) -> Help | None:
    """What a help text tells; None if it is of no known kind."""
    start = re.search(r"^[Uu]sage:[ \n]", text, re.MULTILINE)
    if start is None or "╭" in text:
        return None
    line, _, rest = text[start.end() :].lstrip().partition("\n\n")
    if text[start.start()] == "u":
        return _argparse(" ".join(line.split()), rest)
    if re.search(r"Show this message and exit|\[OPTIONS\]", text):
        return _click(" ".join(line.split()), rest)
    return Help(Library.OPTPARSE, _flags(rest, Library.OPTPARSE), _listed(rest), None)


def _click(line: str, rest: str) -> Help:
    group = re.search(r"(\[)?\bCOMMAND\d?\b\]? \[ARGS\]\.\.\.", line)
    verbs = _listed(rest) if group else ()
    _, options, after = line.partition("[OPTIONS]")
    # click itself writes `SRC...`: dots that stand apart are somebody's own words.
    unclear = group or not options or " ..." in after
    arity = None if unclear else usage.arity(after)
    flags = _flags(rest, Library.CLICK)
    alone = bool(group and group[1])
    return Help(Library.CLICK, flags, verbs, arity, chained="COMMAND2" in line, alone=alone)


def _listed(rest: str) -> tuple[str, ...]:
    """What stands under a heading about commands."""
    found, inside = [], False
    for line in rest.splitlines():
        if re.match(r"^\S.*:$", line):
            inside = "ommands" in line
        elif inside and (match := _CLICK_VERB.match(line)):
            found.append(match[1])
    return tuple(found)


def _argparse(line: str, rest: str) -> Help:
    flags = _flags(rest, Library.ARGPARSE)
    verbs: tuple[str, ...] = ()
    plain = line
    if group := re.search(r"(\{[^{}]+\}|<?\w+>?) \.\.\.$", line):
        verbs = tuple(group[1][1:-1].split(",")) if group[1].startswith("{") else _below(rest)
        plain = line[: group.start()]
    if "[-h]" not in line:
        # Somebody wrote it by hand: nobody knows how precise it is.
        return Help(Library.ARGPARSE, flags, verbs, None)
    after = plain.partition("[-h]")[2]
    required, after = _required(after, flags)
    flags = tuple(replace(flag, required=True) if flag in required else flag for flag in flags)
    arity = None if verbs else usage.arity(after)
    return Help(Library.ARGPARSE, flags, verbs, arity, groups=_groups(after, flags))


def _groups(text: str, flags: tuple[Flag, ...]) -> tuple[OneOf, ...]:
    """Options that exclude one another: ``[-a | -b B]``, and ``(-a | -b)`` if one is needed."""
    found = []
    for match in re.finditer(r"([\[(])(-[^\[\]()]*(?:\[[^\[\]]*\][^\[\]()]*)*)[\])]", text):
        words = [part.split()[0] for part in match[2].split(" | ") if part.split()]
        if len(words) > 1 and all(any(word in flag.names for flag in flags) for word in words):
            names = tuple(n for flag in flags if set(words) & set(flag.names) for n in flag.names)
            found.append(OneOf(names, match[1] == "("))
    return tuple(found)


def _below(rest: str) -> tuple[str, ...]:
    """Sub-commands from the list of them, where the usage has a name for all."""
    found: list[str] = []
    for line in rest.splitlines():
        if match := _ARGPARSE_VERB.match(line):
            found += [match[1], *(re.split(r",\s*", match[2]) if match[2] else ())]
    return tuple(found)


def _required(text: str, flags: tuple[Flag, ...]) -> tuple[list[Flag], str]:
    """Options that stand in the usage without brackets, and the text without them."""
    found, kept, depth, skip = [], [], 0, 0
    for word in text.split():
        opened = depth
        depth += len(re.findall(r"[\[(]", word)) - len(re.findall(r"[\])]", word))
        flag = next((flag for flag in flags if word in flag.names), None)
        if opened == 0 and flag is not None:
            found.append(flag)
            skip = flag.least
        elif opened == 0 and skip:
            skip -= 1
        else:
            kept.append(word)
    return found, " ".join(kept)


def _flags(text: str, library: Library) -> tuple[Flag, ...]:
    found: list[Flag] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _ENTRY.match(line)
        if match is None:
            continue
        words = match[2] or ""
        for after in lines[number + 1 :]:
            if not after.startswith("        "):
                break
            words += " " + after.strip()
        flag = _flag(match[1].strip(), words, library)
        if flag is not None:
            found.append(flag)
    return tuple(found)


def _flag(definition: str, words: str, library: Library) -> Flag | None:
    names: list[str] = []
    value = ""
    for part in re.split(r",\s+(?=-)|\s/\s|(?<=\w);\s", definition):
        match = _NAME.match(part.strip())
        if match is None:
            return None
        names.append(match[1])
        value = match[2] or value
    required = library is Library.CLICK and bool(re.search(r"\[(?:.*; ?)?required\]", words))
    return replace(_valued(tuple(names), value, library), required=required)


def _valued(names: tuple[str, ...], value: str, library: Library) -> Flag:
    """An option from what follows its name: `` FILE``, ``=N``, ``=[PATH]``, `` X [X ...]``."""
    text = value.strip().removeprefix("=").strip()
    if not text:
        return Flag(names)
    if choices := _CHOICES.match(text):
        return Flag(names, 1, 1, True, tuple(re.split(r"[|,]", choices[1])))
    if library is Library.CLICK:
        kind = _CLICK_KINDS.get(re.sub(r"\s*(\[.*\]|\.\.\.)$", "", text), "")
        count = len(text.strip("<>.").split()) if text.startswith("<") and " " in text else 1
        if value.startswith("["):
            # An option that may stand without its value.
            return Flag(names, 0, 0, attached=True)
        return Flag(names, count, count, True, kind=kind)
    if library is Library.OPTPARSE:
        return Flag(names, 1, 1, True)
    if "..." in text:
        least = len(re.sub(r"\[[^\[\]]*\]", "", text).split())
        return Flag(names, least, None, True)
    if text.startswith("["):
        return Flag(names, 0, 1, True)
    count = 1 if value.startswith("=") else len(text.split())
    return Flag(names, count, count, True)
