"""Verdicts kept between runs, as raw facts: ``.refute/verdicts.sqlite``.

What is kept holds for one context (interpreter, options, data files) and for as long as all that
it *needs* is as it was: functions, test files and more, each by a name and a digest of its
content. The caller makes both, and compares. Facts of the same mutant on other contents stay
beside it, for when a branch comes back. A store can be lost at any time without harm: whatever
is wrong with it, the run goes on, and no verdict is ever taken from a record that is not whole.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from refute.facts import (
    Body,
    Fact,
    Needs,
    digest_of,
    fact_from,
    pack,
    pack_needs,
    to_body,
    unpack,
    unpack_needs,
)
from refute.judgement.place import folder
from refute.storefile import BUSY, NAME, Warn, connect, recover
from refute.trials.outcome import Result

CONTEXTS = 12
"""So many of the contexts that were used last are kept."""

VARIANTS = 16
"""So many facts of one mutant are kept in a context, of those that were used last."""

BATCH = 50
SECONDS = 1.0
"""Facts are written when so many have gathered, or the first has waited for so long."""


def _silent(slug: str, text: str) -> None:
    """For callers who need no warnings."""


class Store:
    """The kept facts of one project. Not for several threads at once."""

    def __init__(self, connection: sqlite3.Connection | None, path: Path, warn: Warn) -> None:
        self._connection = connection
        self._path = path
        self._warn = warn
        #: Context and name -> digest of the needs, and record.
        self._waiting: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._needs: dict[str, bytes] = {}
        self._since = 0.0
        self._run = uuid4().hex
        self._used = 0

    @classmethod
    def open(cls, root: Path, warn: Warn = _silent, busy: float = BUSY) -> Store:
        """Open the store of the project, or one that keeps nothing when it can't be had.

        ``busy`` is how many seconds to wait while another run is writing.
        """
        path = root / ".refute" / NAME
        try:
            folder(root)
            return cls(connect(path, busy), path, warn)
        except sqlite3.Error as error:
            return cls(recover(error, path, warn), path, warn)
        except OSError as error:
            warn("store-unwritable", f"Verdicts are not kept: {path.parent}: {error.strerror}.")
        return cls(None, path, warn)

    def needs(self, context: str) -> dict[str, Needs]:
        """All that anything kept in this context rests on, by its digest. First to be called:
        contexts and facts that have not been used for long are forgotten on the way.
        """
        found: dict[str, Needs] = {}
        with self._guarded() as connection:
            if connection is not None:
                self._touch(connection, context)
                rows = connection.execute(
                    "SELECT digest, body FROM needs WHERE digest IN "
                    "(SELECT needs FROM facts WHERE context = ?)",
                    (context,),
                )
                for name, body in rows:
                    needs = unpack_needs(body)
                    if needs is not None and digest_of(needs) == name:
                        found[name] = needs
        return found

    def known(self, context: str, valid: Collection[str]) -> dict[str, list[tuple[str, Fact]]]:
        """Mutant ids and what is known of them where one of the ``valid`` needs is met, each
        with the digest of those; what was used last comes first.
        """
        found: dict[str, list[tuple[str, Fact]]] = {}
        for mutant, needs, body in self.bodies(context, valid, "m-"):
            fact = fact_from(body)
            if fact is not None and fact.outcome.mutant == mutant:
                found.setdefault(mutant, []).append((needs, fact))
        return found

    def bodies(
        self, context: str, valid: Collection[str], prefix: str
    ) -> list[tuple[str, str, Body]]:
        """The same for whatever is kept under names that begin with ``prefix``: name, digest of
        the needs, and what was kept.
        """
        found: list[tuple[str, str, Body]] = []
        with self._guarded() as connection:
            if connection is None or not valid:
                return found
            rows = connection.execute(
                "SELECT name, needs, record FROM facts "
                "WHERE context = ? AND substr(name, 1, ?) = ? ORDER BY used DESC",
                (context, len(prefix), prefix),
            )
            for name, needs, record in rows:
                body = unpack(record, name, needs) if needs in valid else None
                if body is not None:
                    found.append((name, needs, body))
        return found

    def use(self, context: str, used: Iterable[tuple[str, str]]) -> None:
        """Remember that these were of use: mutants, each with the digest of its needs."""
        with self._guarded() as connection:
            if connection is not None:
                with connection:
                    connection.executemany(
                        "UPDATE facts SET used = ? WHERE context = ? AND name = ? AND needs = ?",
                        [(self._used, context, *one) for one in used],
                    )

    def add(self, context: str, fact: Fact, needs: Needs) -> None:
        """Keep the facts of one trial; of a mutant's facts in one run the last counts. Those of
        a trial that went wrong are not kept.
        """
        if fact.outcome.result is not Result.BROKEN:
            self.keep(context, fact.outcome.mutant, to_body(fact), needs)

    def keep(self, context: str, name: str, body: Body, needs: Needs) -> None:
        """Keep anything under a name, for as long as these needs are met."""
        if self._connection is None:
            return
        if not self._waiting:
            self._since = time.monotonic()
        digest = digest_of(needs)
        self._needs.setdefault(digest, pack_needs(needs))
        self._waiting[context, name] = digest, pack(body, name, digest)
        if len(self._waiting) >= BATCH or time.monotonic() - self._since >= SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, in one transaction: whole, or not at all."""
        waiting, self._waiting = self._waiting, {}
        needs, self._needs = self._needs, {}
        if not waiting:
            return
        rows = [
            (*key, name, self._run, self._used, record) for key, (name, record) in waiting.items()
        ]
        with self._guarded() as connection:
            if connection is not None:
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO needs VALUES (?, ?)", needs.items()
                    )
                    connection.executemany(
                        "DELETE FROM facts WHERE context = ? AND name = ? AND run = ?",
                        [(*key, self._run) for key in waiting],
                    )
                    connection.executemany(
                        "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?)", rows
                    )

    def forget(self, mutants: Iterable[str] | None = None) -> None:
        """Take back what this run has kept: of these mutants, or all of it."""
        self.flush()
        with self._guarded() as connection:
            if connection is not None:
                with connection:
                    if mutants is None:
                        connection.execute("DELETE FROM facts WHERE run = ?", (self._run,))
                    else:
                        connection.executemany(
                            "DELETE FROM facts WHERE run = ? AND name = ?",
                            [(self._run, mutant) for mutant in mutants],
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
            self._connection = recover(error, self._path, self._warn)

    def _touch(self, connection: sqlite3.Connection, context: str) -> None:
        with connection:
            connection.execute(
                "INSERT OR REPLACE INTO contexts "
                "SELECT ?, 1 + coalesce(max(used), 0) FROM contexts",
                (context,),
            )
            row = connection.execute("SELECT max(used) FROM contexts").fetchone()
            self._used = int(row[0])
            connection.execute(
                "DELETE FROM contexts WHERE name NOT IN "
                "(SELECT name FROM contexts ORDER BY used DESC LIMIT ?)",
                (CONTEXTS,),
            )
            connection.execute("DELETE FROM facts WHERE context NOT IN (SELECT name FROM contexts)")
            key = "context, name, needs"
            connection.execute(
                f"DELETE FROM facts WHERE ({key}) IN (SELECT {key} FROM (SELECT {key}, "
                "row_number() OVER (PARTITION BY context, name ORDER BY used DESC) AS place "
                "FROM facts) WHERE place > ?)",
                (VARIANTS,),
            )
            connection.execute("DELETE FROM needs WHERE digest NOT IN (SELECT needs FROM facts)")
