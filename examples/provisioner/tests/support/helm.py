"""Where a real helm is on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parents[2]


def program() -> str:
    """Its path; skips the test where there is none."""
    given = os.environ.get("PROVISIONER_TEST_HELM")
    local = _HERE / ".tools" / "helm"
    found = given or (str(local) if local.exists() else shutil.which("helm"))
    if not found:
        pytest.skip("no helm: `make tools` builds one where there is Go")
    return found
