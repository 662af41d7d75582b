"""Which program a command line starts, and how that one can be asked for its grammar.

A program is asked only if it is known to answer such questions and do nothing else: ``--help``
means nothing to a script that never looks at its arguments. So its file is looked at first, and
what is not recognised is not started.
"""

from __future__ import annotations

import ast
import mmap
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from refute.contracts.grammar import Missing, Untold


class Family(StrEnum):
    """How a program tells its grammar."""

    GIT = "git"
    COBRA = "cobra"
    """Go, with the library of kubectl, helm and docker."""
    PYTHON = "python"
    """click, Typer, argparse or optparse: which of them its help tells."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that can be asked."""

    name: str
    #: The words that start it: a path, or an interpreter with ``-m`` and a module.
    start: tuple[str, ...]
    #: How many words of the command line that was given name it.
    words: int
    family: Family
    #: Files whose change makes it another program.
    files: tuple[str, ...]


_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?")
_SHEBANG = re.compile(rb"^#!\s*(\S*?(?:python|pypy)[\d.]*)\s*(?:-\S+\s*)?\n")
_ENV = re.compile(rb"^#!\s*/usr/bin/env\s+(?:-S\s+)?((?:python|pypy)[\d.]*)")
_TRAMPOLINE = re.compile(rb"^#!/bin/sh\n'''exec' \"?(\S+?)\"? ")
_ENTRY = re.compile(r"^\s*from\s+([\w.]+)\s+import\s|^\s*import\s+([\w.]+)", re.MULTILINE)
_PARSERS = re.compile(
    r"^\s*(?:from|import)\s+(?:rich_|a)?(click|typer|argparse|optparse|asyncclick)\b", re.MULTILINE
)
_COBRA = b"github.com/spf13/cobra"
_GIT = b"GIT_EXEC_PATH"


def find(argv: Sequence[str], environment: Mapping[str, str]) -> Program:
    """The program that ``argv`` starts. Raises Untold with the reason if it can't be asked."""
    if not argv or not argv[0]:
        raise Untold("the command is empty")
    path = shutil.which(argv[0], path=environment.get("PATH"))
    if path is None:
        where = "there is no such file" if os.sep in argv[0] else "it is not on the PATH"
        raise Missing(
            f"`{argv[0]}` is not installed here: {where}, and only the program itself tells what "
            f"it takes"
        )
    name = Path(argv[0]).name
    if _PYTHON.fullmatch(name):
        return _module(path, argv)
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith(b"\x7fELF"):
        return _binary(path, name)
    return _script(path, name, head, environment)


def _binary(path: str, name: str) -> Program:
    real = os.path.realpath(path)
    with open(real, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        if name == "git" and held.find(_GIT) >= 0:
            return Program(name, (path,), 1, Family.GIT, (real,))
        if held.find(_COBRA) >= 0:
            return Program(name, (path,), 1, Family.COBRA, (real,))
    raise Untold(f"{name} is built with no library that refute knows how to ask")


def _script(path: str, name: str, head: bytes, environment: Mapping[str, str]) -> Program:
    match = _SHEBANG.match(head) or _TRAMPOLINE.match(head)
    if match:
        python = os.fsdecode(match[1])
    elif match := _ENV.match(head):
        python = shutil.which(os.fsdecode(match[1]), path=environment.get("PATH")) or ""
    else:
        raise Untold(f"{name} is a script that can't be asked without running it")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Untold(f"{name} can't be read") from None
    if _PARSERS.search(text):
        return Program(name, (path,), 1, Family.PYTHON, (path,))
    for found in _ENTRY.finditer(text):
        top = (found[1] or found[2]).partition(".")[0]
        if top not in sys.stdlib_module_names:
            home = _home(top, python)
            if home is None:
                raise Untold(f"the module of {name} was not found beside its interpreter")
            files = _sources(home, name)
            return Program(name, (path,), 1, Family.PYTHON, (path, *files))
    raise Untold(f"{name} is a script that can't be asked without running it")


def _module(python: str, argv: Sequence[str]) -> Program:
    """``python -m NAME``; anything else that an interpreter is told is a program of its own."""
    if len(argv) < 3 or argv[1] != "-m":
        raise Untold("what an interpreter is given to run has no grammar to ask for")
    home = _home(argv[2].partition(".")[0], python)
    if home is None:
        raise Missing(
            f"`{argv[2]}` is not installed here: it is not among the packages of {python}, and "
            f"only the program itself tells what it takes"
        )
    files = _sources(home, argv[2])
    return Program(argv[2], (python, "-m", argv[2]), 3, Family.PYTHON, (python, *files))


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a module lies: its folder or file, and the folder that holds it."""

    place: Path
    folder: Path
    #: Whether that is no folder of packages, but one that such a folder links to.
    linked: bool


def _home(top: str, python: str) -> _Home | None:
    """Where an interpreter has a module of this name, if it has one."""
    libraries = _libraries(python)
    linked = [one for folder in libraries for one in _editable(folder)]
    for folder in [*libraries, *linked]:
        for place in (folder / top, folder / f"{top}.py"):
            if place.exists():
                return _Home(place, folder, folder in linked)
    return None


def _sources(home: _Home, name: str) -> tuple[str, ...]:
    """What a module's grammar rests on, if it reads its arguments with a known library.

    Raises Untold when nothing in it imports such a library.
    """
    place = home.place
    sources = sorted(place.rglob("*.py"))[:2000] if place.is_dir() else [place]
    if not any(_PARSERS.search(_text(source)) for source in sources):
        raise Untold(f"{name} reads its arguments in no way that refute knows")
    # Installing a distribution changes the folder that holds it; who works on one changes its
    # files.
    return (str(place), *map(str, sources if home.linked else [home.folder]))


def _libraries(python: str) -> list[Path]:
    """The folders that an interpreter finds modules in, found without starting it."""
    bases = [Path(python).parent.parent, Path(os.path.realpath(python)).parent.parent]
    found = []
    for base in dict.fromkeys(bases):
        for library in sorted(base.glob("lib*/python3*")):
            found += [library / "site-packages", library / "dist-packages", library]
        found.append(base / "lib" / "python3" / "dist-packages")
    return [folder for folder in found if folder.is_dir()]


def _editable(folder: Path) -> list[Path]:
    """The folders that are linked from one with packages, as by ``pip install --editable``."""
    found = []
    for link in sorted(folder.glob("*.pth")):
        # Lines that begin with `import` are programs, which are not run here.
        lines = [line.strip() for line in _text(link).splitlines()]
        found += [Path(line) for line in lines if os.path.isabs(line)]
    for finder in sorted(folder.glob("__editable___*_finder.py")):
        # setuptools' way: a table of modules and where each lies.
        table = re.search(r"^MAPPING\b[^=]*= (\{.*\})$", _text(finder), re.MULTILINE)
        found += [Path(one).parent for one in _values(table[1])] if table else []
    return [one for one in found if one.is_dir()]


def _values(table: str) -> list[str]:
    try:
        read = ast.literal_eval(table)
    except (ValueError, SyntaxError):
        return []
    return [value for value in read.values() if isinstance(value, str)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
