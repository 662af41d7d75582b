"""Read Go templates as Helm uses them: text, actions, blocks, and the expressions in them.

What can't be read raises TemplateError; nothing is executed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


class TemplateError(ValueError):
    """A template that can't be read: what, and in which line."""


@dataclass(frozen=True, slots=True)
class Field:
    """``.a.b``, ``$.a``, ``$x.a`` or ``(pipeline).a``; ``base`` is ``.``, ``$``, ``$x`` or that."""

    base: str | Pipe
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, ``true``, ``false`` or ``nil``."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments; what stands alone is a call of nothing."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands, each given the result of the one before as its last argument."""

    commands: tuple[Expression, ...]
    #: Variables that take the result: ``$x``, or ``$key`` and ``$value`` of a range.
    variables: tuple[str, ...] = ()


Expression = Field | Literal | Call | Pipe


@dataclass(slots=True)
class Node:
    """An action or a block. ``kind``: ``print``, ``if``, ``with``, ``range``, ``define``,
    ``block``, ``template``, ``break`` or ``continue``.
    """

    kind: str
    line: int
    pipe: Pipe | None = None
    #: The template's name, of ``define``, ``block`` and ``template``.
    name: str = ""
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


_ACTION = re.compile(
    r"\{\{-?\s*(/\*.*?\*/|(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^}]|\}(?!\}))*?)\s*-?\}\}", re.S
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])')
    |(?P<number>[+-]?(?:0x[\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?))
    |(?P<field>\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<variable>\$\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<mark>:=|[|()=,.]))""",
    re.X,
)
_BLOCKS = ("if", "with", "range", "define", "block")
_WORDS = {"true": True, "false": False, "nil": None}


def parse(text: str) -> list[Node]:
    """The actions of a template, nested as its blocks are."""
    top = Node("define", 0)
    open_blocks: list[tuple[Node, list[Node]]] = [(top, top.body)]
    for line, action in _actions(text):
        word, _, rest = action.partition(" ")
        block, place = open_blocks[-1]
        if word == "end":
            if len(open_blocks) == 1:
                raise TemplateError(f"line {line}: an `end` too many")
            open_blocks.pop()
            # `else if` opened blocks within blocks, which end together.
            while open_blocks[-1][0].kind.startswith("else ") and len(open_blocks) > 1:
                open_blocks[-1][0].kind = open_blocks[-1][0].kind[5:]
                open_blocks.pop()
        elif word == "else":
            open_blocks[-1] = (block, block.otherwise)
            if rest.strip():
                kind, _, more = rest.strip().partition(" ")
                nested = Node(kind, line, _pipe(more, line))
                block.otherwise.append(nested)
                # Marked, so that one `end` closes both.
                block.kind = f"else {block.kind}"
                open_blocks.append((nested, nested.body))
        else:
            node = _node(word, rest, action, line)
            place.append(node)
            if node.kind in _BLOCKS:
                open_blocks.append((node, node.body))
    if len(open_blocks) > 1:
        raise TemplateError(f"line {open_blocks[-1][0].line}: a block without its `end`")
    return top.body


def _actions(text: str) -> Iterator[tuple[int, str]]:
    for match in _ACTION.finditer(text):
        if not match[1].startswith("/*") and match[1].strip():
            yield text.count("\n", 0, match.start()) + 1, " ".join(_split(match[1]))


def _split(action: str) -> list[str]:
    """The action with its line breaks and runs of blanks as single blanks, strings apart."""
    return list(re.findall(r"\"(?:\\.|[^\"\\])*\"|`[^`]*`|\S+?(?=[\s\"`]|$)", action))


def _node(word: str, rest: str, action: str, line: int) -> Node:
    if word in ("if", "with", "range"):
        return Node(word, line, _pipe(rest, line))
    if word in ("define", "block", "template"):
        name, tokens = _name(rest, line)
        pipe = _Parser(tokens, line).pipe() if tokens else None
        return Node(word, line, pipe, name)
    if action in ("break", "continue"):
        return Node(action, line)
    return Node("print", line, _pipe(action, line))


