"""What fixtures tell of the parts that a test used, so that they can be shown when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from refute.real.client import Lease

USED: pytest.StashKey[list[Lease]] = pytest.StashKey()
"""The leases of a test, at its item."""


def use(node: Any, lease: Lease) -> None:
    """Note that a test used a part: its server's words are shown when the test fails."""
    node.stash.setdefault(USED, []).append(lease)
