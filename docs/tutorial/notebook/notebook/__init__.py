"""Notes that are not lost: each version is a commit, and an index finds them again."""

import sqlite3
import subprocess

STALE = 30
"""Days after which a note wants to be read again."""


def is_stale(days):
    """Whether a note was last read too long ago."""
    return days >= STALE


def git(folder, *words):
    """What git prints; an error if it fails."""
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def keep(folder, name, text):
    """Write a note and commit it."""
    (folder / name).write_text(text)
    git(folder, "add", name)
    git(folder, "commit", "--message", f"Keep {name}")


def versions(folder, name):
    """How many versions of a note there are."""
    return len(git(folder, "log", "--pretty-format=%H", "--", name).splitlines())


class Index:
    """Which words stand in which note."""

    def __init__(self, path):
        self.database = sqlite3.connect(path)
        self.database.execute("CREATE TABLE IF NOT EXISTS words (word TEXT, name TEXT)")

    def add(self, name, text):
        """Remember the words of a note, in place of those it had."""
        with self.database as database:
            database.execute("DELETE FROM words WHERE name = ?", (name,))
            for word in sorted(set(text.lower().split())):
                database.execute("INSERT INTO words VALUES (?, ?)", (word, name))

    def find(self, word):
        """The notes that have a word, by name."""
        rows = self.database.execute(
            "SELECT name FROM words WHERE word = ? ORDER BY name", (word.lower(),)
        )
        return [name for (name,) in rows]
