"""A hostile suite whose secrets must reach no report, whatever the faults do with them."""

from __future__ import annotations

import json
import re

import pytest
from tests.e2e.stage import stage

pytestmark = pytest.mark.slow


def test_no_secret_reaches_any_report() -> None:
    with stage("doubles") as made:
        done = made.run("--jobs", "2", "--tests", "tests/test_secrets.py")
        assert done.report["blind_places"]
        assert any(mutant["trace"] for mutant in done.report["mutants"])
        # Files are shown as they are: those judged hold no secret of these tests, which do.
        [own] = [
            digest
            for file, digest in done.report["project"]["test_files"].items()
            if file.endswith("test_secrets.py")
        ]
        del done.report["sources"][own]
        text = json.dumps(done.report) + done.output
        assert set(re.findall(r"leak[\w-]*", text.lower())) <= {"leak", "leaks"}
