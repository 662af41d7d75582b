"""Loans: how much, at what rate, and to whom not."""

from __future__ import annotations

import clients
from clients import exchange_rate


class Refused(Exception):
    """No loan."""


def limit(income, currency):
    """The largest loan in euros, for a year's income."""
    euros = income * exchange_rate(currency)
    if euros < 10_000:
        return 0
    return round(euros * 0.4)


def interest(country, years):
    """Percent a year: more for risk and for time."""
    percent = 3 + clients.risk(country)
    if years > 10:
        percent += 1
    return percent


def offer(income, currency, country, years):
    """An offer, or a refusal."""
    most = limit(income, currency)
    if most == 0:
        raise Refused("income is too low")
    rate = interest(country, years)
    if rate > 10:
        raise Refused(f"rate of {rate}% is too high")
    return {"limit": most, "rate": rate, "months": years * 12}
