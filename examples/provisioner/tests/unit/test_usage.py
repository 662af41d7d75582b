"""What was used and what it costs, to the second and the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.usage import Line, Month, Period, due, lines, seconds_in

ID = UUID(int=1)
MARCH = Month.of(2026, 3)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


def at(day: int, hour: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def period(start: datetime, end: datetime | None, tier: str = "starter") -> Period:
    return Period(ID, tier, start, end)


@pytest.mark.parametrize(
    ("year", "month", "end"),
    [(2026, 3, (2026, 4)), (2026, 12, (2027, 1)), (2024, 2, (2024, 3)), (2026, 11, (2026, 12))],
)
def test_months_end_where_the_next_begins(year: int, month: int, end: tuple[int, int]) -> None:
    found = Month.of(year, month)
    assert found.start == datetime(year, month, 1, tzinfo=UTC)
    assert found.end == datetime(*end, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(2), at(2, 5), 5),
        (at(28, month=2), at(1, 3), 3),
        (at(31, 22), at(5, month=4), 2),
        (at(1, month=1), at(1, month=5), 31 * 24),
        (at(1, month=1), at(1, month=2), 0),
        (at(1, month=4), at(2, month=4), 0),
        (at(31), None, 24),
    ],
)
def test_what_falls_into_the_month(start: datetime, end: datetime | None, hours: int) -> None:
    assert seconds_in(period(start, end), MARCH, LATER) == hours * 3600


def test_what_runs_on_counts_until_now_and_not_further() -> None:
    assert seconds_in(period(at(2), None), MARCH, at(2, 6)) == 6 * 3600
    assert seconds_in(period(at(2), at(9)), MARCH, at(2, 6)) == 6 * 3600
    assert seconds_in(period(at(2), None), MARCH, at(1)) == 0


def hours(number: float, tier: str = "starter") -> Period:
    return period(at(1, month=1), at(1, month=1) + timedelta(hours=number), tier)


YEAR = Month(at(1, month=1), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("used", "extra", "cents"),
    [(750, 0, 0), (751, 1, 2), (750.0003, 1, 2), (760.5, 11, 22), (10, 0, 0)],
)
def test_hours_beyond_count_whole(used: float, extra: int, cents: int) -> None:
    found = lines([hours(used)], YEAR, LATER)
    assert found == [Line("starter", int(used * 3600), extra, cents)]


def test_professional_and_free_beyond() -> None:
    assert lines([hours(752, "professional")], YEAR, LATER)[0].extra_cents == 10
    free = lines([hours(200, "free")], YEAR, LATER)[0]
    assert (free.extra_hours, free.extra_cents) == (100, 0)


def test_tiers_have_lines_of_their_own_in_their_order() -> None:
    given = [hours(2, "professional"), hours(1, "free"), hours(3, "free")]
    found = [(line.tier, line.seconds) for line in lines(given, YEAR, LATER)]
    assert found == [("free", 4 * 3600), ("professional", 2 * 3600)]


def test_price_is_due_whether_it_was_used_or_not() -> None:
    assert due(["starter"], []) == 900
    assert due(["free", "professional", "starter"], lines([hours(751)], YEAR, LATER)) == 5802
    assert due([], []) == 0


moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 7, 1), timezones=st.just(UTC))


@given(moments, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_months_share_a_period_without_rest(start: datetime, length: timedelta) -> None:
    """Wherever a period is, the months' shares are all of it; but for parts of seconds."""
    whole = period(start, start + length)
    months = [Month.of(2025, 12), *(Month.of(2026, number) for number in range(1, 12))]
    shares = sum(seconds_in(whole, month, datetime(2027, 1, 1, tzinfo=UTC)) for month in months)
    assert 0 <= length.total_seconds() - shares < len(months)
