"""A suggestion is written whole or not at all, and only over what was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from refute.errors import RefuteError
from refute.suggesting.taking import write


def test_file_keeps_its_mode_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "test_a.py"
    path.write_bytes(b"old\r\n")
    path.chmod(0o640)
    write(path, b"old\r\n", b"new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_has_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "test_a.py"
    path.write_bytes(b"mine")
    with pytest.raises(RefuteError) as raised:
        write(path, b"old", b"new")
    assert raised.value.slug == "changed-since-read"
    assert path.read_bytes() == b"mine"


def test_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write(link, b"old", b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
