"""Read how many plain words a command takes out of its line of usage."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refute.contracts.grammar import Arity

_SUFFIX = re.compile(r"(?<=[\w>])\[[:/@=][^\[\]]*\]|\[[\w.]+[:/]\](?=[\w<])")
"""Optional parts of one word: ``NAME[:TAG]``, ``[HOST/]NAME``."""
_EITHER = re.compile(r"(?<![\s|\[\](){}-])\|(?![\s|\[\](){}])|(?<=\w)\|-(?=\s|$)")
"""A bar within one word: ``NAME|ID``, ``PATH|-``."""
_TOKEN = re.compile(
    r"\.\.\.|[\[\](){}|]|<[^<>]*>\S*?(?=\.\.\.|[\s\[\](){}|]|$)|[^\s\[\](){}|]+?(?=\.\.\.|[\s\[\](){}|]|$)"
)
_STANDS_FOR_OPTIONS = re.compile(r"<?([\w-]*options?|flags)>?", re.IGNORECASE)
_OPEN, _CLOSE = "[({", "])}"


class _Unclear(Exception):
    """The line can be read in more than one way."""


def arity(text: str) -> Arity | None:
    """The arity that is declared by what follows the command's name; None if it is not clear.

    ``NAME [TAG]`` is one or two, ``<source>... <destination>`` two or more. Alternatives are
    unclear, unless all of them are options.
    """
    plain = _EITHER.sub("_", _SUFFIX.sub("", _SUFFIX.sub("", text))).replace("[...]", "...")
    try:
        parts = _parts(_TOKEN.findall(plain))
    except _Unclear:
        return None
    return Arity(sum(least for least, _ in parts), _total(most for _, most in parts))


def widest(forms: Iterable[Arity | None]) -> Arity | None:
    """The arity that holds for all forms of a command; None if one of them is not clear."""
    known = list(forms)
    clear = [form for form in known if form is not None]
    if len(clear) < len(known) or not clear:
        return None
    tops = [form.most for form in clear]
    most = None if None in tops else max(top for top in tops if top is not None)
    return Arity(min(form.least for form in clear), most)


def _parts(tokens: list[str]) -> list[tuple[int, int | None]]:
    """For each part that stands for plain words: how many at the least and at the most."""
    parts: list[tuple[int, int | None]] = []
    # True after a part that stands for options: dots then are theirs.
    options = False
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == "...":
            if parts and not options:
                parts[-1] = (parts[-1][0], None)
            elif not options:
                raise _Unclear
            continue
        options = False
        if token in _OPEN:
            group, tokens = _group(tokens)
            options = _is_options(group)
            if not options:
                inner = _parts(group)
                least = 0 if token == "[" else sum(part[0] for part in inner)
                parts.append((least, _total(part[1] for part in inner)))
        elif token == "|" or token in _CLOSE:
            raise _Unclear
        elif token == "--":
            return [*parts, (0, None)]
        elif token.startswith("-"):
            # Without the value in the same word, nobody can tell whether the next one is it.
            if "=" not in token:
                raise _Unclear
            options = True
        elif _STANDS_FOR_OPTIONS.fullmatch(token):
            options = True
        else:
            # Somebody else's arguments: as many as there are.
            parts.append((0, None) if token.lower().strip("<>").endswith("args") else (1, 1))
    return parts


def _group(tokens: list[str]) -> tuple[list[str], list[str]]:
    """The tokens up to the bracket that closes, and those after it."""
    depth = 1
    for position, token in enumerate(tokens):
        depth += token in _OPEN
        depth -= token in _CLOSE
        if depth == 0:
            return tokens[:position], tokens[position + 1 :]
    raise _Unclear


def _is_options(group: list[str]) -> bool:
    """Tell whether a group stands for options; raise if it does for one of its alternatives."""
    starts = [word for word in _starts(group) if word != "..."]
    if group == ["--"]:
        return True
    if group[:1] == ["--"]:
        return False
    found = {word.startswith("-") or bool(_STANDS_FOR_OPTIONS.fullmatch(word)) for word in starts}
    if found == {True, False} or (found == {False} and len(starts) > 1):
        raise _Unclear
    return found == {True}


def _starts(group: list[str]) -> Iterable[str]:
    """The first word of each alternative of a group."""
    depth, fresh = 0, True
    for token in group:
        if token in _OPEN or token in _CLOSE:
            depth += 1 if token in _OPEN else -1
        elif token == "|" and depth == 0:
            fresh = True
        elif fresh:
            fresh = False
            yield token


def _total(tops: Iterable[int | None]) -> int | None:
    total = 0
    for top in tops:
        if top is None:
            return None
        total += top
    return total
