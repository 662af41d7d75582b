"""All that doubles were handed, or gave, in the place of the real thing: commands, HTTP calls,
statements.

Pure: what was observed goes in, and what there is to ask the real programs comes out. The
answers come from ``refute.contracts`` and are put to the doubles here.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from refute.observed import Argument, Call, Double, Lie, Observed, Seen
from refute.theatre.identity import double_id
from refute.theatre.outputs import Given, asked_by, given
from refute.theatre.requests import HttpCall, HttpReturn, http_call, http_return
from refute.theatre.statements import Statement, statement

_WIDEST = 8
"""Elements of a list that are recorded: one of that many may have had more."""
_MASK = "***"
_LISTS = re.compile(
    r"(?:^|\.)(?:subprocess\.(?:run|call|check_call|check_output|Popen)|os\.posix_spawnp?)$"
)
_SPREAD = re.compile(r"(?:^|\.)asyncio\.create_subprocess_exec$")
_SHELL = re.compile(
    r"(?:^|\.)(?:os\.(?:system|popen)|subprocess\.get(?:status)?output"
    r"|asyncio\.create_subprocess_shell)$"
)
_LIKELY = re.compile(r"(?i)(?:run|exec|call|popen|command|cmd|shell|invoke|spawn|process)\w*$")
"""Names of functions that may well start what they are handed; the program decides."""
_NAMED = re.compile(r"(?:^|[._])(kubectl|helm|git|docker)(?:_\w*)?$")
"""Functions that are named after the program that they hand their words to."""
_META = re.compile(r"[|&;<>()$`\n*?\[\]{}~!#=]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, as far as it was recorded."""

    words: tuple[str, ...]
    #: Positions of words that are not known to the letter: masked, shortened, of another type.
    vague: frozenset[int] = frozenset()
    #: False when there may have been more words.
    whole: bool = True
    #: True when the program is known by the function's name alone: ``run_kubectl(["get"])``.
    presumed: bool = False

    @property
    def shown(self) -> str:
        """As a shell would be told it."""
        return shlex.join(self.words) + ("" if self.whole else " …")


Taken = Command | HttpCall | HttpReturn | Statement | Given
"""What a double took, or gave."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one of them: ``accepted``, ``refused`` or ``unknown``, and why."""

    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """What some double took, held against the real thing."""

    #: Id of the double.
    double: str
    #: The command line in words, the method and the URL, or the statement.
    command: str
    #: ``accepted``, ``refused`` or ``unknown``.
    verdict: str
    #: The reason of a refusal, or why it could not be told.
    why: str
    #: The call in project code.
    file: str
    line: int
    tests: tuple[int, ...]
    #: ``command``, ``http``, ``answer`` (of an HTTP call), ``sql`` or ``output`` (of a program).
    kind: str = "command"
    #: Which database a statement was meant for, where the double's name tells it.
    database: str = ""


Answers = Mapping[Taken, Answered]


def all_taken(observed: Observed) -> tuple[Taken, ...]:
    """All that doubles took, each once, in the order of the tests."""
    return tuple(dict.fromkeys(taken for _, _, _, taken in _all(observed)))


def checked_calls(observed: Observed, answers: Answers) -> tuple[CheckedCall, ...]:
    """All that each double took, with what the real thing says to it."""
    met: dict[tuple[str, Taken, str, int], list[int]] = {}
    for test, double, call, command in _all(observed):
        key = (double_id(double), command, call.site.file, call.site.line)
        met.setdefault(key, []).append(test)
    return tuple(
        CheckedCall(
            double,
            command.shown,
            answers[command].verdict,
            answers[command].why,
            file,
            line,
            tuple(dict.fromkeys(tests)),
            _KINDS[type(command)],
            command.database if isinstance(command, Statement) else "",
        )
        for (double, command, file, line), tests in met.items()
        if command in answers
    )


def with_contracts(observed: Observed, answers: Answers) -> Observed:
    """What was observed, with the lies of doubles that took what the real thing refuses."""
    if not any(one.verdict == "refused" for one in answers.values()):
        return observed
    return replace(
        observed, tests={test: _lying(seen, answers) for test, seen in observed.tests.items()}
    )


