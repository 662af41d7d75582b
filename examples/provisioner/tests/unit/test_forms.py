"""How money, times and months are shown in the portal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from provisioner.portal import pages
from provisioner.portal.desk import shifted


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "$0"), (2, "$0.02"), (900, "$9"), (905, "$9.05"), (4910, "$49.10")]
)
def test_money(cents: int, shown: str) -> None:
    assert pages.money(cents) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 min 00 s"),
        (61, "1 min 01 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (363_660, "101 h 01 min"),
    ],
)
def test_duration(seconds: int, shown: str) -> None:
    assert pages.duration(seconds) == shown


def test_moment_is_in_utc() -> None:
    at = datetime(2026, 11, 24, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert pages.moment(at) == "23 Nov 2026, 23:30:00 UTC"
    assert pages.moment(datetime(2026, 1, 2, tzinfo=UTC)) == "02 Jan 2026, 00:00:00 UTC"


@pytest.mark.parametrize(
    ("month", "by", "shown"),
    [
        (date(2026, 1, 5), -1, "2025-12"),
        (date(2026, 12, 31), 1, "2027-01"),
        (date(2026, 6, 1), 1, "2026-07"),
        (date(2000, 1, 1), -1, None),
        (date(9998, 12, 1), 1, None),
    ],
)
def test_months_beside(month: date, by: int, shown: str | None) -> None:
    assert shifted(month, by) == shown
