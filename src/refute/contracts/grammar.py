"""The grammar of one command of a program, as far as the program tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from refute.contracts.answers import Refusal


@dataclass(frozen=True, slots=True)
class Flag:
    """One option, under all its names."""

    #: With their dashes: ``("--output", "-o")``.
    names: tuple[str, ...]
    #: How many words it takes from the command line after it; None: no upper limit.
    least: int = 0
    most: int | None = 0
    #: True when a value may be attached: ``--flag=value``.
    attached: bool = False
    #: The only values it takes; empty where that is not known.
    choices: tuple[str, ...] = ()
    #: ``bool``, ``int``, ``float`` or empty: what a value must look like.
    kind: str = ""
    required: bool = False

    @property
    def longest(self) -> str:
        """Its name for messages."""
        return max(self.names, key=len)


@dataclass(frozen=True, slots=True)
class Arity:
    """How many plain words a command takes; ``most`` None: no upper limit."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Options of which one alone can be given; or must be."""

    names: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One command: the program itself, or a verb of it."""

    #: The words that lead to it, without the program's own name.
    path: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    groups: tuple[OneOf, ...] = ()
    arity: Arity | None = None
    #: False where the number of words in the usage is a hint to people, and not held to.
    binding: bool = True
    #: False when what follows the first plain word belongs to somebody else (``docker run``).
    interspersed: bool = True
    #: True when verbs may follow one another, each with its own options.
    chained: bool = False
    #: False where it is not known whether the command does something without a verb.
    alone: bool = True
    #: Names of options that it may take without listing them, for suggestions alone.
    hints: tuple[str, ...] = ()

    def flag(self, name: str) -> Flag | None:
        """The option of exactly this name."""
        return next((flag for flag in self.flags if name in flag.names), None)

    @property
    def names(self) -> tuple[str, ...]:
        """All names of options."""
        return tuple(name for flag in self.flags for name in flag.names)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a family of programs reads its words."""

    #: ``--verb`` is understood as ``--verbose`` if nothing else begins so.
    abbreviates: bool = False
    #: ``--no-x`` is understood where there is an ``--x`` (git).
    negates: bool = False
    #: A word that looks like an option is never the value of another one (argparse).
    strict: bool = False


class Untold(Exception):
    """The program did not tell what was asked; the text says why."""


class Missing(Untold):
    """There is no such program here that could be asked."""


class Speaker(Protocol):
    """A program that answers questions on its grammar. Each may raise Untold."""

    @property
    def rules(self) -> Rules:
        """How it reads its words."""

    def node(self, path: tuple[str, ...]) -> Node:
        """The command that these words lead to; each of them is known to be a verb."""

    def has_verb(self, node: Node, word: str) -> bool:
        """Tell whether a word that is not listed is a verb all the same."""

    def flag(self, node: Node, name: str) -> Flag | None:
        """The option of this name, listed or not; None if there is none."""

    def settle(self, words: Sequence[str], first: int) -> Refusal | None:
        """What the program's own reading of all words says, where it can be had without running
        it. Positions in the answer are counted from ``first``.
        """
