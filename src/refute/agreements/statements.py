"""Statements that doubles were handed, held against a database; none of them is run."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from refute.agreements.database import Schema, empty, migrated
from refute.agreements.options import Options
from refute.contracts import Accepted, Answer, Refusal, Refused, Unknown
from refute.contracts.database import askable
from refute.errors import RefuteError
from refute.real.postgresql.wire import Connection

Asked = tuple[str, str]
"""A statement, and the database it is meant for: ``postgresql``, ``sqlite``, or empty."""

_MASK = "***"
_GRAMMAR = re.compile(r"near \".*\": syntax error|incomplete input|unrecognized token: ", re.S)
_SCHEMA = re.compile(
    r"no such (?:table|column): |table .* has no column named |ambiguous column name: "
    r"|table .* has \d+ columns but \d+ values were supplied|\d+ values for \d+ columns"
)
"""What SQLite says of a statement that its schema refuses; functions may come from programs."""
_NAMES = ("42601", "42P01", "42703")
"""PostgreSQL's codes for grammar, for a table and for a column that is not there."""
_UNDECIDED = "42P18"
_MADE = re.compile(
    r"(?is)\bcreate\b[^(;]*?\b(?:table|view)\s+(?:if\s+not\s+exists\s+)?[\"\w.]*?(\w+)\"?"
)
_SQLITE = """
import json, sqlite3, sys
path, texts = json.load(sys.stdin)
connection, said = sqlite3.connect(path, uri=True), []
for text in texts:
    try:
        connection.execute(text).fetchall()
        said.append("")
    except (sqlite3.Error, sqlite3.Warning) as error:
        said.append(str(error) or type(error).__name__)
print(json.dumps(said))
"""


def check_statements(
    asked: Sequence[Asked], options: Options, root: Path, python: Path
) -> dict[Asked, Answer]:
    """What a database says to each. With migrations it is the project's own schema; without, the
    grammar alone decides, of the database that the double's name tells.
    """
    if not asked:
        return {}
    found: dict[Asked, Answer] = {}
    made = {name.lower() for text, _ in asked for name in _MADE.findall(text)}
    wanted = dict.fromkeys(_meant(one, options) for one in asked)
    for kind in wanted:
        some = [one for one in asked if _meant(one, options) == kind]
        if kind not in ("postgresql", "sqlite"):
            why = f"no {kind} is asked" if kind else "which database it is meant for is not known"
            found |= dict.fromkeys(some, Unknown(why))
            continue
        try:
            with _schema(kind, options, root, python) as schema:
                if schema.done and not schema.migrated:
                    said = "; ".join(schema.done.get("trouble", ())) or "the migrations did not run"
                    found |= dict.fromkeys(some, Unknown(said))
                else:
                    found |= prepare(some, schema, python, made)
        except RefuteError as error:
            found |= dict.fromkeys(some, Unknown(error.message))
    return found


def _meant(one: Asked, options: Options) -> str:
    return one[1] or (options.database if options.migrations else "")


@contextmanager
def _schema(kind: str, options: Options, root: Path, python: Path) -> Iterator[Schema]:
    named = bool(options.migrations) and options.database == kind
    with migrated(options, root, python, all_of_it=False) if named else empty(kind) as schema:
        yield schema


def prepare(
    asked: Iterable[Asked], schema: Schema, python: Path, made: set[str] | None = None
) -> dict[Asked, Answer]:
    """Have one database prepare statements. ``made`` are names of tables that the program makes
    itself, as it runs.
    """
    texts = {one: askable(one[0], schema.kind) for one in asked}
    found: dict[Asked, Answer] = {
        one: Unknown("no database prepares this") for one, text in texts.items() if not text
    }
    if schema.kind == "postgresql":
        odd = [one for one in texts if not one[1] and "?" in one[0] and one not in found]
        found |= dict.fromkeys(odd, Unknown("a `?` is a placeholder or an operator"))
    there = {one: text for one, text in texts.items() if one not in found}
    say = _postgresql if schema.kind == "postgresql" else _sqlite
    for one, answer in say(there, schema, python).items():
        words = str(answer).lower() if isinstance(answer, Refused) else ""
        own = next((name for name in made or () if re.search(rf"\b{name}\b", words)), "")
        found[one] = Unknown(f"the program makes {own} itself") if own else answer
    return found


def _postgresql(there: Mapping[Asked, str], schema: Schema, python: Path) -> dict[Asked, Answer]:
    if schema.login is None or not there:
        return {}
    found: dict[Asked, Answer] = {}
    with Connection(schema.login, schema.name) as connection:
        for one, text in there.items():
            connection.query("BEGIN")
            try:
                connection.query(text)
                found[one] = Accepted() if schema.migrated else _grammar_alone()
            except RefuteError as error:
                found[one] = _of_postgresql(error, one[0], schema.migrated)
            connection.query("ROLLBACK")
            connection.query("DEALLOCATE ALL")
    return found


def _of_postgresql(error: RefuteError, text: str, has_schema: bool) -> Answer:
    told = dict(line.split(": ", 1) for line in error.detail if ": " in line)
    code, message = told.get("SQLSTATE", ""), error.message.removeprefix("PostgreSQL: ")
    if code == "42601" or (has_schema and code in _NAMES):
        return _refused(f"{message}. {told['hint']}" if "hint" in told else message)
    if not has_schema:
        return _no_schema()
    if _MASK in text:
        return Unknown(f"its literals were not recorded: {message}")
    if code == _UNDECIDED or not code.startswith(("42", "22")):
        return Unknown(message)
    return _refused(message)


def _sqlite(there: Mapping[Asked, str], schema: Schema, python: Path) -> dict[Asked, Answer]:
    """The project's own SQLite is asked: what it takes differs by its version."""
    if not there:
        return {}
    path = (
        f"file:{schema.url.removeprefix('sqlite:///')}?mode=ro" if schema.migrated else ":memory:"
    )
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _SQLITE],
            input=json.dumps([path, [*there.values()]]),
            capture_output=True,
            text=True,
            timeout=60,
        )
        said = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return dict.fromkeys(there, Unknown(f"{python} can't ask SQLite"))
    return {one: _of_sqlite(words, schema.migrated) for one, words in zip(there, said, strict=True)}


def _of_sqlite(words: str, has_schema: bool) -> Answer:
    if not words:
        return Accepted() if has_schema else _grammar_alone()
    if _GRAMMAR.match(words) or (has_schema and _SCHEMA.match(words)):
        return _refused(words)
    return Unknown(words) if has_schema else _no_schema()


def _grammar_alone() -> Accepted:
    return Accepted(("tables and columns",))


def _no_schema() -> Unknown:
    return Unknown(
        "its grammar is right, and no schema is known: name `migrations` in [tool.refute.contracts]"
    )


def _refused(message: str) -> Refused:
    return Refused((Refusal("bad-statement", 0, message),))
