"""Everything in the project's tree that a trial can rest on, by name and content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from refute.baseline import Baseline
from refute.contents import digest
from refute.project import Project
from refute.reuse import COMMON, WHOLE, Tree, unit_name, units_of
from refute.trials.observation import Collected
from refute.trials.scribe import Pieces

_EMPTY = sha256(b"").hexdigest()


def test_modules(project: Project, baseline: Baseline) -> dict[int, str]:
    """The test files by number, where they are Python and lie in the tree beside the sources:
    paths relative to the root.
    """
    root = os.path.realpath(project.root)
    sources = set(project.files)
    found: dict[int, str] = {}
    for number, path in enumerate(baseline.files):
        name = os.path.relpath(path, root).replace(os.sep, "/")
        if name in project.contents.python and name not in sources:
            found[number] = name
    return found


def tops_of(project: Project) -> frozenset[str]:
    """The names at the top of the project's own packages and modules."""
    return frozenset(
        source.module(file).partition(".")[0] for source in project.sources for file in source.files
    )


def make_tree(
    project: Project, collected: Collected, baseline: Baseline, pieces: Mapping[str, Pieces]
) -> Tree:
    """The tree as it is now. ``pieces`` are those of the project's files and of its test modules;
    what is missing there counts as a whole.
    """
    content = project.contents.python
    # What has changed since this run began is not what the interpreter was asked about.
    pieces = {file: one for file, one in pieces.items() if one.content == content.get(file)}
    modules = test_modules(project, baseline)
    helpers = sorted(set(content) - set(project.files) - set(modules.values()))
    sharing = _sharing(project.root, helpers, modules.values())
    digests = {f"test:{name}": content[name] for name in modules.values()}
    by_test_file: dict[int, frozenset[str]] = {}
    for number, path in enumerate(baseline.files):
        if number in modules:
            used = sharing.used_by(modules[number])
            by_test_file[number] = frozenset(f"test:{name}" for name in used)
        else:
            # Tests in the sources, in texts, or outside of the tree.
            digests[f"test:{path}"] = _content(path)
            by_test_file[number] = frozenset([f"test:{path}"])
    units = units_of(pieces)
    for file in project.files:
        for unit in units.get(file, ()):
            digests[unit_name(file, unit)] = unit.digest
    digests[COMMON] = digest(
        [
            *_imported(project, collected, pieces),
            *(text for name in helpers for text in (name, content[name])),
            *(text for name in sharing.of_helpers for text in (name, content[name])),
            *_felt(modules.values(), content, pieces),
        ]
    )
    digests[WHOLE] = project.contents.fingerprint
    tests = {name: units[name] for name in modules.values() if name in units}
    return Tree(digests, project.files, units, by_test_file, modules, tests)


def _imported(
    project: Project, collected: Collected, pieces: Mapping[str, Pieces]
) -> Iterable[str]:
    """What has run, or will run, when the project's modules are imported."""
    yield from (os.path.relpath(path, project.root) for path in collected.executed)
    for file in project.files:
        piece = pieces.get(file)
        yield file
        if piece is None:
            yield project.contents.python.get(file, "")
            continue
        yield piece.rest
        ran = collected.at_import.get(file, frozenset())
        for unit in piece.units:
            # What stands before the body is executed where the function is defined.
            if any(line in ran for line in range(unit.body, unit.last + 1)):
                yield from (unit.name, unit.digest)


def _felt(
    modules: Iterable[str], content: Mapping[str, str], pieces: Mapping[str, Pieces]
) -> Iterable[str]:
    """What importing the test modules can do to tests of other ones."""
    for name in modules:
        felt = pieces[name].neutral if name in pieces else content[name]
        if felt != _EMPTY:
            yield from (name, felt)


class _Sharing:
    """Which test modules use others: judged by their names, wherever in a text they stand."""

    def __init__(self, words: Mapping[str, frozenset[bytes]], helpers: Iterable[str]) -> None:
        self._stems: dict[bytes, list[str]] = {}
        for name in words:
            self._stems.setdefault(Path(name).stem.encode(), []).append(name)
        self._words = words
        self._helpers = frozenset(helpers)
        #: Test modules that files beside the tests use, and those that these use.
        self.of_helpers = sorted(
            {used for name in self._helpers for used in self.used_by(name)} - self._helpers
        )

    def used_by(self, name: str) -> set[str]:
        """The module itself, and all that it may use of others."""
        found, waiting = {name}, [name]
        while waiting:
            words = self._words[waiting.pop()]
            for stem in words & self._stems.keys():
                for other in self._stems[stem]:
                    if other not in found and other not in self._helpers:
                        found.add(other)
                        waiting.append(other)
        return found


def _sharing(root: Path, helpers: Iterable[str], modules: Iterable[str]) -> _Sharing:
    words: dict[str, frozenset[bytes]] = {}
    for name in (*helpers, *modules):
        try:
            words[name] = frozenset(re.findall(rb"\w+", (root / name).read_bytes()))
        except OSError:
            words[name] = frozenset()
    return _Sharing(words, helpers)


def _content(path: str) -> str:
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
