"""Writing what the user takes: a file whole or not at all, and only if it is what was read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from refute.errors import fail
from refute.suggesting.session import Suggestions
from refute.suggestions.values import Suggestion

__all__ = ["Suggestion", "take", "write"]


def take(
    found: Suggestions, root: Path, chosen: Sequence[Suggestion], before: Sequence[Suggestion] = ()
) -> None:
    """Write these; ``before`` are those among them that have been written already.

    Raises RefuteError: changed-since-read when a file is not what was read (then nothing of it
    is written), read-only-tree.
    """
    known = found.changed(before)
    for name, data in found.changed(chosen).items():
        expected = known.get(name, found.before(name))
        if data != expected:
            write(root / name, expected, data)


def write(path: Path, expected: bytes, data: bytes) -> None:
    """Put ``data`` in the place of ``expected``, with the file's mode; through a link."""
    target = path.resolve()
    if not target.is_file() or target.read_bytes() != expected:
        fail(
            "changed-since-read",
            f"{path} has changed since it was read; nothing was written into it.",
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            shutil.copymode(target, name)
            os.replace(name, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        fail("read-only-tree", f"{path} can't be written: {error}.", cause=error)
