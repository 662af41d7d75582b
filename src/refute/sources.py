"""Walk folders and tell source files from tests, tools and compiled modules.

Nothing is parsed here: a file is judged by its name and its neighbours alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

NEVER = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__", "venv"})
"""Folders that are no part of a project wherever they lie; hidden ones aren't either."""

TEST_FOLDERS = frozenset({"test", "tests"})

_NO_TOP_LEVEL = """
    ci bin debian doc docs documentation manpages news newsfragments changelog changelog.d
    unit_test unit_tests integration_tests e2e testdata test_data fixtures example examples
    sample samples demo demos script scripts tool tools util utils build dist benchmark
    benchmarks bench benches exercise exercises htmlcov tasks env ENV target
    setup noxfile toxfile fabfile conftest pavement dodo conanfile manage SConstruct
"""
NO_TOP_LEVEL = frozenset(_NO_TOP_LEVEL.split())
"""Names beside the project's packages that by custom hold no code of theirs."""

COMPILED = (".so", ".pyd", ".pyx", ".c")
"""Suffixes of modules, or sources of modules, that are not Python text."""

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SourceRoot:
    """A folder that imports start from, and the source files below it.

    Paths are relative to the project's root, with forward slashes; ``.`` is the root itself.
    """

    folder: str
    files: tuple[str, ...]

    def module(self, file: str) -> str:
        """The dotted name that the file is imported under."""
        path = PurePosixPath(file).relative_to(self.folder).with_suffix("")
        parts = path.parts[:-1] if path.name == "__init__" else path.parts
        return ".".join(parts)


@dataclass(slots=True)
class Walk:
    """What a walk gathers. Folders are visited once, however many links lead to them."""

    root: Path
    exclude: tuple[str, ...] = ()
    files: dict[str, None] = field(default_factory=dict)
    #: Compiled modules and their sources, in the order found.
    compiled: dict[str, None] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def folder(self, relative: str) -> None:
        """Add the source files of a package and of all folders below it."""
        path = self.root / relative
        real = os.path.realpath(path)
        if real in self.seen:
            return
        self.seen.add(real)
        names = _listing(path)
        built = {name.split(".")[0] for name in names if name.endswith((".so", ".pyd"))}
        for name in names:
            inner = join(relative, name)
            if any(matches(inner, pattern) for pattern in self.exclude):
                continue
            if (path / name).is_dir():
                if not is_foreign(path / name) and not is_test_folder(path / name):
                    self.folder(inner)
            elif name.endswith(COMPILED):
                self.compiled[inner] = None
            elif name.endswith(".py") and not is_test_file(name):
                # Python prefers x.so to x.py, so that the text would not be what runs.
                target = self.compiled if name.removesuffix(".py") in built else self.files
                target[inner] = None

    def file(self, relative: str) -> None:
        """Add a single module."""
        real = os.path.realpath(self.root / relative)
        excluded = any(matches(relative, pattern) for pattern in self.exclude)
        if real not in self.seen and not excluded:
            self.seen.add(real)
            self.files[relative] = None


def join(folder: str, name: str) -> str:
    """A path below a relative folder, where ``.`` is the root."""
    return name if folder == "." else f"{folder}/{name}"


def matches(path: str, pattern: str) -> bool:
    """Tell whether a relative path, or a folder that it lies in, matches a glob.

    A pattern without a slash matches any one part of the path, as in .gitignore; ``*`` and
    ``**`` match slashes, too.
    """
    pattern = pattern.removeprefix("./").rstrip("/")
    parts = path.split("/")
    if "/" not in pattern:
        return any(fnmatchcase(part, pattern) for part in parts)
    ancestors = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(fnmatchcase(ancestor, pattern) for ancestor in ancestors)


def is_test_file(name: str) -> bool:
    """Tell whether a file's name is one that pytest or a test runner claims."""
    stem = name.removesuffix(".py")
    return stem in ("conftest", "tests") or stem.startswith("test_") or stem.endswith("_test")


def is_test_folder(path: Path) -> bool:
    """Tell whether a folder holds tests: ``tests`` always, ``test`` if test files lie in it.

    Some packages offer help for testing under the name ``test``, and that is their code.
    """
    if path.name not in TEST_FOLDERS:
        return False
    if path.name == "tests" or not (path / "__init__.py").exists():
        return True
    return any(is_test_file(file.name) for file in path.rglob("*.py"))


def is_foreign(path: Path) -> bool:
    """Tell whether a folder is no part of the project: hidden, installed, an environment."""
    name = path.name
    return (
        name.startswith(".")
        or name in NEVER
        or name.endswith((".egg-info", ".dist-info"))
        or (path / "pyvenv.cfg").exists()
    )


def has_python(path: Path) -> bool:
    """Tell whether Python files lie in a folder or below it, tests and strangers aside."""
    walk = Walk(path)
    walk.folder(".")
    return bool(walk.files or walk.compiled)


def python_files(root: Path) -> Iterator[Path]:
    """All Python files of a tree, tests too, in a stable order; foreign folders are left out."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not is_foreign(Path(folder, name)))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def imported_by_tests(root: Path) -> frozenset[str]:
    """The top-level names that test files of a tree import: evidence of what is its code."""
    found: set[str] = set()
    for path in python_files(root):
        inside = path.relative_to(root).parts[:-1]
        if is_test_file(path.name) or TEST_FOLDERS.intersection(inside):
            try:
                content = path.read_bytes()
            except OSError:
                # Unreadable to us: then it is no evidence, and pytest will say what is wrong.
                continue
            found.update(name.decode() for name in _IMPORT.findall(content))
    return frozenset(found)


def import_root(root: Path, relative: str) -> str:
    """The folder that imports of a file or package start from: above all ``__init__.py``."""
    folder = PurePosixPath(relative).parent
    while str(folder) != "." and (root / folder / "__init__.py").exists():
        folder = folder.parent
    return str(folder)


def clashes(roots: Iterable[SourceRoot]) -> Iterator[tuple[str, str, str]]:
    """Module names that two files have, with both files."""
    first: dict[str, str] = {}
    for source in roots:
        for file in source.files:
            module = source.module(file)
            other = first.setdefault(module, file)
            # Each single-module root may have a __main__, which nobody imports by name.
            if other != file and module not in ("", "__main__"):
                yield module, other, file


def _listing(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path))
    except OSError:
        # A folder that we may not read can't be imported by the tests either.
        return []
