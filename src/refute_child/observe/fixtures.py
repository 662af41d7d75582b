"""Lines that run while a fixture of wide scope is set up count for every test that uses it.

Otherwise only the first test that asked for the fixture would be known to reach them.
"""

from __future__ import annotations

from typing import Any

import pytest

from .lines import Lines

Hits = dict[int, set[int]]


class FixtureLines:
    """A pytest plugin that keeps lines of tests and of wide fixtures apart."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._test: Hits = {}
        self._stack: list[Hits] = [self._test]
        self._owners: list[Any] = []
        self._fixtures: dict[Any, Hits] = {}
        self._needs: dict[Any, set[Any]] = {}
        self._users: dict[Any, set[int]] = {}

    def begin(self) -> None:
        """A test begins."""
        self._lines.take()
        self._test = {}
        self._stack = [self._test]
        self._owners = []

    def end(self, index: int, item: pytest.Item) -> list[tuple[int, list[int]]]:
        """A test has ended: its own lines, by file index."""
        self._credit()
        for fixture in self._active(item):
            self._users.setdefault(fixture, set()).add(index)
        return [(file, sorted(lines)) for file, lines in self._test.items()]

    def shared(self) -> list[tuple[list[int], list[tuple[int, list[int]]]]]:
        """For each wide fixture: the tests that use it, and the lines that it runs."""
        return [
            (
                sorted(self._users.get(fixture, ())),
                [(file, sorted(lines)) for file, lines in hits.items()],
            )
            for fixture, hits in self._fixtures.items()
            if hits
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        if fixturedef.scope == "function":
            return (yield)
        self._credit()
        if self._owners:
            self._needs.setdefault(self._owners[-1], set()).add(fixturedef)
        self._users.setdefault(fixturedef, set())
        hits = self._fixtures.setdefault(fixturedef, {})
        fixturedef.addfinalizer(self._pop)
        self._push(fixturedef, hits)
        try:
            return (yield)
        finally:
            self._pop()
            fixturedef.addfinalizer(lambda: self._push(fixturedef, hits))

    def _push(self, fixture: Any, hits: Hits) -> None:
        self._credit()
        self._stack.append(hits)
        self._owners.append(fixture)

    def _pop(self) -> None:
        self._credit()
        if len(self._stack) > 1:
            self._stack.pop()
            self._owners.pop()

    def _credit(self) -> None:
        hits = self._stack[-1]
        for file, lines in self._lines.take():
            hits.setdefault(file, set()).update(lines)

    def _active(self, item: pytest.Item) -> set[Any]:
        info = getattr(item, "_fixtureinfo", None)
        found: set[Any] = set()
        for definitions in getattr(info, "name2fixturedefs", {}).values():
            found.update(definitions)
        request = getattr(item, "_request", None)
        found.update(getattr(request, "_fixture_defs", {}).values())
        pending = list(found)
        while pending:
            for needed in self._needs.get(pending.pop(), ()):
                if needed not in found:
                    found.add(needed)
                    pending.append(needed)
        return found & set(self._fixtures)
