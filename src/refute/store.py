"""Verdicts kept between runs, as raw facts: ``.refute/verdicts.sqlite``.

What is kept holds for one context alone, a hash of all that a verdict depends on (project,
tests, interpreter, options); the caller makes it. A store can be lost at any time without
harm: whatever is wrong with it, the run goes on, and no verdict is ever taken from a record
that is not whole.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from refute.judgement.place import folder
from refute.trials.outcome import Failure, Mechanism, Outcome, Result

NAME = "verdicts.sqlite"

VERSION = 1
"""Version of the tables and records; a file of another version is started anew."""

CONTEXTS = 5
"""So many of the contexts that were used last are kept."""

BATCH = 50
SECONDS = 1.0
"""Facts are written when so many have gathered, or the first has waited for so long."""

BUSY = 3.0
"""Seconds to wait for another run that is writing."""

_TABLES = """
CREATE TABLE contexts (name TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE outcomes (
    context TEXT NOT NULL, mutant TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (context, mutant)
) WITHOUT ROWID;
"""

Warn = Callable[[str, str], None]
"""Called with a stable slug and a sentence: store-broken, store-locked, store-unwritable."""


def _silent(slug: str, text: str) -> None:
    """For callers who need no warnings."""


class Store:
    """The kept facts of one project. Not for several threads at once."""

    def __init__(self, connection: sqlite3.Connection | None, path: Path, warn: Warn) -> None:
        self._connection = connection
        self._path = path
        self._warn = warn
        self._waiting: list[tuple[str, str, bytes]] = []
        self._since = 0.0

    @classmethod
    def open(cls, root: Path, warn: Warn = _silent, busy: float = BUSY) -> Store:
        """Open the store of the project, or one that keeps nothing when it can't be had.

        ``busy`` is how many seconds to wait while another run is writing.
        """
        path = root / ".refute" / NAME
        try:
            folder(root)
            return cls(_connect(path, busy), path, warn)
        except sqlite3.Error as error:
            return cls(_recover(error, path, warn), path, warn)
        except OSError as error:
            warn("store-unwritable", f"Verdicts are not kept: {path.parent}: {error.strerror}.")
        return cls(None, path, warn)

    def known(self, context: str) -> dict[str, Outcome]:
        """Mutant ids and their facts, as found in this context by earlier runs.

        Contexts that have not been used for long are forgotten on the way.
        """
        found: dict[str, Outcome] = {}
        with self._guarded() as connection:
            if connection is None:
                return found
            self._touch(connection, context)
            rows = connection.execute(
                "SELECT mutant, record FROM outcomes WHERE context = ?", (context,)
            )
            for mutant, record in rows:
                outcome = _unpack(record)
                if outcome is not None and outcome.mutant == mutant:
                    found[mutant] = outcome
        return found

    def add(self, context: str, outcome: Outcome) -> None:
        """Keep the facts of one trial. Those of a trial that went wrong are not kept."""
        if self._connection is None or outcome.result is Result.BROKEN:
            return
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((context, outcome.mutant, _pack(outcome)))
        if len(self._waiting) >= BATCH or time.monotonic() - self._since >= SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, in one transaction: whole, or not at all."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._guarded() as connection:
            if connection is not None:
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", waiting
                    )

    def close(self) -> None:
        """Write the rest and let go of the file."""
        self.flush()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """The connection, if there is one; whatever fails ends the keeping, not the run."""
        try:
            yield self._connection
        except sqlite3.ProgrammingError:
            # A mistake of the caller, such as the use from another thread.
            raise
        except sqlite3.Error as error:
            if self._connection is not None:
                self._connection.close()
            self._connection = _recover(error, self._path, self._warn)

    @staticmethod
    def _touch(connection: sqlite3.Connection, context: str) -> None:
        with connection:
            connection.execute(
                "INSERT OR REPLACE INTO contexts "
                "SELECT ?, 1 + coalesce(max(used), 0) FROM contexts",
                (context,),
            )
            connection.execute(
                "DELETE FROM contexts WHERE name NOT IN "
                "(SELECT name FROM contexts ORDER BY used DESC LIMIT ?)",
                (CONTEXTS,),
            )
            connection.execute(
                "DELETE FROM outcomes WHERE context NOT IN (SELECT name FROM contexts)"
            )


def _connect(path: Path, busy: float = BUSY) -> sqlite3.Connection:
    """Open the file, see that it is whole, and make its tables if it is new or outdated."""
    connection = sqlite3.connect(path, timeout=busy)
    try:
        (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if health != "ok":
            raise sqlite3.DatabaseError(health)
        connection.execute("PRAGMA journal_mode = WAL")
        # With a write-ahead log this loses nothing when a process is killed.
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            connection.executescript(
                "BEGIN IMMEDIATE; DROP TABLE IF EXISTS contexts; DROP TABLE IF EXISTS outcomes;"
                f"{_TABLES} PRAGMA user_version = {VERSION}; COMMIT;"
            )
        connection.execute("SELECT context, mutant, record FROM outcomes LIMIT 0")
    except BaseException:
        connection.close()
        raise
    return connection


def _recover(error: sqlite3.Error, path: Path, warn: Warn) -> sqlite3.Connection | None:
    """Say what is wrong with the file; a new connection if a new file helps, else None."""
    name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        warn("store-locked", f"Another run is using {path}; this one keeps no more verdicts.")
        return None
    # A plain error means tables of another shape under our version number.
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or name == "SQLITE_ERROR":
        return _replace_broken(path, error, warn)
    warn("store-unwritable", f"Verdicts are not kept: {path}: {error}.")
    return None


def _replace_broken(path: Path, error: Exception, warn: Warn) -> sqlite3.Connection | None:
    """Move a damaged file aside and begin a new one; None when that can't be done either."""
    aside = path.with_name(f"{NAME}.broken")
    try:
        os.replace(path, aside)
        for suffix in ("-wal", "-shm"):
            # The log of a damaged file must not be played into the new one.
            path.with_name(NAME + suffix).unlink(missing_ok=True)
        connection = _connect(path)
    except (OSError, sqlite3.Error) as second:
        warn("store-broken", f"{path} is damaged ({error}) and can't be replaced: {second}.")
        return None
    warn(
        "store-broken",
        f"{path} was damaged ({error}); it is now {aside.name}, and a new one was begun.",
    )
    return connection


def _pack(outcome: Outcome) -> bytes:
    # Node ids repeat themselves: compressed, a record takes a tenth. The checksum of the format
    # also tells a damaged record from a whole one.
    return zlib.compress(json.dumps(asdict(outcome)).encode(), 1)


def _unpack(record: bytes) -> Outcome | None:
    """The facts of a record, or None when it is not whole."""
    try:
        fields: dict[str, Any] = json.loads(zlib.decompress(record))
        failure = fields["failure"]
        return Outcome(
            **{
                **fields,
                "mechanism": Mechanism(fields["mechanism"]),
                "result": Result(fields["result"]),
                "failure": None if failure is None else Failure(**failure),
                "tests_run": tuple(fields["tests_run"]),
            }
        )
    except (zlib.error, ValueError, KeyError, TypeError):
        return None
