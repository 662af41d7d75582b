"""Statements of SQL that doubles of cursors, connections and sessions were handed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from refute.observed import Call, Double

_METHOD = re.compile(
    r"(?:^|\.)(?:a?execute(?:_?many|_?script|_sql)?|exec_driver_sql|scalars?|fetch(?:row|val)?"
    r"|fetch_?(?:one|all|many|rows?|val|iter)|stream|query(?:_one|_all)?|read_sql(?:_query)?|raw"
    r"|prepare|cursor)$"
)
_PLACES = ("0", "statement", "query", "sql", "operation", "clause", "q")
_KNOWN = (
    ("postgresql", re.compile(r"(?i)(?:^|[._])(?:psycopg\w*|asyncpg|pg8000|postgres\w*)")),
    ("sqlite", re.compile(r"(?i)(?:^|[._])a?(?:io)?sqlite\w*")),
    ("mysql", re.compile(r"(?i)(?:^|[._])(?:\w*mysql\w*|mariadb)")),
)
"""What a double's name tells of the database that it stands for."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and what is known of the database it was meant for."""

    text: str
    #: ``postgresql``, ``sqlite``, ``mysql``, or empty where nothing tells.
    database: str = ""
    #: False when its end was not recorded.
    whole: bool = True

    @property
    def shown(self) -> str:
        """On one line."""
        return " ".join(self.text.split())


def statement(double: Double, call: Call) -> Statement | None:
    """The statement that a double was handed; None if it is none."""
    name = (double.target or double.name) + call.method
    if not _METHOD.search(name):
        return None
    given = {one.path: one for one in call.arguments}
    text = next((given[place].text for place in _PLACES if place in given), "")
    if not text:
        return None
    database = next((known for known, pattern in _KNOWN if pattern.search(name)), "")
    return Statement(text, database, whole=not text.endswith("…"))
