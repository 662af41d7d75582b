"""Ask programs that are built with cobra: kubectl, helm, docker, gh and many more.

Their help lists verbs and options; their completion reads options with the program's own parser,
values and all, and says what it does not take. Before an option or a verb is called unknown, the
program itself is asked.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace

from refute.contracts import usage
from refute.contracts.answers import Refusal, meant
from refute.contracts.asking import Asker, Told
from refute.contracts.gohelp import commands, flags, forms
from refute.contracts.grammar import Arity, Flag, Node, Rules, Untold

_HELD = frozenset({"docker"})
"""Programs that check the number of words in each command as its usage says. kubectl takes
``rollout restart deployment web`` where the usage has one word, and helm more charts than one.
"""
_LOOSE = frozenset({("docker", "import"), ("docker", "image", "import")})
"""Commands of those above that take more words than they say; found by trying all of them."""
_PROBE = "--refute-asks-what-you-take"
"""An option that no program has."""
_TROUBLE = re.compile(r"Error while parsing flags from args \[.*\]: (.*)", re.DOTALL)
_UNKNOWN = re.compile(r"unknown (?:shorthand )?flag: (?:'(.)' in )?(-\S+)")
_CHOICES = re.compile(r"(?i)\b(?:one of|must be|can be|options?|\()")


class Cobra:
    """One program of this family."""

    def __init__(self, asker: Asker, environment: Mapping[str, str]) -> None:
        self._asker = asker
        self._name = asker.program.name
        self.rules = Rules()
        self._environment = environment
        self._nodes: dict[tuple[str, ...], Node] = {}

    def node(self, path: tuple[str, ...]) -> Node:
        """See Speaker."""
        if path not in self._nodes:
            self._nodes[path] = self._learn(path)
        return self._nodes[path]

    def has_verb(self, node: Node, word: str) -> bool:
        """See Speaker: an alias, a hidden command, or a plugin."""
        plugin = "-".join([self._name, *node.path, word])
        if shutil.which(plugin, path=self._environment.get("PATH")):
            raise Untold(f"{plugin} is a plugin, with a grammar of its own")
        told = self._asker.ask(*node.path, word, "--help")
        paths = {form[: len(node.path) + 1] for form in self._paths(told)}
        # The help of the command above is what comes for a word that is none.
        return any(len(path) > len(node.path) for path in paths)

    def flag(self, node: Node, name: str) -> Flag | None:
        """See Speaker. What an option without a plain yes or no takes is found out by trial."""
        known = node.flag(name)
        if known is None:
            trouble = self._trouble([*node.path, f"{name}=x" if name[:2] == "--" else name])
            if _UNKNOWN.match(trouble):
                return None
            known = Flag((name,), attached=True)
        if known.kind == "bool":
            return known
        if name.startswith("--"):
            # Where it takes the next word, the unknown option is not seen as one.
            alone = f"unknown flag: {_PROBE}" in self._trouble([*node.path, name, _PROBE])
            known = replace(known, least=0 if alone else 1, most=0 if alone else 1, attached=True)
        elif len(known.names) > 1:
            return self.flag(node, known.longest)
        return known if known.choices else replace(known, choices=self._choices(node, known))

    def settle(self, words: Sequence[str], first: int) -> Refusal | None:
        """See Speaker: completion reads the options as the command would."""
        plain = list(words[: words.index("--")] if "--" in words else words)
        if not plain:
            return None
        trouble = self._trouble(plain, keep=False)
        if not trouble:
            return None
        at = _position(plain, trouble)
        if found := _UNKNOWN.match(trouble):
            name = found[2] if found[1] is None else f"-{found[1]}"
            known = tuple(one for node in self._nodes.values() for one in node.names)
            message = f"{self._name} has no option `{name}` here"
            return Refusal("unknown-flag", first + at, message, meant(name, known))
        slug = "no-value" if "needs an argument" in trouble else "bad-value"
        return Refusal(slug, first + at, f"{self._name} says: {trouble}")

    def _learn(self, path: tuple[str, ...]) -> Node:
        told = self._asker.ask(*path, "--help")
        help_text = told.out or told.err
        if "Usage:" not in help_text:
            raise Untold(f"`{' '.join([self._name, *path])} --help` tells no usage")
        verbs = tuple(dict.fromkeys([*commands(help_text), *self._completed(*path, "")]))
        completed = [name for name in self._completed(*path, "--") if name.startswith("--")]
        # Not all options of the root can stand behind a verb.
        shared = (flag for flag in self._global() if not path or flag.longest in completed)
        listed = {flag.longest: flag for flag in (*shared, *flags(help_text))}
        if not commands(help_text):
            verbs = ()
        for name in completed:
            if not any(name in flag.names for flag in listed.values()):
                listed[name] = Flag((name,), attached=True)
        node = Node(path, verbs, tuple(listed.values()))
        if verbs:
            return node
        required = {name for name in self._completed(*path, "") if name.startswith("--")}
        found = tuple(
            replace(flag, required=True) if required & set(flag.names) else flag
            for flag in node.flags
        )
        interspersed = not path or _PROBE in self._trouble([*path, "word", _PROBE])
        return replace(
            node,
            flags=found,
            arity=self._arity(path, told),
            binding=self._name in _HELD,
            interspersed=interspersed,
        )

    def _global(self) -> tuple[Flag, ...]:
        """Options that the root tells, under ``options`` with kubectl's kind of help."""
        root = self._asker.ask("--help").out
        if 'options" for' in root:
            root = self._asker.ask("options").out
        return flags(root)

    def _arity(self, path: tuple[str, ...], told: Told) -> Arity | None:
        """How many words it takes by its usage, which an alias has under another name."""
        if (self._name, *path) in _LOOSE:
            return None
        paths = [path, *(other for other in self._paths(told) if len(other) == len(path))]
        for one in paths:
            found = list(forms(told.out or told.err, " ".join([self._name, *one])))
            if found:
                return usage.widest(usage.arity(form) for form in found)
        return None

    def _paths(self, told: Told) -> list[tuple[str, ...]]:
        """The commands whose usage a help text tells, as words after the program's name."""
        lines = (told.out or told.err).splitlines()
        found = []
        for before, line in zip(["", *lines], lines, strict=False):
            text = line.removeprefix("Usage:").strip()
            if (line.startswith("Usage:") or before.strip() == "Usage:") and text:
                words = text.split()[1:]
                found.append(tuple(_leading(words)))
        return found

    def _choices(self, node: Node, flag: Flag) -> tuple[str, ...]:
        """The values that completion offers, if the help names the same ones as all there are."""
        if flag.most == 0 and not flag.attached:
            return ()
        told = self._asker.ask("__complete", *node.path, f"{flag.longest}=")
        offered = [value.removeprefix(f"{flag.longest}=") for value in _lines(told)]
        if not offered or "directive: ShellCompDirectiveNoFileComp" not in told.err:
            return ()
        help_text = self._described(node, flag.longest)
        if not _CHOICES.search(help_text):
            return ()
        named = set(re.findall(r"[\w.-]+", help_text))
        return tuple(offered) if all(value in named for value in offered) else ()

    def _described(self, node: Node, name: str) -> str:
        told = self._asker.ask("__complete", *node.path, name)
        for line in told.out.splitlines():
            found, _, text = line.partition("\t")
            if found == name:
                return text
        return ""

    def _completed(self, *words: str) -> list[str]:
        return _lines(self._asker.ask("__complete", *words))

    def _trouble(self, words: Sequence[str], keep: bool = True) -> str:
        """What the program's parser says against these words; empty for nothing."""
        told = self._asker.ask("__complete", *words, "--", keep=keep)
        found = _TROUBLE.search(told.err)
        return found[1].partition("\n")[0].strip() if found else ""


def _lines(told: Told) -> list[str]:
    """What completion offers, without the descriptions."""
    lines = [line.partition("\t")[0] for line in told.out.splitlines()]
    return [line for line in lines if line and not line.startswith((":", "_activeHelp_"))]


def _leading(words: Sequence[str]) -> list[str]:
    """The verbs at the beginning of a usage."""
    found = []
    for word in words:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", word):
            break
        found.append(word)
    return found


def _position(words: Sequence[str], trouble: str) -> int:
    """The word that a complaint of the parser is about: the first that it names."""
    names = [name.strip("\"',:") for name in re.findall(r"\"?-{1,2}[\w.-]+", trouble)]
    for position, word in enumerate(words):
        if word.partition("=")[0] in names:
            return position
    values = re.findall(r'"([^"]*)"', trouble)
    return next((at for at, word in enumerate(words) if word in values), len(words) - 1)
