"""What is told at more length than other values: statements of SQL that doubles were handed,
and the output of programs that doubles gave. Their contracts speak of the whole.
"""

from __future__ import annotations

import re
from json import loads
from typing import Any

from .masks import MASK
from .shown import Secrets, kind_of, name_of

LONGEST = 2000
"""Characters of a statement that are told."""
_LONGEST_JSON = 200_000
_FIRST = 200
"""Characters of an output that are told."""

_STATEMENT = re.compile(
    r"(?is)(?:\s|--[^\n]*\n|/\*.*?\*/|\()*"
    r"(?:select|insert|update|delete|with|merge|values|replace|create|alter|drop|truncate)\b\s*\S"
)
_PARTS = re.compile(
    r"(?P<text>'(?:[^']|'')*(?:'|$)|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?<![\w$])(?P<number>\d+(?:\.\d+)?)\b",
    re.S,
)
_PLAIN = frozenset({"str", "bytes", "int", "bool", "float", "none"})
_OUTPUT = ("stdout", "stderr", "returncode")
_GIVES = re.compile(r"\.?(check_output|communicate)\s*\(")
"""Calls that give output itself, and no object that holds it."""
_HOLDERS = {"TextClause": "text", "SQL": "_obj"}
"""Classes of SQLAlchemy and psycopg that hold a statement, and where."""

_mro: Any = vars(type)["__mro__"].__get__
_getattribute = object.__getattribute__


def statement_of(value: object) -> str:
    """The text of a statement of SQL, also from the objects that libraries wrap it in; else
    empty.
    """
    if type(value) is not str:
        place = _HOLDERS.get(name_of(type(value)))
        value = _fields(value).get(place) if place else None
    return value if type(value) is str and _STATEMENT.match(value) else ""


def told_statement(text: str, secrets: Secrets) -> str:
    """A statement without secrets: with its literals blanked, if there may be one among them."""
    if len(text) > LONGEST:
        return secrets.mask(text[: LONGEST - 1]) + "…"
    if secrets.mask(text) == text:
        return text
    blank = _PARTS.sub(lambda found: _blank(found, secrets), text)
    # Names before a sign of equality look like those of secrets, and what is behind it is gone.
    return blank if not secrets.holds(blank) else secrets.mask(text)


def _blank(found: re.Match[str], secrets: Secrets) -> str:
    if found["text"]:
        return f"'{MASK}'"
    if found["comment"]:
        return " "
    return "0" if found["number"] else found[0]


def outputs_of(value: object, call: str) -> list[tuple[str, object]]:
    """What a double gave in the place of a program's output, by name: of an object such as
    subprocess gives, or, by the text of the call, the output itself.
    """
    gives = _GIVES.search(call)
    if type(value) in (str, bytes):
        return [("stdout", value)] if gives and gives[1] == "check_output" else []
    if type(value) is tuple and len(value) == 2:
        both = [one for one in zip(_OUTPUT, value, strict=False) if kind_of(one[1]) in _PLAIN]
        return both if gives and gives[1] == "communicate" else []
    if kind_of(value) != "object":
        return []
    own = _fields(value)
    found = []
    for name in _OUTPUT:
        held = own.get(name, _missing)
        if held is _missing:
            held = next((vars(k)[name] for k in _mro(type(value)) if name in vars(k)), _missing)
        if held is not _missing and kind_of(held) in _PLAIN:
            found.append((name, held))
    return found


def told_output(name: str, value: object, secrets: Secrets) -> dict[str, str]:
    """The fields of ``Output`` for one of them."""
    text = ""
    if isinstance(value, bytes):
        text = value[:_LONGEST_JSON].decode("utf-8", "replace")
    elif isinstance(value, str):
        text = value
    shown = secrets.mask(text)[:_FIRST] if text else secrets.words(value)
    return {"name": name, "kind": kind_of(value), "text": shown, "json": _json(text)}


def _json(text: str) -> str:
    """``object``, ``array`` or ``other``, as which a text reads; ``invalid`` if it doesn't."""
    if not text or len(text) >= _LONGEST_JSON:
        return ""
    try:
        value = loads(text)
    except (ValueError, RecursionError):
        return "invalid"
    return "object" if type(value) is dict else "array" if type(value) is list else "other"


_missing = object()


def _fields(value: object) -> dict[str, Any]:
    """The attributes of an object's own, without asking it."""
    try:
        found = _getattribute(value, "__dict__")
    except AttributeError:
        return {}
    return found if type(found) is dict else {}
