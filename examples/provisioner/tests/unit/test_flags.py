"""Feature flags from a file, by OpenFeature's own client."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

import pytest

from provisioner.domain.problems import Problem
from provisioner.flags import NEW_INSTANCES, PAID_TIERS, SIGN_UP, Flags

ADA, BEN = UUID(int=1), UUID(int=2)


def write(path: Path, said: object, at: int = 1) -> None:
    path.write_text(said if isinstance(said, str) else json.dumps(said))
    os.utime(path, (at, at))


def test_without_a_file_everything_is_on() -> None:
    flags = Flags()
    assert all(flags.on(one) for one in (SIGN_UP, NEW_INSTANCES, PAID_TIERS))


def test_what_is_off_is_refused_in_words(tmp_path: Path) -> None:
    write(tmp_path / "flags", {SIGN_UP: {"on": False}})
    flags = Flags(tmp_path / "flags")
    flags.want(NEW_INSTANCES)
    with pytest.raises(Problem, match="switched-off: Nobody can sign up") as said:
        flags.want(SIGN_UP)
    assert (said.value.status, said.value.headers) == (503, {"Retry-After": "300"})


def test_one_account_may_differ(tmp_path: Path) -> None:
    write(tmp_path / "flags", {NEW_INSTANCES: {"on": False, "for": {str(ADA): True}}})
    flags = Flags(tmp_path / "flags")
    assert (flags.on(NEW_INSTANCES, ADA), flags.on(NEW_INSTANCES, BEN)) == (True, False)


def test_file_that_changes_is_read_again_and_a_broken_one_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "flags"
    flags = Flags(path)
    assert flags.on(SIGN_UP)
    write(path, {SIGN_UP: {"on": False}}, 1)
    assert not flags.on(SIGN_UP)
    write(path, '{"sign-up": {', 2)
    assert not flags.on(SIGN_UP)
    write(path, {SIGN_UP: {"on": True}}, 3)
    assert flags.on(SIGN_UP)


@pytest.mark.parametrize("said", [[], {SIGN_UP: False}, {SIGN_UP: {"on": "no"}}, {SIGN_UP: {}}])
def test_what_makes_no_sense_changes_nothing(said: object, tmp_path: Path) -> None:
    write(tmp_path / "flags", said)
    assert Flags(tmp_path / "flags").on(SIGN_UP)


def test_files_of_two_services_are_kept_apart(tmp_path: Path) -> None:
    write(tmp_path / "one", {SIGN_UP: {"on": False}})
    write(tmp_path / "two", {SIGN_UP: {"on": True}})
    one, two = Flags(tmp_path / "one"), Flags(tmp_path / "two")
    assert (one.on(SIGN_UP), two.on(SIGN_UP)) == (False, True)