def _lying(seen: Seen, answers: Answers) -> Seen:
    doubles = []
    for double in seen.doubles:
        taken = dict.fromkeys(one for call in double.calls for one in _taken(double, call))
        lies = tuple(
            Lie(
                # What is sent is the code's fault, what is answered the double's own.
                "returns" if isinstance(one, HttpReturn | Given) else "contract",
                f"it {_DOES[type(one)].format(one.shown)}: {said.why}",
            )
            for one in taken
            if (said := answers.get(one)) and said.verdict == "refused"
        )
        doubles.append(replace(double, lies=(*double.lies, *lies)) if lies else double)
    return replace(seen, doubles=tuple(doubles))


_DOES: dict[type, str] = {
    Command: "takes `{}`, which the real program refuses",
    HttpCall: "takes `{}`, which the provider's OpenAPI document forbids",
    HttpReturn: "answers `{}`, which the provider's OpenAPI document does not let out",
    Statement: "takes `{}`, which the real database refuses",
    Given: "gives `{}`, which the real program does not",
}
_KINDS: dict[type, str] = {
    Command: "command",
    HttpCall: "http",
    HttpReturn: "answer",
    Statement: "sql",
    Given: "output",
}


def _taken(double: Double, call: Call) -> Iterator[Taken]:
    command = _command(double, call)
    http = http_call(double, call) or http_return(double, call)
    one = command or http or statement(double, call)
    if one is not None:
        yield one
    asked = asked_by(double, call)
    words = command if asked is call or asked is None else _command(double, asked)
    if asked is not None and words is not None:
        known = words.whole and not words.vague
        yield given(double, call, asked, words.words, known)


def _all(observed: Observed) -> Iterator[tuple[int, Double, Call, Taken]]:
    for test, seen in sorted(observed.tests.items()):
        for double in seen.doubles:
            for call in double.calls:
                for taken in _taken(double, call):
                    yield test, double, call, taken


def _command(double: Double, call: Call) -> Command | None:
    """The command line of a call; None if it is none that can be told."""
    name = (double.target or double.name) + call.method
    given = {one.path: one for one in call.arguments}
    first = given.get("0") or given.get("args") or given.get("cmd")
    if first is None or name.endswith("()"):
        return None
    shell = _SHELL.search(name) or (
        _LISTS.search(name) and (one := given.get("shell")) is not None and one.shown != "False"
    )
    if shell:
        return _from_shell(first)
    if _SPREAD.search(name):
        return _from_words(given, "{}", len(given))
    if first.kind not in ("list", "tuple"):
        return None
    words = _from_words(given, first.path + "[{}]", _WIDEST)
    named = _NAMED.search(name)
    if words and named and words.words[0].rpartition("/")[2] != named[1]:
        vague = frozenset(place + 1 for place in words.vague)
        return Command((named[1], *words.words), vague, words.whole, presumed=True)
    return words if _LISTS.search(name) or _LIKELY.search(name) else None


def _from_words(given: Mapping[str, Argument], path: str, most: int) -> Command | None:
    words: list[str] = []
    vague = set()
    while (argument := given.get(path.format(len(words)))) is not None:
        word, exact = _word(argument)
        if not exact:
            vague.add(len(words))
        words.append(word)
    # The program itself must be known.
    if not words or 0 in vague:
        return None
    return Command(tuple(words), frozenset(vague), whole=len(words) < most or path == "{}")


def _from_shell(argument: Argument) -> Command | None:
    """What a shell would make of a text, if that needs no shell."""
    word, exact = _word(argument)
    if argument.kind != "str" or not exact or _META.search(word):
        return None
    try:
        words = tuple(shlex.split(word))
    except ValueError:
        return None
    return Command(words) if words else None


def _word(argument: Argument) -> tuple[str, bool]:
    """One word, and whether it is known to the letter."""
    if argument.kind != "str":
        return "x", False
    try:
        text = ast.literal_eval(argument.shown)
    except (SyntaxError, ValueError):
        return _MASK, False
    if not isinstance(text, str):
        return _MASK, False
    return text, not (text.endswith("…") or _MASK in text)
