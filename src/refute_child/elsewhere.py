"""Project code in other interpreters: observed there, and mutated there.

The tests' process prepares the environment of its children (``observing``, ``mutating``); in
each child interpreter ``begin`` runs at start-up. Hits go to a file that both have mapped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping
from mmap import mmap
from pathlib import Path
from typing import Any

from .observe.lines import FileTable, Lines
from .sources import Sources
from .wire import Record

VARIABLE = "REFUTE_ELSEWHERE"
STARTUP = str(Path(__file__).parent / "startup")


class Elsewhere:
    """The tests' side: a table of hits that child interpreters write to."""

    def __init__(self, folder: str, table: FileTable, files: list[tuple[str, int]]) -> None:
        self._table = table
        self._size = table.size
        self._path = os.path.join(folder, "hits")
        with open(self._path, "wb") as file:
            file.write(bytes(self._size + 8))
        with open(self._path, "r+b") as file:
            self._hits = mmap(file.fileno(), self._size + 8)
        self._files = files

    def prepare(self, environment: MutableMapping[str, str]) -> None:
        """Have child interpreters report to this table."""
        order = {"hits": self._path, "size": self._size, "files": self._files}
        _announce(environment, order)

    def take(self) -> tuple[int, list[tuple[int, list[int]]]]:
        """(interpreters that reported, lines by file index) since the last call."""
        data = self._hits[:]
        self._hits[:] = bytes(len(data))
        seen = sum(data[self._size :])
        found: list[tuple[int, list[int]]] = []
        for index, (start, size) in enumerate(self._table.spans):
            part = data[start : start + size]
            if part.strip(b"\0"):
                found.append((index, [line for line, hit in enumerate(part) if hit]))
        return seen, found


def mutating(environment: MutableMapping[str, str], mutant: Record) -> None:
    """Have child interpreters run the mutant."""
    keys = ("path", "start", "end", "text")
    _announce(environment, {"mutant": {key: mutant[key] for key in keys}})


def _announce(environment: MutableMapping[str, str], order: Record) -> None:
    environment[VARIABLE] = json.dumps(order)
    rest = environment.get("PYTHONPATH", "")
    if not rest.startswith(STARTUP):
        environment["PYTHONPATH"] = STARTUP + (os.pathsep + rest if rest else "")


def begin(environment: Mapping[str, str]) -> None:
    """In a child interpreter: do what the environment says."""
    order: dict[str, Any] = json.loads(environment[VARIABLE])
    if "mutant" in order:
        _mutate(order["mutant"])
    else:
        _observe(order)


def _mutate(mutant: dict[str, Any]) -> None:
    from .trial import Texts

    path = mutant["path"]
    sources = Sources(frozenset([os.path.realpath(path)]))
    edit = (mutant["start"], mutant["end"], mutant["text"])
    sources.mutate(path, lambda: Texts().module(path).mutated_module(*edit))
    sources.install()


def _observe(order: dict[str, Any]) -> None:
    table = FileTable((path, lines) for path, lines in order["files"])
    with open(order["hits"], "r+b") as file:
        hits = mmap(file.fileno(), order["size"] + 8)
    cell = order["size"] + os.getpid() % 8
    hits[cell] = min(hits[cell] + 1, 255)
    lines = Lines(table, hits, once=False)
    lines.start()
    lines.discover()
    sources = Sources(frozenset(os.path.realpath(path) for path, _ in order["files"]))
    sources.on_code = lines.watch
    sources.install()
