"""Projects grown in a folder, and what is found there."""

from __future__ import annotations

from pathlib import Path

from refute.contents import WATCHED, read_contents
from refute.project import Project, discover
from refute.settings import load


def grow(root: Path, *files: str, **content: str) -> Path:
    """Make files; a name with an equals sign carries its content after it."""
    for text in files:
        name, _, body = text.partition("=")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return root


def fingerprint(root: Path, most: int = WATCHED) -> tuple[str, bool]:
    """One digest of all that tests may read, and whether that is all."""
    contents = read_contents(root, most=most)
    return contents.fingerprint, contents.whole


def found(root: Path, **overrides: object) -> Project:
    return discover(load(root, overrides))
