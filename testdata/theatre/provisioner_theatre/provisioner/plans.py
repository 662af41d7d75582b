"""What a customer can order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of an instance; `cpu` and `memory` as Kubernetes writes them."""

    name: str
    replicas: int
    cpu: str
    memory: str


PLANS = {
    "trial": Plan("trial", 1, "100m", "128Mi"),
    "team": Plan("team", 2, "500m", "512Mi"),
    "company": Plan("company", 4, "2", "4Gi"),
}


class UnknownPlan(Exception):
    """No such plan is sold."""


def plan_named(name: str) -> Plan:
    """A plan by its name."""
    try:
        return PLANS[name]
    except KeyError:
        raise UnknownPlan(f"{name}: not one of {', '.join(sorted(PLANS))}") from None
