"""Values in reports are the same in each run."""

from __future__ import annotations

import pytest

from refute.theatre.steady import steady, steady_change


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'/tmp/pytest-of-me/pytest-1388/test_a0/env'", "'/tmp/pytest-of-…/pytest-…/test_a0/env'"),
        ("<Thing at 0x7f3a5c0012d0>", "<Thing at 0x…>"),
        ("path='/tmp/tmpab12cd34/x'", "path='/tmp/tmp…/x'"),
        ("'3f2b8c1e-8a4f-4c3d-9b1a-0123456789ab'", "'…'"),
        ("['delete', 'pod', '0x1f']", "['delete', 'pod', '0x1f']"),
    ],
)
def test_what_changes_by_itself_is_left_out(text: str, shown: str) -> None:
    assert steady(text) == shown


def test_a_change_is_still_seen() -> None:
    folder = "'/tmp/pytest-of-me/pytest-{}/test_a0/env'"
    shown = "'/tmp/pytest-of-…/pytest-…/test_a0/env'"
    assert steady_change(folder.format(12), folder.format(21)) == (shown, f"another {shown}")
    assert steady_change("1", "2") == ("1", "2")
    assert steady_change("", "") == ("", "")
