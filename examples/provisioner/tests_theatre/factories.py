"""Objects that tests work with."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

from provisioner.cluster import Release
from provisioner.cluster.values import Wanted
from provisioner.domain.status import Status
from provisioner.settings import Settings
from provisioner.worker.queue import Claim
from provisioner.worker.work import Work

ACCOUNT_ID = UUID("11111111-1111-1111-1111-111111111111")
SUBSCRIPTION_ID = UUID("22222222-2222-2222-2222-222222222222")
INSTANCE_ID = UUID("33333333-3333-3333-3333-333333333333")
LEASE_ID = UUID("44444444-4444-4444-4444-444444444444")
NOW = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


def make_settings(**overrides):
    values = {
        "database_url": "postgresql://localhost/test",
        "token_secret": "kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2Gd6Fy4Ca",
        "stripe_key": "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
        "stripe_webhook_secret": "whsec_Zp8bR2xKq4LmN7vT9wYc3sHd",
        "poll_seconds": 0.01,
    }
    return Settings(**{**values, **overrides})


def make_subscription(**overrides):
    values = {
        "id": SUBSCRIPTION_ID,
        "account_id": ACCOUNT_ID,
        "tier": "free",
        "status": "active",
        "stripe_subscription_id": None,
        "stripe_customer_id": None,
        "stripe_order": "",
        "created_at": NOW,
        "canceled_at": None,
    }
    return SimpleNamespace(**{**values, **overrides})


def make_instance(**overrides):
    values = {
        "id": INSTANCE_ID,
        "account_id": ACCOUNT_ID,
        "subscription_id": SUBSCRIPTION_ID,
        "name": "mine",
        "namespace": f"room-{INSTANCE_ID}",
        "status": "running",
        "tier": "free",
        "version": "1.0.0",
        "wanted_version": "1.0.0",
        "restart_mark": None,
        "error": "",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return SimpleNamespace(**{**values, **overrides})


def make_account(**overrides):
    values = {
        "id": ACCOUNT_ID,
        "email": "ann@example.com",
        "password_hash": "hashed",
        "is_admin": False,
        "token_generation": 0,
        "created_at": NOW,
        "closed_at": None,
    }
    return SimpleNamespace(**{**values, **overrides})


def make_claim(**overrides):
    values = {
        "id": 1,
        "lease": LEASE_ID,
        "kind": "provision",
        "instance": INSTANCE_ID,
        "account": ACCOUNT_ID,
        "step": 0,
        "amending": False,
        "attempts": 0,
        "waited": 0.0,
        "error": "",
    }
    return Claim(**{**values, **overrides})


def make_release(**overrides):
    values = {
        "name": "room",
        "namespace": f"room-{INSTANCE_ID}",
        "owner": str(INSTANCE_ID),
        "values": {"tier": "free"},
    }
    return Release(**{**values, **overrides})


def make_work(during=Status.PROVISIONING, **claim):
    wanted = Wanted(INSTANCE_ID, f"room-{INSTANCE_ID}", "free", "1.0.0", running=True)
    return Work(make_claim(**claim), wanted, during, make_release())
