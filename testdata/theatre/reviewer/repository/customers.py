"""Customers and their credit, in SQLite."""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0)
)
"""


class Unknown(Exception):
    """There is no such customer."""


class Customers:
    """All access to the table of customers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.execute(SCHEMA)

    def add(self, name: str, credit: int = 0) -> int:
        """The id of the new customer."""
        name = name.strip()
        if not name:
            raise ValueError("a customer has a name")
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO customer (name, credit) VALUES (?, ?)", (name, credit)
            )
        return cursor.lastrowid or 0

    def find(self, name: str) -> tuple[int, int]:
        """Id and credit."""
        row = self._db.execute(
            "SELECT id, credit FROM customer WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            raise Unknown(name)
        return row[0], row[1]

    def search(self, part: str, limit: int = 10) -> list[str]:
        """Names that contain a text, in order."""
        pattern = "%" + part.replace("%", "") + "%"
        rows = self._db.execute(
            "SELECT name FROM customer WHERE name LIKE ? ORDER BY name LIMIT ?", (pattern, limit)
        )
        return [row[0] for row in rows.fetchall()]

    def transfer(self, giver: str, taker: str, amount: int) -> bool:
        """Move credit; False, and nothing changed, if the giver has too little."""
        if amount <= 0:
            raise ValueError("an amount must be positive")
        source, _ = self.find(giver)
        target, _ = self.find(taker)
        try:
            with self._db:
                self._db.execute(
                    "UPDATE customer SET credit = credit + ? WHERE id = ?", (amount, target)
                )
                self._db.execute(
                    "UPDATE customer SET credit = credit - ? WHERE id = ?", (amount, source)
                )
        except sqlite3.IntegrityError:
            return False
        return True

    def remove(self, name: str) -> bool:
        """Whether there was such a customer."""
        with self._db:
            cursor = self._db.execute("DELETE FROM customer WHERE name = ?", (name,))
        return cursor.rowcount > 0
