"""Ask git: its lists of commands, the help of each (``git VERB -h``), and of one option of it.

``git VERB --option=0 -h`` ends in the usage, or in "unknown option": nothing is done either way,
and it is asked in an empty repository of ours. Commands that hand options on (``log`` to the
reader of revisions) are asked through one that reads the same options strictly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from refute.contracts import usage
from refute.contracts.answers import Refusal
from refute.contracts.asking import Asker, Told
from refute.contracts.grammar import Flag, Node, Rules, Untold

_PROBE = "--refute-asks-what-you-take"
_LIKE_LOG = ("log", "show", "whatchanged", "format-patch")
_LOOSE = (("stash", "save"),)
"""Verbs of verbs that take more words than they say; found by trying."""
_LOG = "shortlog"
"""Reads options on revisions and diffs as the commands above do, and refuses what it lacks."""
_OPTION = re.compile(r"^ {2,4}(-.*)$")
_NAME = re.compile(r"--\[no-\][\w-]+|--?[\w?][\w-]*|-\d")
_VERB = re.compile(r"[a-z][a-z-]+")
_COMPLAINTS = re.compile(r"unknown (?:option|switch) `|invalid option: |unrecognized argument")


class Git:
    """git itself."""

    rules = Rules(abbreviates=True, negates=True)

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._nodes: dict[tuple[str, ...], Node] = {}

    def node(self, path: tuple[str, ...]) -> Node:
        """See Speaker."""
        if path not in self._nodes:
            self._nodes[path] = self._learn(path) if path else self._root()
        return self._nodes[path]

    def has_verb(self, node: Node, word: str) -> bool:
        """See Speaker: an alias of the user's, or a verb that the usage does not list."""
        if not node.path:
            home = {"HOME": str(Path.home())}
            told = self._asker.ask("--list-cmds=alias", keep=False, environment=home, here=True)
            if word in told.out.split():
                raise Untold(f"`{word}` is an alias in git's configuration")
            return False
        if node.path[0] in self._listed("builtins") and _VERB.fullmatch(word):
            told = self._asker.ask(*node.path, word, "-h")
            if "unknown subcommand" in told.err:
                return False
        raise Untold(f"git {' '.join(node.path)} does not tell what `{word}` is to it")

    def flag(self, node: Node, name: str) -> Flag | None:
        """See Speaker."""
        known = node.flag(name)
        if known is not None or not node.path:
            return known
        verb = node.path[0]
        if verb not in self._listed("builtins") or verb not in self._listed("list-mainporcelain"):
            raise Untold(f"the help of git {verb} does not list `{name}`, and may not list all")
        if len(node.path) == 1 and verb in _LIKE_LOG:
            return self._asked((_LOG,), name)
        if not self._complains(node.path, f"{_PROBE}=0"):
            raise Untold(f"git {' '.join(node.path)} hands on options that it does not know")
        return self._asked(node.path, name)

    def settle(self, words: Sequence[str], first: int) -> Refusal | None:
        """See Speaker: git has no way to read a whole line without running it."""
        return None

    def _asked(self, path: tuple[str, ...], name: str) -> Flag | None:
        """An option that is not listed, by what git says to it."""
        if not name.startswith("--"):
            return None if self._complains(path, name) else Flag((name,), attached=True)
        if self._complains(path, f"{name}=0"):
            # Taken alone it has no value, or it is unknown.
            if "takes no value" in self._told(path, f"{name}=0").err:
                return Flag((name,))
            return None if self._complains(path, name) else Flag((name,))
        alone = "usage:" in self._text(self._told(path, name))
        return Flag((name,), least=0 if alone else 1, most=0 if alone else 1, attached=True)

    def _complains(self, path: tuple[str, ...], option: str) -> bool:
        told = self._told(path, option)
        return bool(_COMPLAINTS.search(told.err)) or "takes no value" in told.err

    def _told(self, path: tuple[str, ...], option: str) -> Told:
        return self._asker.ask(*path, option, "-h")

    @staticmethod
    def _text(told: Told) -> str:
        return told.out if "usage:" in told.out else told.err

    def _listed(self, kind: str) -> tuple[str, ...]:
        return tuple(self._asker.ask(f"--list-cmds={kind}").out.split())

    def _root(self) -> Node:
        found = [Flag(("--list-cmds",), attached=True), Flag(("--version", "-v"))]
        text = " ".join(self._asker.ask("-h").out.partition("<command>")[0].split())
        if not text.startswith("usage: git"):
            raise Untold("git told no usage")
        for group in re.findall(r"\[(-[^\[\]]*(?:\[[^\]]*\])?[^\[\]]*)\]", text):
            for form in group.split("|"):
                found += _flags(form.strip())
        # The path to its programs alone may be asked for or given.
        verbs = self._listed("main,others,nohelpers")
        return Node((), verbs, tuple(found))

    def _learn(self, path: tuple[str, ...]) -> Node:
        if len(path) > 1 and path[0] not in self._listed("builtins"):
            raise Untold(f"git {path[0]} is a script, and does not tell its grammar")
        told = self._asker.ask(*path, "-h")
        text = self._text(told)
        if "usage:" not in text:
            raise Untold(f"`git {' '.join(path)} -h` tells no usage")
        forms = list(_forms(text, ("git", *path)))
        flags = [flag for line in text.splitlines() for flag in _line(line)]
        if not flags:
            # Some list their options in the usage alone.
            names = {name for form in forms for name in re.findall(r"(?<!\S)--[\w-]+", form)}
            flags = [Flag((name,), attached=True) for name in sorted(names)]
        verbs = tuple(dict.fromkeys(_verbs(forms))) if len(path) == 1 else ()
        if not verbs and path[0] not in self._listed("builtins"):
            raise Untold(f"git {path[0]} is a script, and does not tell its grammar")
        bare = verbs or forms == ["[<options>]"]
        arity = None if bare else usage.widest(usage.arity(form) for form in forms)
        hints = self._hints() if path[0] in _LIKE_LOG else ()
        # `git show` shows the last commit, though its usage asks for an object.
        return Node(
            path,
            verbs,
            tuple(flags),
            arity=arity,
            binding=len(path) > 1 and path not in _LOOSE,
            interspersed=not any("-args>" in form for form in forms),
            hints=hints,
        )

    def _hints(self) -> tuple[str, ...]:
        """Options on revisions and differences, which the help of ``log`` does not list."""
        texts = [self._text(self._asker.ask(verb, "-h")) for verb in ("rev-list", "diff")]
        found = [name for text in texts for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)]
        return tuple(dict.fromkeys(found))


