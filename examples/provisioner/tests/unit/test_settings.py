"""Settings: what is wrong is named, and secrets stay out of sight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from provisioner.settings import Settings

GOOD = {
    "database_url": "postgresql://ann:pw@localhost/provisioner",
    "token_secret": "kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2Gd6Fy4Ca",
    "stripe_key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "stripe_webhook_secret": "whsec_Zp8bR2xKq4LmN7vT9wYc3sHd",
}


def made(**changes: Any) -> Settings:
    return Settings(**{**GOOD, **changes})


def test_good_ones() -> None:
    settings = made()
    assert settings.sqlalchemy_url == "postgresql+psycopg://ann:pw@localhost/provisioner"
    assert (settings.chart / "Chart.yaml").exists()
    assert [settings.price_of(tier) for tier in ("starter", "professional")] == [
        "price_starter",
        "price_professional",
    ]
    with pytest.raises(KeyError):
        settings.price_of("free")


def test_url_that_names_the_driver_is_taken_as_it_is() -> None:
    url = "postgresql+psycopg://localhost/postgresql"
    assert made(database_url=url).sqlalchemy_url == url


def test_secrets_do_not_show() -> None:
    shown = f"{made()!r} {made()}"
    for secret in (*GOOD.values(), "pw@"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("name", "bad", "why"),
    [
        ("token_secret", "short", "at least 32 characters"),
        ("token_secret", "kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2Gd6Fy4C", "at least 32 characters"),
        ("token_secret", "abcdefg" * 5, "8 different characters"),
        ("token_secret", "ChangeMe-kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2", "from an example"),
        ("database_url", "mysql://localhost/x", "postgresql://"),
        ("stripe_key", "pk_live_4eC39HqLyjWDarjtT1zdp7dc", "begins with `sk_`"),
        ("stripe_key", "sk_", "begins with `sk_`"),
        ("stripe_webhook_secret", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "begins with `whsec_`"),
        ("stripe_price_starter", "starter", "price_"),
        ("database_pool", 0, "greater than or equal to 1"),
        ("lease_seconds", 0, "greater than 0"),
        ("instance_domain", "Not/A/Domain", "match"),
        ("log_level", "LOUD", "INFO"),
    ],
)
def test_bad_ones_are_refused_by_name(name: str, bad: Any, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        made(**{name: bad})
    said = str(caught.value)
    assert name in said
    assert why in said
    if isinstance(bad, str) and len(bad) > 20:
        assert bad not in said


def test_secret_with_just_enough_different_characters() -> None:
    assert made(token_secret="abcdefgh" * 4).token_secret.get_secret_value() == "abcdefgh" * 4


def test_another_chart(tmp_path: Path) -> None:
    assert made(chart=tmp_path).chart == tmp_path
