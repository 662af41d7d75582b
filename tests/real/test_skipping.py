"""Tests that are skipped for want of a real dependency, and those that are not."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from tests.real.places import room

from refute.real.houses import without

SUITE = """\
import pytest
from refute.real import postgres, redis


@pytest.fixture
def database():
    with postgres(route="carrier-pigeon") as made:
        yield made


@pytest.mark.real_or_skip
def test_by_a_fixture(database):
    assert False


@pytest.mark.real_or_skip
def test_by_itself():
    with redis(route="carrier-pigeon"):
        assert False


@pytest.mark.real_or_skip
def test_other_errors_stay():
    raise KeyError("real-unavailable")


def test_without_the_marker(database):
    assert False
"""


def test_what_can_not_be_had_skips_marked_tests_and_says_why() -> None:
    with room() as place:
        (place.folder / "conftest.py").write_text('pytest_plugins = ["refute.real.fixtures"]')
        (place.folder / "test_it.py").write_text(SUITE)
        done = place.pytest("-rs", "--strict-markers", "test_it.py")
        assert "1 failed, 2 skipped, 1 error" in done.stdout
        assert "postgres can't be had here by the route `carrier-pigeon`" in done.stdout
        assert "1 test was skipped: redis can't be had here" in done.stdout
        required = place.pytest("test_it.py", REFUTE_REAL_REQUIRED="1")
        assert "2 failed, 2 errors" in required.stdout
        assert "skipped" not in required.stdout


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_what_is_skipped_by_workers_is_said_and_counted() -> None:
    with room() as place:
        (place.folder / "conftest.py").write_text('pytest_plugins = ["refute.real.fixtures"]')
        (place.folder / "test_it.py").write_text(SUITE)
        done = place.pytest("-n", "2", "test_it.py")
        assert "1 failed, 2 skipped, 1 error" in done.stdout
        assert "1 test was skipped: redis can't be had here" in done.stdout
        assert "1 test was skipped: postgres can't be had here" in done.stdout


def test_logs_leave_out_what_is_about_others_alone() -> None:
    log = "\n".join(
        [
            "12:00 [1] t_mine_0001 ERROR: no table",
            "12:00 [1] t_mine_0001 STATEMENT: SELECT",
            "\tFROM nowhere",
            "12:00 [2] t_other_0001 ERROR: no column",
            "12:00 [2] t_other_0001 STATEMENT: SELECT",
            "\tsecret FROM t",
            "12:00 [3] ready",
            "12:00 [4] t_other_0001 is copied from t_mine_0001",
        ]
    )
    kept = without(log, ["t_other_0001"], ["t_mine_0001"]).splitlines()
    assert kept == [*log.splitlines()[:3], *log.splitlines()[6:]]
