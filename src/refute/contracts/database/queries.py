"""Queries against a real schema: prepared by the database itself, and not executed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from refute.errors import fail


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """A query that the database refuses to prepare."""

    query: str
    #: The database's own words, with its hint if it has one.
    message: str

    def __str__(self) -> str:
        return f"{self.message}\n  {self.query}"


@dataclass(frozen=True, slots=True)
class QueriesAnswer:
    """Which queries a database refuses, and which it could not be asked about."""

    prepared: int
    problems: tuple[QueryProblem, ...]
    unchecked: tuple[str, ...] = ()


_LITERALS = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/", re.S
)
_PLACES = re.compile(r"%\((\w+)\)s|%s|(?<![:\w]):([A-Za-z_]\w*)|\?")
_UTILITY = re.compile(
    r"\s*(?:create|alter|drop|truncate|grant|revoke|begin|start|commit|rollback|savepoint|set|show"
    r"|copy|vacuum|analyze|lock|listen|notify|call|do|explain|pragma|comment|refresh|reindex)\b",
    re.I,
)
"""Statements that no database prepares."""
_UNDECIDED = "42P18"
"""PostgreSQL's code for a parameter whose type nothing tells."""


def check_queries(engine: Any, queries: Iterable[Any]) -> QueriesAnswer:
    """Have a database prepare queries: names, types and syntax are looked at, nothing is run.

    ``queries`` are SQLAlchemy statements or texts, with placeholders as in ``%s``, ``%(name)s``,
    ``:name``, ``?`` or ``$1``. PostgreSQL prepares them (PREPARE), SQLite explains them
    (EXPLAIN); for another database all are unchecked. Everything is rolled back. Raises
    RefuteError ``contracts-extra`` when SQLAlchemy is not installed.
    """
    try:
        from sqlalchemy.exc import DBAPIError
    except ImportError:
        fail("contracts-extra", "Checking queries needs SQLAlchemy, which is not installed.")
    dialect = str(engine.dialect.name)
    prepared, problems, unchecked = 0, [], []
    with engine.connect() as connection:
        for query in queries:
            text = _written(query, engine.dialect)
            if dialect not in _ASK or _UTILITY.match(_LITERALS.sub("", text)):
                unchecked.append(text)
                continue
            point = connection.begin_nested()
            try:
                asked = _ASK[dialect] + _numbered(text, dialect)
                if engine.dialect.paramstyle in ("format", "pyformat"):
                    # The driver halves them, though there are no parameters.
                    asked = asked.replace("%", "%%")
                connection.exec_driver_sql(asked)
                prepared += 1
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") == _UNDECIDED:
                    unchecked.append(text)
                else:
                    problems.append(QueryProblem(text, _said(error.orig)))
            point.rollback()
            if dialect == "postgresql":
                # Prepared statements belong to the session, and no rollback takes them back.
                connection.exec_driver_sql("DEALLOCATE ALL")
        connection.rollback()
    return QueriesAnswer(prepared, tuple(problems), tuple(unchecked))


def askable(text: str, database: str) -> str:
    """One statement as ``postgresql`` or ``sqlite`` can prepare it, placeholders and all; empty
    for what no database prepares, and for several statements in one text.
    """
    bare = _LITERALS.sub("", text).strip().rstrip(";")
    if database not in _ASK or _UTILITY.match(bare) or ";" in bare:
        return ""
    return _ASK[database] + _numbered(text.strip().rstrip(";"), database)


_ASK = {"postgresql": "PREPARE refute_asks AS ", "sqlite": "EXPLAIN "}


def _written(query: Any, dialect: Any) -> str:
    """The text of a query; a statement of SQLAlchemy is written for the database."""
    if isinstance(query, str):
        return query.strip().rstrip(";")
    return str(query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})).strip()


def _numbered(text: str, dialect: str) -> str:
    """Placeholders as the database itself has them, texts and comments left alone."""
    names: dict[str, str] = {}
    count = 0

    def place(match: re.Match[str]) -> str:
        nonlocal count
        name = match[1] or match[2] or ""
        if match[0] == "?" and dialect == "postgresql":
            # An operator there.
            return "?"
        if name and name in names:
            return names[name]
        count += 1
        written = f"${count}" if dialect == "postgresql" else "NULL"
        if name:
            names[name] = written
        return written

    parts, at = [], 0
    for literal in _LITERALS.finditer(text):
        parts += [_PLACES.sub(place, text[at : literal.start()]), literal[0]]
        at = literal.end()
    parts.append(_PLACES.sub(place, text[at:]))
    # What is left are percent signs that the driver would have halved.
    return "".join(parts).replace("%%", "%")


def _said(error: Any) -> str:
    about = getattr(error, "diag", None)
    message = getattr(about, "message_primary", None) or str(error).partition("\n")[0]
    hint = getattr(about, "message_hint", None)
    return f"{message}. {hint}" if hint else str(message)