def _name(text: str, line: int) -> tuple[str, list[tuple[str, str]]]:
    tokens = _tokens(text, line)
    if not tokens or tokens[0][0] != "string":
        raise TemplateError(f"line {line}: a template without a name")
    return tokens[0][1][1:-1], tokens[1:]


def _pipe(text: str, line: int) -> Pipe:
    return _Parser(_tokens(text, line), line).whole()


def _tokens(text: str, line: int) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise TemplateError(f"line {line}: `{text[at:].strip()[:20]}` can't be read")
        # Whether a field stands apart from what is before it makes a difference.
        glued = match.start(match.lastgroup or 0) == at and at > 0
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        if glued and match.lastgroup == "field" and len(found) > 1 and found[-2][1] == ")":
            found[-1] = ("suffix", found[-1][1])
        at = match.end()
    return found


class _Parser:
    """A descent through the tokens of one action."""

    def __init__(self, tokens: list[tuple[str, str]], line: int) -> None:
        self._tokens = tokens
        self._at = 0
        self._line = line

    def whole(self) -> Pipe:
        pipe = self.pipe()
        if self._at < len(self._tokens):
            raise TemplateError(f"line {self._line}: `{self._tokens[self._at][1]}` is too much")
        return pipe

    def pipe(self) -> Pipe:
        variables = self._variables()
        commands = [self._command()]
        while self._take("|"):
            commands.append(self._command())
        return Pipe(tuple(commands), variables)

    def _variables(self) -> tuple[str, ...]:
        """``$x :=``, ``$x =`` or ``$i, $x :=`` at the beginning."""
        start, found = self._at, []
        while self._peek()[0] == "variable":
            found.append(self._peek()[1])
            self._at += 1
            if self._take(":=") or self._take("="):
                return tuple(found)
            if not self._take(","):
                break
        self._at = start
        return ()

    def _command(self) -> Expression:
        kind, text = self._peek()
        if kind == "word" and text not in _WORDS:
            self._at += 1
            return Call(text, tuple(self._operands()))
        operands = list(self._operands())
        if not operands:
            raise TemplateError(f"line {self._line}: an empty command")
        # `.method argument`: what comes of it can't be told.
        return operands[0] if len(operands) == 1 else Call("", tuple(operands))

    def _operands(self) -> Iterator[Expression]:
        while self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if text in ("|", ")", "=", ":=", ",") and kind == "mark":
                return
            self._at += 1
            yield self._operand(kind, text)

    def _operand(self, kind: str, text: str) -> Expression:
        if kind == "string":
            return Literal(_unquoted(text))
        if kind == "number":
            return Literal(_number(text))
        if kind == "field":
            return Field(".", tuple(text[1:].split(".")))
        if kind == "variable":
            base, *names = text.split(".")
            return Field(base, tuple(names))
        if text == ".":
            return Field(".", ())
        if text == "(":
            inner = self.pipe()
            if not self._take(")"):
                raise TemplateError(f"line {self._line}: a bracket is not closed")
            if self._peek()[0] == "suffix":
                self._at += 1
                return Field(inner, tuple(self._tokens[self._at - 1][1][1:].split(".")))
            return inner
        if text in _WORDS:
            return Literal(_WORDS[text])
        # A function without arguments among the arguments of another one.
        return Call(text, ())

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, mark: str) -> bool:
        if self._peek() == ("mark", mark):
            self._at += 1
            return True
        return False


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return re.sub(
        r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1]
    )


def _number(text: str) -> int | float:
    plain = text.replace("_", "")
    return (
        int(plain, 0) if re.fullmatch(r"[+-]?(0x[\da-fA-F]+|0|[1-9]\d*)", plain) else float(plain)
    )
