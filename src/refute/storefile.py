"""The file of the store: opened, seen to be whole, moved aside and begun anew where it is not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

NAME = "verdicts.sqlite"

VERSION = 2
"""Version of the tables and records; a file of another version is started anew."""

BUSY = 3.0
"""Seconds to wait for another run that is writing."""

_TABLES = """
CREATE TABLE contexts (name TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE needs (digest TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (
    context TEXT NOT NULL, name TEXT NOT NULL, needs TEXT NOT NULL,
    run TEXT NOT NULL, used INTEGER NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (context, name, needs)
) WITHOUT ROWID;
"""

Warn = Callable[[str, str], None]
"""Called with a stable slug and a sentence: store-broken, store-locked, store-unwritable."""


def connect(path: Path, busy: float = BUSY) -> sqlite3.Connection:
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
                "DROP TABLE IF EXISTS needs; DROP TABLE IF EXISTS facts;"
                f"{_TABLES} PRAGMA user_version = {VERSION}; COMMIT;"
            )
        connection.execute("SELECT context, name, needs, run, used, record FROM facts LIMIT 0")
        connection.execute("SELECT digest, body FROM needs LIMIT 0")
    except BaseException:
        connection.close()
        raise
    return connection


def recover(error: sqlite3.Error, path: Path, warn: Warn) -> sqlite3.Connection | None:
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
        connection = connect(path)
    except (OSError, sqlite3.Error) as second:
        warn("store-broken", f"{path} is damaged ({error}) and can't be replaced: {second}.")
        return None
    warn(
        "store-broken",
        f"{path} was damaged ({error}); it is now {aside.name}, and a new one was begun.",
    )
    return connection
