"""What a project names of itself, to be held against its contracts: [tool.refute.contracts].

Applications, models and migrations are the project's own code: what is not named is not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail, nearest
from refute.formats import seconds
from refute.settings import read_toml

DATABASES = ("postgresql", "sqlite")


@dataclass(frozen=True, slots=True)
class Options:
    """What is named. Names are ``package.module:name``, paths are relative to the root."""

    #: The ASGI or WSGI application, or with ``()`` behind it what makes one.
    app: str = ""
    #: Where the application serves its OpenAPI document.
    document: str = "/openapi.json"
    #: SQLAlchemy's declarative bases, or their MetaData.
    models: tuple[str, ...] = ()
    #: Alembic's configuration, or a function that is given the URL of an empty database.
    migrations: str = ""
    #: Statements: a list, or a mapping to them.
    queries: tuple[str, ...] = ()
    #: What the migrations are for.
    database: str = "postgresql"
    #: What SQLAlchemy's URL has behind the plus; empty: the driver that is installed.
    driver: str = ""
    #: The environment variable in which the project looks for the URL of its database.
    url_variable: str = ""
    #: Seconds that the project's code may take, for the application and for the database.
    timeout: float = 300.0


def read(root: Path) -> Options:
    """What the project names. Raises RefuteError: unknown-setting, bad-setting."""
    path = root / "pyproject.toml"
    table = read_toml(path).get("tool", {}).get("refute", {}).get("contracts", {})
    if not isinstance(table, dict):
        fail("bad-setting", f"[tool.refute.contracts] in {path} is not a table.")
    found: dict[str, Any] = {}
    for key, value in table.items():
        where = f"`{key}` in [tool.refute.contracts] of {path}"
        if key not in _CHECKERS:
            fail("unknown-setting", f"{where}: {nearest(key, _CHECKERS)}")
        found[key.replace("-", "_")] = _CHECKERS[key](where, value)
    migrations = str(found.get("migrations", ""))
    if migrations and ":" not in migrations and not (root / migrations).is_file():
        fail("no-such-path", f"migrations: {migrations} does not exist in {root}.")
    return Options(**found)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        fail("bad-setting", f"{where} must be a string, not {value!r}.")
    return value


_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*(?:\(\))?")


def _name(where: str, value: object) -> str:
    text = _text(where, value)
    if not _NAME.fullmatch(text):
        fail("bad-setting", f'{where} must be written as "package.module:name", not {value!r}.')
    return text


def _names(where: str, value: object) -> tuple[str, ...]:
    return tuple(_name(where, one) for one in (value if isinstance(value, list) else [value]))


def _migrations(where: str, value: object) -> str:
    text = _text(where, value)
    return text if text.endswith(".ini") else _name(where, text)


def _database(where: str, value: object) -> str:
    if value not in DATABASES:
        fail("bad-setting", f"{where} is {value!r}: {nearest(str(value), DATABASES)}")
    return str(value)


_CHECKERS: dict[str, Callable[[str, object], Any]] = {
    "app": _name,
    "document": _text,
    "models": _names,
    "migrations": _migrations,
    "queries": _names,
    "database": _database,
    "driver": _text,
    "url-variable": _text,
    "timeout": lambda where, value: seconds("timeout", where, value),
}
