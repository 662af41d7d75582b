"""Prices of a hotel room, by season and by guest."""

from __future__ import annotations


class Tariff:
    """Base price and the surcharges of seasons, in percent."""

    def __init__(self, base, seasons):
        self.base = base
        self.seasons = seasons

    def surcharge(self, month):
        """The surcharge of a month."""
        for first, last, percent in self.seasons:
            if first <= month <= last:
                return percent
        return 0

    def night(self, month):
        """The price of one night, in whole euros."""
        return self.base + self.base * self.surcharge(month) // 100


def discount(nights, member):
    """Percent off: 10 from a week on, 5 more for members."""
    percent = 10 if nights >= 7 else 0
    if member:
        percent += 5
    return percent


def quote(tariff, nights, month, member=False):
    """The price of a stay."""
    if nights < 1:
        raise ValueError("at least one night")
    full = tariff.night(month) * nights
    return full - full * discount(nights, member) // 100


def record(log, price, guest):
    """Write an offer down."""
    entry = f"{guest}: {price} EUR"
    log.append(entry)
    return entry
