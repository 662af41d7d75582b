"""What can be bought, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """One offer. Money in US cents, compute as Kubernetes spells it."""

    name: str
    #: A month, whatever is used.
    cents: int
    #: Hours of running a month that the price includes.
    hours: int
    #: Each hour beyond; 0 where running on costs nothing.
    cents_per_hour: int
    cpu: str
    memory: str
    storage: str


FREE = Tier("free", 0, 100, 0, "250m", "256Mi", "1Gi")
STARTER = Tier("starter", 900, 750, 2, "500m", "512Mi", "5Gi")
PROFESSIONAL = Tier("professional", 4900, 750, 5, "2", "2Gi", "20Gi")

TIERS = {tier.name: tier for tier in (FREE, STARTER, PROFESSIONAL)}
"""By name, the cheapest first."""
