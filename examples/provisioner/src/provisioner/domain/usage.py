"""What was used, and what it costs: pure arithmetic over periods of running."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from provisioner.domain.tiers import TIERS

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Period:
    """A time for which an instance ran; ``end`` is None while it does."""

    instance: UUID
    tier: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, UTC: from ``start`` up to, not including, ``end``."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month. Raises ValueError."""
        following = (year + month // 12, month % 12 + 1)
        return cls(datetime(year, month, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Line:
    """One tier's line of a bill: seconds, and cents for the hours that no price includes."""

    tier: str
    seconds: int
    extra_hours: int
    extra_cents: int


def seconds_in(period: Period, month: Month, now: datetime) -> int:
    """Whole seconds of a period that fall into a month and are over by now."""
    start = max(period.start, month.start)
    end = min(period.end or now, month.end, now)
    return max(0, int((end - start).total_seconds()))


def lines(periods: Iterable[Period], month: Month, now: datetime) -> list[Line]:
    """A line for each tier that ran in the month, in the order of the tiers.

    Hours that have begun beyond those included count whole.
    """
    total = dict.fromkeys(TIERS, 0)
    for period in periods:
        total[period.tier] += seconds_in(period, month, now)
    return [_line(tier, seconds) for tier, seconds in total.items() if seconds]


def _line(name: str, seconds: int) -> Line:
    tier = TIERS[name]
    beyond = max(0, seconds - tier.hours * _HOUR)
    hours = -(-beyond // _HOUR)
    return Line(name, seconds, hours, hours * tier.cents_per_hour)


def due(subscribed: Iterable[str], used: Iterable[Line]) -> int:
    """Cents for a month: the prices of the tiers subscribed to, and what was used beyond."""
    return sum(TIERS[name].cents for name in subscribed) + sum(line.extra_cents for line in used)
