"""A change of a file: shown as a diff, written whole, and never over anything else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from refute.errors import fail
from refute.judgement import write_beside


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is to be written: ``before`` is None where there is none yet."""

    path: Path
    before: bytes | None
    after: bytes


def diff(change: Change, root: Path) -> Iterator[str]:
    """The change as lines of a unified diff, without line ends. Paths count from the root."""
    name = Path(os.path.relpath(change.path, root)).as_posix()
    old = [] if change.before is None else _lines(change.before)
    source = "/dev/null" if change.before is None else f"a/{name}"
    for line in unified_diff(old, _lines(change.after), source, f"b/{name}", lineterm=""):
        yield line.rstrip("\n")


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def write(change: Change) -> None:
    """Write a change. Raises RefuteError: file-changed (it is not as it was shown),
    read-only-tree.
    """
    if change.before is None:
        _create(change)
        return
    # Through a link, the file that it leads to.
    target = change.path.resolve()
    if not target.is_file() or target.read_bytes() != change.before:
        _changed(change.path)
    mode = target.stat().st_mode & 0o7777
    write_beside(target, change.after)
    with suppress(OSError):
        target.chmod(mode)


def _create(change: Change) -> None:
    try:
        change.path.parent.mkdir(parents=True, exist_ok=True)
        with change.path.open("xb") as file:
            file.write(change.after)
    except FileExistsError:
        _changed(change.path)
    except OSError as error:
        fail("read-only-tree", f"{change.path} can't be written: {error.strerror}.", cause=error)


def _changed(path: Path) -> None:
    fail("file-changed", f"{path} is no longer as it was when the change was shown.")
