"""What was saved, and which files a run has to look at for it: pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from refute.contents import CONFIG_FILES
from refute.outline import read_outline
from refute.sources import matches

TOP = "<module>"
"""The name of what stands in no function or class."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Paths of files that differ from when they were judged, in order."""

    sources: tuple[str, ...] = ()
    #: Python files that are no source: tests, conftests, helpers.
    tests: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()
    #: Those of all three that are no more.
    gone: frozenset[str] = frozenset()

    @property
    def files(self) -> tuple[str, ...]:
        """All of them."""
        return self.sources + self.tests + self.configuration

    @property
    def only_sources(self) -> bool:
        """Whether no test can have changed."""
        return not self.tests and not self.configuration


@dataclass(frozen=True, slots=True)
class Region:
    """A changed function or class, or a changed line outside of all. Lines from 1, both in."""

    name: str
    first: int
    last: int


def compare_contents(
    before: Mapping[str, bytes], now: Mapping[str, bytes], sources: Collection[str]
) -> Saved:
    """Which files differ; ``sources`` are the project's source files, old ones too."""
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    configuration = [name for name in names if name in CONFIG_FILES]
    rest = [name for name in names if name not in CONFIG_FILES]
    return Saved(
        sources=tuple(name for name in rest if name in sources),
        tests=tuple(name for name in rest if name not in sources),
        configuration=tuple(configuration),
        gone=frozenset(name for name in names if name not in now),
    )


def files_to_judge(
    saved: Saved,
    reach: Mapping[str, Collection[str]],
    present: Collection[str],
    patterns: Collection[str] = (),
) -> tuple[str, ...] | None:
    """The source files that a run has to take up, or None for all of them.

    ``reach`` maps test files to the source files whose lines they execute, as far as is known;
    ``present`` are the source files there are, ``patterns`` those that the user is interested
    in. Of tests that nobody has seen yet, and of configuration, everything may depend.
    """
    wanted = {file for file in saved.sources if file in present}
    for file in saved.tests:
        users = [test for test in reach if _uses(test, file)]
        if not users and file not in saved.gone:
            return None
        for test in users:
            wanted.update(source for source in reach[test] if source in present)
    if saved.configuration:
        return None
    if patterns:
        wanted = {file for file in wanted if any(matches(file, text) for text in patterns)}
    return tuple(sorted(wanted))


def _uses(test: str, file: str) -> bool:
    """Whether a test file is this file, or lies where this conftest holds."""
    folder, _, name = file.rpartition("/")
    return test == file or (
        name == "conftest.py" and test.startswith(f"{folder}/" if folder else "")
    )


def as_pattern(file: str) -> str:
    """A path as a glob that means that path alone."""
    return re.sub(r"([*?\[])", r"[\1]", file)


def changed_regions(before: str | None, now: str) -> tuple[Region, ...]:
    """The functions and classes of a text that hold changed lines; without an earlier text all
    lines are new. Where lines were taken out, those around the gap count.
    """
    lines = now.splitlines()
    if before is None:
        return (Region(TOP, 1, max(1, len(lines))),)
    blocks = [block for block in read_outline(now).blocks if block.name]
    found: dict[Region, None] = {}
    for tag, _, _, start, end in SequenceMatcher(
        None, before.splitlines(), lines, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            continue
        for number in range(start + 1, end + 1) if tag != "delete" else (start, start + 1):
            text = lines[number - 1] if 0 < number <= len(lines) else ""
            if not text.strip():
                continue
            around = [block for block in blocks if block.first <= number <= block.last]
            if around:
                inner = max(around, key=lambda block: block.first)
                found[Region(inner.name, inner.first, inner.last)] = None
            else:
                found[Region(TOP, number, number)] = None
    return tuple(found)
