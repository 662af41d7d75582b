"""The words of a pytest command line, turned into those of ``refute run``: a pure part."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = {"--refute": 0, "--refute-since": 1, "--refute-args": 1}
"""Options of the plugin, with the number of values."""

SHOWN = {
    "--verbose": 0, "--quiet": 0, "--exitfirst": 0, "--showlocals": 0, "--no-showlocals": 0,
    "--no-header": 0, "--no-summary": 0, "--full-trace": 0, "--pdb": 0, "--trace": 0,
    "--show-capture": 1, "--tb": 1, "--color": 1, "--code-highlight": 1, "--durations": 1,
    "--durations-min": 1, "--verbosity": 1, "--maxfail": 1, "--pdbcls": 1, "--pastebin": 1,
    "--junitxml": 1, "--junit-xml": 1, "--junitprefix": 1, "--junit-prefix": 1, "--log-file": 1,
    "--report-log": 1, "--html": 1, "--self-contained-html": 0, "-r": 1,
    "-n": 1, "--numprocesses": 1, "--maxprocesses": 1, "--dist": 1, "--tx": 1, "-d": 0,
}  # fmt: skip
"""Options that say how a run is shown, written down, shared out or stopped; and how many values
follow. They choose no test, so trials go without them."""

REMEMBERING = frozenset({
    "--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--sw", "--stepwise",
    "--sw-skip", "--stepwise-skip", "--sw-reset", "--stepwise-reset", "--cache-clear",
})  # fmt: skip
"""Options that choose by what earlier runs left in pytest's cache, which is another by now."""

PATHS = ("-c", "--config-file", "--rootdir", "--confcutdir", "--ignore", "--ignore-glob")
"""Options whose value is a path, taken from the folder where pytest was typed."""

MARK = "refute-looks-for-paths"
"""A word that no option has for its value."""

LETTERS = "vqxl"
"""The short options of SHOWN that take no value: they may be written as one word, `-xvs`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, as ``refute run`` takes it."""

    #: Paths and node ids, relative to the root.
    tests: tuple[str, ...]
    #: All other words that matter to the tests.
    arguments: tuple[str, ...]
    #: Options that could not be taken over, and matter.
    left_out: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """The options of ``refute run`` that say the same."""
        said = [f"--tests={test}" for test in self.tests]
        if self.arguments:
            said.append(f"--pytest-args={shlex.join(self.arguments)}")
        return said


def select(typed: Sequence[str], paths: Iterable[int], folder: Path, root: Path) -> Selection:
    """Turn what was typed in ``folder`` into what means the same in ``root``.

    ``paths`` are the places, in ``typed``, of words that belong to no option. One of them
    that names no file (as with ``--pyargs``) stays among the arguments.
    """
    places = set(paths)
    tests: dict[str, None] = {}
    arguments: list[str] = []
    left_out: dict[str, None] = {}
    for at in _kept(typed):
        word = typed[at]
        if at in places and (folder / word.partition("::")[0]).exists():
            tests[_moved(word, folder, root)] = None
        elif word.partition("=")[0] in REMEMBERING:
            left_out[word.partition("=")[0]] = None
        elif at in places or not word.startswith("-"):
            value = at not in places and at > 0 and typed[at - 1] in PATHS
            arguments.append(_moved(word, folder, root) if value else word)
        else:
            arguments += _option(word, folder, root)
    return Selection(tuple(tests), tuple(arguments), tuple(left_out))


def _kept(typed: Sequence[str]) -> Iterator[int]:
    """The places of the words that are neither ours nor about what is shown."""
    known = {**SHOWN, **OURS}
    at = 0
    while at < len(typed):
        name, equals, _ = typed[at].partition("=")
        if name in known:
            at += 1 + (0 if equals else known[name])
            continue
        yield at
        at += 1


def _option(word: str, folder: Path, root: Path) -> list[str]:
    """An option as the trials get it."""
    name, equals, value = word.partition("=")
    if equals and name in PATHS:
        return [f"{name}={_moved(value, folder, root)}"]
    if word.startswith("--") or len(word) < 2:
        return [word]
    letters = word[1:]
    flags = ""
    while letters and letters[0] in f"{LETTERS}s":
        flags += letters[0] if letters[0] == "s" else ""
        letters = letters[1:]
    if letters[:1] in ("r", "n"):
        # The rest of the word is the value: `-rA`, `-n4`.
        letters = ""
    return [f"-{flags}{letters}"] if flags + letters else []


def _moved(word: str, folder: Path, root: Path) -> str:
    """A path or node id that was typed in a folder, seen from the root."""
    path, mark, rest = word.partition("::")
    if folder != root:
        path = os.path.relpath(folder / path, root).replace(os.sep, "/")
    return path + mark + rest


def positional(typed: Sequence[str], paths_of: Callable[[list[str]], Sequence[str]]) -> list[int]:
    """The places of words that belong to no option.

    ``paths_of`` tells what a parser takes for paths in a line of words; an error of the parser
    is none of those. A word is a path exactly if another one in its place would be.
    """
    found = []
    for at, word in enumerate(typed):
        if not word.startswith("-") and MARK in paths_of([*typed[:at], MARK, *typed[at + 1 :]]):
            found.append(at)
    return found