def _forms(text: str, words: tuple[str, ...]) -> list[str]:
    """What follows the command in each form of its usage, continuation lines joined."""
    joined: list[str] = []
    for line in text[text.index("usage:") :].splitlines():
        start = re.match(r"^(?:usage:|\s+or:)\s+(.*)$", line)
        if start:
            joined.append(start[1])
        elif not line.strip():
            break
        elif joined:
            joined[-1] += " " + line.strip()
    name = " ".join(words)
    return [form[len(name) :].strip() for form in joined if f"{form} ".startswith(f"{name} ")]


def _verbs(forms: Sequence[str]) -> list[str]:
    """Verbs of a verb, if each form begins with one, options apart."""
    found: list[str] = []
    for form in forms:
        bare = re.sub(r"\[(-|<options>)[^\[\]]*(\[[^\]]*\][^\[\]]*)*\]", "", form).strip()
        first = bare.lstrip("[").split()[0].strip("[]") if bare else ""
        if _VERB.fullmatch(first) and not (bare.startswith("[") and first in ("options",)):
            found.append(first)
        elif bare:
            return []
    return found


def _line(line: str) -> list[Flag]:
    """The options of one line of a help text."""
    match = _OPTION.match(line)
    if match is None:
        return []
    definition = re.split(r"\s{2,}(?!--)", match[1].strip(), maxsplit=1)[0]
    return _flags(definition)


def _flags(definition: str) -> list[Flag]:
    """One option from ``-m, --message <message>``, ``--[no-]x[=<mode>]``, ``-l<n>``."""
    names, rest = [], definition.strip()
    while match := _NAME.match(rest):
        names.append(match[0])
        rest = rest[match.end() :]
        if not re.match(r",?\s+-", rest):
            break
        rest = rest.lstrip(", ")
    if not names:
        return []
    plain = tuple(name.replace("[no-]", "") for name in names)
    more = tuple(name.replace("[no-]", "no-") for name in names if "[no-]" in name)
    found = [Flag((name,)) for name in more]
    if not re.match(r"\s?[<\[({=]", rest):
        # What follows is the description, a single blank apart.
        return [Flag(plain), *found]
    if rest.startswith("["):
        return [Flag(plain, attached=True), *found]
    if rest.startswith("=") and plain[0] == "--abbrev":
        return [Flag(plain, attached=True), *found]
    kind = "int" if rest.strip(" =") in ("<n>", "<number>") else ""
    return [Flag(plain, least=1, most=1, attached=True, kind=kind), *found]
