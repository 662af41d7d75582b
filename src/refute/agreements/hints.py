"""What looks like an application, models or migrations and is not named: which line to add."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "site-packages", "venv", "env", "build", "tests", "test"}
)
_APP = re.compile(r"(?m)^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:FastAPI|Litestar|APIFlask)\(")
_FACTORY = re.compile(r"(?m)^def (\w+)\(\s*\)\s*->\s*(?:\w+\.)?(?:FastAPI|Litestar|APIFlask)\s*:")
_MODELS = (
    re.compile(r"(?m)^class (\w+)\([^)\n]*\bDeclarativeBase\b"),
    re.compile(r"(?m)^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*declarative_base\("),
)
_LONGEST = 1_000_000


def app(root: Path) -> str:
    """The line that would name an application; empty if none is seen."""
    for path, text in _sources(root):
        if found := _APP.search(text):
            return f'app = "{_module(root, path)}:{found[1]}"'
        if found := _FACTORY.search(text):
            return f'app = "{_module(root, path)}:{found[1]}()"'
    return ""


def database(root: Path) -> list[str]:
    """The lines that would name models and migrations, as far as they are seen."""
    lines = []
    for path, text in _sources(root):
        found = next((one for pattern in _MODELS if (one := pattern.search(text))), None)
        if found:
            lines.append(f'models = "{_module(root, path)}:{found[1]}"')
            break
    configured = next(_files(root, "alembic.ini"), None)
    if configured is not None:
        lines.append(f'migrations = "{configured.relative_to(root).as_posix()}"')
    return lines


def _module(root: Path, path: Path) -> str:
    """The name by which a file is imported, by the packages that it lies in."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while folder != root and (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    if folder not in (root, root / "src"):
        # A namespace package, as far as can be seen.
        base = root / "src" if folder.is_relative_to(root / "src") else root
        parts = [*folder.relative_to(base).parts, *parts]
    return ".".join(parts)


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for path in _files(root, ".py"):
        try:
            if path.stat().st_size < _LONGEST and not path.name.startswith("test_"):
                yield path, path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue


def _files(root: Path, end: str) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(
            name for name in below if name not in _SKIPPED and not name.startswith(".")
        )
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(end))
