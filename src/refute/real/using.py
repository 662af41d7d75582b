"""What fixtures tell of the parts that a test used, so that they can be shown when it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest


class Words(Protocol):
    """Something that was used by a test and has something to say when that fails."""

    @property
    def dependency(self) -> str:
        """What it is a part of."""

    def logs(self) -> str:
        """Its last lines. Raises RefuteError."""


USED: pytest.StashKey[list[Words]] = pytest.StashKey()
"""What a test used, at its item."""


def use(node: Any, words: Words) -> None:
    """Note that a test used a part: its server's words are shown when the test fails."""
    node.stash.setdefault(USED, []).append(words)


TELLERS: pytest.StashKey[list[tuple[str, Callable[[], str]]]] = pytest.StashKey()
"""What a failed test's report is to be given besides: a title, and what makes its text."""


def tell(node: Any, title: str, words: Callable[[], str]) -> None:
    """Have ``words`` called if the test fails, while its fixtures are still there."""
    node.stash.setdefault(TELLERS, []).append((title, words))
