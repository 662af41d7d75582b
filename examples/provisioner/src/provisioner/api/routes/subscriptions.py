"""Tiers, versions and subscriptions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from provisioner.api.parts import SignedIn, WithParts
from provisioner.api.shapes import Begun, NewSubscription, SubscriptionOut, TierOut, VersionOut
from provisioner.domain import subscriptions
from provisioner.domain.problems import not_found
from provisioner.domain.tiers import FREE, TIERS
from provisioner.flags import PAID_TIERS
from provisioner.models import Subscription, Version

router = APIRouter(tags=["subscriptions"])


@router.get("/tiers")
def tiers() -> list[TierOut]:
    """What can be bought."""
    return [TierOut.model_validate(tier) for tier in TIERS.values()]


@router.get("/versions")
def versions(parts: WithParts) -> list[VersionOut]:
    """Which versions can be had, the newest first."""
    with parts.database.anonymous() as session:
        found = session.scalars(
            select(Version)
            .where(Version.withdrawn_at.is_(None))
            .order_by(Version.published_at.desc(), Version.version.desc())
        )
        return [VersionOut.model_validate(one) for one in found]


@router.post("/subscriptions", status_code=201)
def begin(parts: WithParts, account: SignedIn, given: NewSubscription) -> Begun:
    """Subscribe: a tier that costs something is active when it has been paid for."""
    if given.tier != FREE.name:
        parts.flags.want(PAID_TIERS, account.id)
    with parts.database.account(account.id) as session:
        made = subscriptions.begin(session, account.id, given.tier)
        url = None
        if given.tier != FREE.name:
            # Before the commit: there is no subscription that can't be paid for.
            url = parts.gateway.checkout(made.id, given.tier, account.email)
        said = SubscriptionOut.model_validate(made).model_dump()
        return Begun(**said, checkout_url=url)


@router.get("/subscriptions")
def mine(parts: WithParts, account: SignedIn) -> list[SubscriptionOut]:
    """One's subscriptions, oldest first."""
    with parts.database.account(account.id) as session:
        found = session.scalars(
            select(Subscription).order_by(Subscription.created_at, Subscription.id)
        )
        return [SubscriptionOut.model_validate(one) for one in found]


@router.delete("/subscriptions/{id}", status_code=202)
def cancel(parts: WithParts, account: SignedIn, id: UUID) -> SubscriptionOut:
    """Cancel: what costs something is canceled at Stripe, whose webhook then ends it here."""
    with parts.database.account(account.id) as session:
        found = session.get(Subscription, id)
    if found is None or found.status == "canceled":
        raise not_found("subscription")
    if found.stripe_subscription_id is None:
        with parts.database.service() as session:
            found = subscriptions.cancel_free(session, account.id, id)
            return SubscriptionOut.model_validate(found)
    parts.gateway.cancel(found.stripe_subscription_id)
    return SubscriptionOut.model_validate(found)
