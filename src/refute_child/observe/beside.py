"""All that is observed of a test beside its lines: accidents, boundaries, doubles.

Doubles rest on the insides of mock libraries, which a project may have bent. If the observer of
doubles fails there, it is taken out again, and the suite runs on without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from os.path import relpath as _relpath
from typing import TYPE_CHECKING, Any

import pytest

from ..boot import is_library
from ..wire import Record
from .boundaries import Boundaries
from .lines import Lines
from .masks import without_secrets
from .raises import Raises

if TYPE_CHECKING:
    # It brings unittest.mock along, which only a fork that needs it imports.
    from .doubles import Doubles

_LONGEST = 200


class Beside:
    """The observers of one process, to be started before its first test.

    ``fakes``: also doubles, and where the project crosses boundaries. ``root`` is the project's.
    """

    def __init__(self, is_project: Callable[[str], bool], root: str, fakes: bool) -> None:
        self._root = root
        self._fakes = fakes
        self._raises = Raises(is_project)
        self._boundaries = Boundaries(is_project if fakes else None)
        self._doubles: Doubles | None = None
        #: Why doubles are not observed, or no longer; empty if they are.
        self.trouble = ""
        if fakes:
            try:
                self._doubles = _make_doubles(is_project, root)
            except Exception as error:
                self._give_up(error)

    def join(self, lines: Lines) -> None:
        """Where there is but one trace function, it serves these observers, too; before the
        lines start.
        """
        if not hasattr(sys, "monitoring"):
            lines.also_raises(self._raises.seen)
            if self._doubles is not None:
                lines.also_enters(self._doubles.entered, self._doubles.is_tests)

    def start(self) -> None:
        """Begin to observe."""
        if hasattr(sys, "monitoring"):
            self._raises.start()
        self._boundaries.start()
        if self._doubles is not None:
            try:
                self._doubles.start()
            except Exception as error:
                self._give_up(error)

    def begin(self, item: pytest.Item) -> None:
        """The test that runs next, set-up included."""
        self._raises.take()
        self._boundaries.take()
        self._boundaries.take_crossings()
        if self._doubles is not None:
            try:
                self._doubles.begin(item)
            except Exception as error:
                self._give_up(error)

    def take(self) -> Record:
        """What was seen since ``begin``: ``accidents``, ``boundaries``, and ``seen`` if doubles
        were asked for.
        """
        record: Record = {}
        if self._fakes:
            seen: Record = {}
            if self._doubles is not None:
                try:
                    seen = self._doubles.take()
                except Exception as error:
                    self._give_up(error)
            record["seen"] = seen | {"crossings": self._crossings()}
        record["accidents"] = self._raises.take()
        record["boundaries"] = self._boundaries.take()
        return record

    def _give_up(self, error: Exception) -> None:
        """Without what is known of doubles rather than without a baseline."""
        if self._doubles is not None:
            self._doubles.stop()
            self._doubles = None
        try:
            words = " ".join(str(error).split())
        except Exception:
            words = ""
        told = without_secrets(f"{type(error).__name__}: {words}".removesuffix(": "))
        self.trouble = told[:_LONGEST]

    def _crossings(self) -> list[Record]:
        """Crossings with paths as the project names its files."""
        found = self._boundaries.take_crossings()
        for one in found:
            if one["file"]:
                one["file"] = _relpath(one["file"], self._root)
        return found


def _make_doubles(is_project: Callable[[str], bool], root: str) -> Any:
    from .doubles import Doubles

    return Doubles(is_project, is_library, root)
