"""Read a command line as the program would, by its grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from refute.contracts.answers import Accepted, Answer, Refusal, Refused, Unknown, meant
from refute.contracts.grammar import Flag, Node, Speaker, Untold

_HELP = ("--help", "-h")
_NUMBER = re.compile(r"-\d+$|-\d*\.\d+$")
_KINDS = {
    "int": re.compile(r"[+-]?(0x[\da-f]+|\d[\d_]*)[kmg]?", re.I),
    "float": re.compile(
        r"[+-]?(\d[\d_]*\.?[\d_]*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan|infinity)", re.I
    ),
}


def read(name: str, speaker: Speaker, words: Sequence[str], first: int) -> Answer:
    """What the program called ``name`` makes of these words, the first of which stands at
    ``first`` in the argument vector.
    """
    try:
        return _Reading(name, speaker, words, first).answer()
    except Untold as untold:
        return Unknown(str(untold))
    except _Stop as stop:
        return stop.answer


class _Stop(Exception):
    """The answer is known before the last word."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(slots=True)
class _Reading:
    """Where the reader stands."""

    name: str
    speaker: Speaker
    words: Sequence[str]
    first: int
    position: int = 0
    node: Node = field(default_factory=lambda: Node(()))
    #: Positions of plain words since the last verb.
    plain: list[int] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    #: True after ``--``, and where the rest belongs to somebody else.
    ended: bool = False

    def answer(self) -> Answer:
        self.node = self.speaker.node(())
        while self.position < len(self.words):
            word = self.words[self.position]
            self.position += 1
            if self.ended:
                self.plain.append(self.position - 1)
            elif word == "--":
                self.ended = True
            elif self._is_option(word):
                self._option(word)
            elif self.node.verbs and not self.plain:
                self._verb(word)
            else:
                self.plain.append(self.position - 1)
                self.ended = not self.node.interspersed
        self._complete()
        found = self.speaker.settle(self.words, self.first)
        if found is not None:
            return Refused((found,))
        if self.node.verbs:
            return Accepted(() if self.node.alone else ("whether a command must follow",))
        counted = self.node.arity is not None and self.node.binding
        return Accepted(() if counted else ("number of arguments",))

    def _is_option(self, word: str) -> bool:
        if not word.startswith("-") or word == "-":
            return False
        return not (self.speaker.rules.strict and _NUMBER.match(word))

    def _verb(self, word: str) -> None:
        if word not in self.node.verbs and not self.speaker.has_verb(self.node, word):
            self._refuse(
                "unknown-verb",
                self.position - 1,
                f"{self._called} has no command `{word}`",
                meant(word, self.node.verbs),
            )
        if self.node.chained:
            raise Untold(f"the commands of {self.name} can be chained, and can't be told apart")
        missing = self._missing()
        self.node = self.speaker.node((*self.node.path, word))
        if missing is not None:
            self._refuse("missing-flag", len(self.words), f"`{missing.longest}` must be given")
        self.seen.clear()

    def _option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        flag = self._lookup(name)
        if flag is None and not word.startswith("--"):
            self._letters(word)
            return
        if flag is None:
            self._refuse_flag(name)
            return
        if equals and not flag.attached:
            self._refuse(
                "unwanted-value", self.position - 1, f"`{name}` of {self._called} takes no value"
            )
        self._values(flag, name, value if equals else None)

    def _letters(self, word: str) -> None:
        """``-xvf name`` and ``-oname``."""
        for place, letter in enumerate(word[1:], 1):
            name = f"-{letter}"
            flag = self._lookup(name)
            if flag is None:
                self._refuse_flag(name if len(word) == 2 else word, name)
                return
            rest = word[place + 1 :]
            if flag.most != 0 or (flag.attached and rest.startswith("=")):
                self._values(flag, name, rest.removeprefix("=") if rest else None)
                return
            if flag.attached and flag.kind != "bool" and rest:
                # An optional value can only be attached: `-uno`.
                self._values(flag, name, rest)
                return
            self._values(flag, name, None)

    def _lookup(self, name: str) -> Flag | None:
        rules = self.speaker.rules
        flag = self.node.flag(name)
        if flag is None and rules.negates and name.startswith("--no-"):
            positive = self.node.flag(f"--{name[5:]}")
            flag = positive and Flag((name,))
        if flag is None and rules.abbreviates and name.startswith("--") and len(name) > 2:
            flag = self._abbreviated(name)
        if flag is not None or name not in _HELP:
            flag = self.speaker.flag(self.node, name if flag is None else flag.names[0])
        if flag is None and name in _HELP:
            raise _Stop(Accepted())
        return flag

    def _abbreviated(self, name: str) -> Flag | None:
        fits = {
            long: flag for flag in self.node.flags for long in flag.names if long.startswith(name)
        }
        if self.speaker.rules.negates and not fits and name.startswith("--no-"):
            rest = f"--{name[5:]}"
            found = {one for one in self.node.names if one.startswith(rest)}
            return Flag((name,)) if len(found) == 1 else None
        if len({flag.names for flag in fits.values()}) > 1:
            self._refuse(
                "ambiguous-flag",
                self.position - 1,
                f"`{name}` could be {' or '.join(f'`{one}`' for one in sorted(fits)[:3])}",
            )
        return next(iter(fits.values()), None)

    def _values(self, flag: Flag, name: str, attached: str | None) -> None:
        """Take what belongs to an option off the line."""
        at = self.position - 1
        for group in self.node.groups:
            other = self.seen & set(group.names) - set(flag.names)
            if name in group.names and other:
                message = f"{self._called} does not take `{name}` beside `{max(other, key=len)}`"
                self._refuse("conflicting-flag", at, message)
        self.seen.update(flag.names)
        if any(one in _HELP for one in flag.names) and flag.most == 0:
            raise _Stop(Accepted())
        values = [] if attached is None else [(at, attached)]
        while attached is None and self.position < len(self.words):
            if flag.most is not None and len(values) >= flag.most:
                break
            word = self.words[self.position]
            optional = len(values) >= flag.least
            if (optional or self.speaker.rules.strict) and (self._is_option(word) or word == "--"):
                break
            values.append((self.position, word))
            self.position += 1
        if len(values) < flag.least and not (attached is not None and flag.least == 1):
            self._refuse("no-value", at, f"`{name}` of {self._called} needs a value")
        for position, value in values:
            self._value(flag, name, position, value)

    def _value(self, flag: Flag, name: str, position: int, value: str) -> None:
        if flag.choices and value.partition("=")[0].lower() not in map(str.lower, flag.choices):
            self._refuse(
                "bad-value",
                position,
                f"`{name}` of {self._called} takes {', '.join(flag.choices[:6])}, not `{value}`",
                meant(value, flag.choices),
            )
        pattern = _KINDS.get(flag.kind)
        if pattern is not None and not pattern.fullmatch(value.strip()):
            kind = "a whole number" if flag.kind == "int" else "a number"
            self._refuse(
                "bad-value", position, f"`{name}` of {self._called} takes {kind}, not `{value}`"
            )

    def _complete(self) -> None:
        missing = self._missing()
        if missing is not None:
            message = f"{self._called} must be given `{missing.longest}`"
            self._refuse("missing-flag", len(self.words), message)
        for group in self.node.groups:
            if group.required and not self.seen & set(group.names):
                some = ", ".join(f"`{name}`" for name in group.names[:6])
                self._refuse("missing-flag", len(self.words), f"{self._called} needs one of {some}")
        arity = self.node.arity
        if arity is None or self.node.verbs:
            return
        count = len(self.plain)
        surplus = arity.most is not None and count > arity.most
        if count >= arity.least and not surplus:
            return
        message = f"{self._called} takes {_words(arity.least, arity.most)}, and gets {count}"
        if not self.node.binding:
            raise Untold(f"by its usage {message}; but {self.name} does not always hold to that")
        if surplus and arity.most is not None:
            self._refuse("surplus-argument", self.plain[arity.most], message)
        self._refuse("missing-argument", len(self.words), message)

    def _missing(self) -> Flag | None:
        required = (flag for flag in self.node.flags if flag.required)
        return next((flag for flag in required if not self.seen & set(flag.names)), None)

    def _refuse_flag(self, word: str, letter: str = "") -> None:
        shown = f"`{letter}` (in `{word}`)" if letter and letter != word else f"`{word}`"
        suggestion = meant(word, (*self.node.names, *self.node.hints)) if len(word) > 2 else ""
        self._refuse(
            "unknown-flag", self.position - 1, f"{self._called} has no option {shown}", suggestion
        )

    def _refuse(self, slug: str, position: int, message: str, suggestion: str = "") -> None:
        raise _Stop(Refused((Refusal(slug, self.first + position, message, suggestion),)))

    @property
    def _called(self) -> str:
        return " ".join([self.name, *self.node.path])


def _words(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more arguments"
    if least == most:
        return "no arguments" if most == 0 else f"{most} argument{'s' if most > 1 else ''}"
    return f"{least} to {most} arguments"
