"""What fixtures tell of the parts that a test used, so that they can be shown when it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from refute.real.client import Lease

USED: pytest.StashKey[list[Lease]] = pytest.StashKey()
"""The leases of a test, at its item."""


def use(node: Any, lease: Lease) -> None:
    """Note that a test used a part: its server's words are shown when the test fails."""
    node.stash.setdefault(USED, []).append(lease)


TELLERS: pytest.StashKey[list[tuple[str, Callable[[], str]]]] = pytest.StashKey()
"""What a failed test's report is to be given besides: a title, and what makes its text."""


def tell(node: Any, title: str, words: Callable[[], str]) -> None:
    """Have ``words`` called if the test fails, while its fixtures are still there."""
    node.stash.setdefault(TELLERS, []).append((title, words))
