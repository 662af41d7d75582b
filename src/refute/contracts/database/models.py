"""What SQLAlchemy models and a migrated schema disagree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the models and the schema disagree on."""

    #: ``missing-table``, ``missing-column``, ``missing-index``, ``missing-constraint`` and
    #: ``missing-foreign-key`` (the schema lacks what models have), the same with ``extra-``
    #: (the other way round), ``type``, ``nullable``, ``default`` or ``comment``.
    kind: str
    #: The table, or ``table.column``.
    what: str
    message: str

    def __str__(self) -> str:
        return f"{self.what}: {self.message}"


_NAMES = {
    "table": "table",
    "column": "column",
    "index": "index",
    "constraint": "constraint",
    "fk": "foreign-key",
}
_MODIFIED = {
    "modify_type": "type",
    "modify_nullable": "nullable",
    "modify_default": "default",
    "modify_comment": "comment",
}


def migrate(config: str | Path, url: str) -> None:
    """Bring an empty database to the newest revision, by the project's own migrations.

    ``config`` is its alembic.ini; ``url`` takes the place of ``sqlalchemy.url`` in it. Raises
    RefuteError ``contracts-extra`` when Alembic is not installed, and whatever a migration
    raises.
    """
    try:
        from alembic import command
        from alembic.config import Config
    except ImportError:
        fail("contracts-extra", "Migrations need Alembic, which is not installed.")
    settings = Config(str(config))
    # A percent sign begins an interpolation there.
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(settings, "head")


def compare_models(metadata: Any, engine: Any) -> tuple[Difference, ...]:
    """All that models and the schema of a database disagree on, table by table.

    ``metadata`` is SQLAlchemy's MetaData (``Base.metadata``), or a list of them; ``engine``
    leads to the migrated database, of which nothing is changed. Raises RefuteError
    ``contracts-extra`` when Alembic is not installed.
    """
    try:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext
    except ImportError:
        fail("contracts-extra", "Comparing models needs Alembic, which is not installed.")
    options = {"compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, metadata)
    differences = [one for diff in found for one in _differences(diff)]
    return tuple(sorted(differences, key=lambda one: (one.what, one.kind)))


def _differences(diff: Any) -> Iterator[Difference]:
    """Alembic's tuples, and lists of them for the changes of one column, in words."""
    if isinstance(diff, list):
        for one in diff:
            yield from _differences(one)
        return
    action = str(diff[0])
    if action in _MODIFIED:
        yield _modified(_MODIFIED[action], diff)
        return
    verb, _, rest = action.partition("_")
    name = _NAMES.get(rest, rest)
    what = _what(rest, diff)
    if verb == "add":
        text = f"the models have this {name.replace('-', ' ')}, and the schema lacks it"
        yield Difference(f"missing-{name}", what, text)
    else:
        text = f"the schema has this {name.replace('-', ' ')}, and the models lack it"
        yield Difference(f"extra-{name}", what, text)


def _modified(kind: str, diff: Any) -> Difference:
    _, schema, table, column, _, old, new = diff
    name = f"{schema}.{table}" if schema else str(table)
    words = {True: "null is allowed", False: "null is not allowed"}
    was, wanted = (
        (words.get(one, one) if kind == "nullable" else _default(one)) for one in (old, new)
    )
    text = f"the schema has {was}, and the models have {wanted}"
    return Difference(kind, f"{name}.{column}", text)


def _default(value: Any) -> str:
    if value is None or value is False:
        return "none"
    inner = getattr(value, "arg", value)
    return str(getattr(inner, "text", inner))


def _what(kind: str, diff: Any) -> str:
    if kind == "column":
        _, schema, table, column = diff
        return f"{schema}.{table}.{column.name}" if schema else f"{table}.{column.name}"
    thing = diff[1]
    if kind == "table":
        return str(thing.fullname)
    table = getattr(getattr(thing, "table", None), "fullname", "")
    columns = ", ".join(str(getattr(column, "name", column)) for column in thing.columns)
    return f"{table}({columns})"
