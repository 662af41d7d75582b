"""Ask Python programs that read their arguments with click, Typer, argparse or optparse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from refute.contracts.answers import Refusal, meant
from refute.contracts.asking import Asker
from refute.contracts.grammar import Flag, Node, Rules, Untold
from refute.contracts.pyhelp import Help, Library, read

_GROWING = {
    "pytest": "plugins and conftest.py files add options to pytest",
    "py.test": "plugins and conftest.py files add options to pytest",
    "flask": "the application adds commands to flask",
    "django-admin": "the project's applications add commands to Django",
    "tox": "plugins of the project add options to tox",
}
"""Programs whose grammar depends on the project that they are started in, and why."""
_RULES = {
    Library.CLICK: Rules(),
    Library.ARGPARSE: Rules(abbreviates=True, strict=True),
    Library.OPTPARSE: Rules(abbreviates=True),
}


class Pythonic:
    """One program of this family."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._name = asker.program.name
        self._nodes: dict[tuple[str, ...], tuple[Node, Help]] = {}

    @property
    def rules(self) -> Rules:
        """See Speaker; how it reads depends on the library that wrote its help."""
        return _RULES[self._library]

    def node(self, path: tuple[str, ...]) -> Node:
        """See Speaker."""
        return self._learned(path)[0]

    def has_verb(self, node: Node, word: str) -> bool:
        """See Speaker: libraries refuse an unknown verb before they see that help is wanted."""
        self._may_grow(f"`{word}`", meant(word, node.verbs))
        if not re.fullmatch(r"[\w][\w.:-]*", word):
            return False
        if self._library is Library.OPTPARSE:
            return False
        told = self._asker.ask(*node.path, word, "--help")
        if told.code == 0 and word not in told.out.partition("\n\n")[0].split():
            raise Untold(f"{self._name} takes `{word}`, and does not say as what")
        return told.code == 0

    def flag(self, node: Node, name: str) -> Flag | None:
        """See Speaker. click says of an option that is not listed whether it knows it."""
        known = node.flag(name)
        if known is not None:
            return known
        self._may_grow(f"`{name}`", meant(name, node.names))
        if self._library is Library.CLICK:
            option = f"{name}=x" if name.startswith("--") else name
            told = self._asker.ask(*node.path, option, "--help")
            if "does not take a value" in told.err:
                return Flag((name,))
            if told.code == 0 and name.startswith("--"):
                return Flag((name,), attached=True)
        return None

    def settle(self, words: Sequence[str], first: int) -> Refusal | None:
        """See Speaker: none of these can read a line without acting on it."""
        return None

    @property
    def _library(self) -> Library:
        return self._learned(())[1].library

    def _learned(self, path: tuple[str, ...]) -> tuple[Node, Help]:
        if path not in self._nodes:
            told = self._asker.ask(*path, "--help")
            found = read(told.out) if told.code == 0 else None
            if found is None:
                shown = " ".join([self._name, *path])
                raise Untold(f"`{shown} --help` tells nothing that refute can read")
            node = Node(
                path,
                found.verbs,
                found.flags,
                found.groups,
                found.arity,
                chained=found.chained,
                alone=found.alone,
            )
            self._nodes[path] = (node, found)
        return self._nodes[path]

    def _may_grow(self, shown: str, suggestion: str) -> None:
        reason = _GROWING.get(self._name)
        if reason:
            like = f"; it looks like `{suggestion}`" if suggestion else ""
            raise Untold(f"{self._name} does not list {shown} here, but {reason}{like}")
