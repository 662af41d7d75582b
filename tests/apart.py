"""Packages that some tests need, kept out of the environment, whose pytest would load them.

`make test` puts them into ``.cache/apart``, and fakes of well-known libraries into
``.cache/fakes``.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APART = ROOT / ".cache" / "apart"
FAKES = ROOT / ".cache" / "fakes" / "site-packages"

needs_schemathesis = pytest.mark.skipif(
    not (APART / "schemathesis").is_dir() and find_spec("schemathesis") is None,
    reason="schemathesis is not installed",
)


def environment() -> dict[str, str]:
    """The variables of a process that is to find them, and refute."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), str(APART)])}
