"""The price list: what customers were promised, written down a second time on purpose."""

from __future__ import annotations

from dataclasses import astuple

from provisioner.domain.tiers import TIERS


def test_offers() -> None:
    assert [astuple(tier) for tier in TIERS.values()] == [
        ("free", 0, 100, 0, "250m", "256Mi", "1Gi"),
        ("starter", 900, 750, 2, "500m", "512Mi", "5Gi"),
        ("professional", 4900, 750, 5, "2", "2Gi", "20Gi"),
    ]
    assert all(name == tier.name for name, tier in TIERS.items())
