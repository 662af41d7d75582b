"""Subscriptions: begun here, paid for at Stripe, changed by what Stripe tells."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from provisioner.domain import audit, instances
from provisioner.domain.problems import not_found, told
from provisioner.domain.tiers import FREE
from provisioner.models import Subscription


def begin(session: Session, account: UUID, tier: str) -> Subscription:
    """A new one: the free tier is active at once, others wait for Stripe.

    Raises Problem ``no-such-tier`` or ``one-free``.
    """
    status = "active" if tier == FREE.name else "incomplete"
    with told():
        subscription = session.scalars(
            insert(Subscription)
            .values(account_id=account, tier=tier, status=status)
            .returning(Subscription)
        ).one()
    audit.note(session, account, "subscription.begun", subscription.id, tier=tier)
    return subscription


def cancel_free(session: Session, account: UUID, id: UUID) -> Subscription:
    """End a subscription that Stripe knows nothing of. Raises Problem ``not-found``."""
    subscription = session.scalars(
        update(Subscription)
        .where(
            Subscription.id == id,
            Subscription.account_id == account,
            Subscription.stripe_subscription_id.is_(None),
            Subscription.status != "canceled",
        )
        .values(status="canceled", canceled_at=func.now())
        .returning(Subscription)
    ).one_or_none()
    if subscription is None:
        raise not_found("subscription")
    instances.take_down(session, id)
    audit.note(session, account, "subscription.canceled", id)
    return subscription
