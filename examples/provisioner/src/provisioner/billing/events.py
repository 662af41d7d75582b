"""Stripe's events: proven, taken once, and the same in whatever order they come.

Stripe delivers late, twice, and in any order. Each event of a subscription carries the whole
subscription as it was, so the state is that of the *last* event in an order of our own
(`order`), and an event that is older than what is known changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from provisioner.domain import audit, instances
from provisioner.domain.problems import Problem
from provisioner.models import Invoice, StripeEvent, Subscription

TOLERANCE = 300
"""Seconds that a signature is good for: an answer that was overheard can't be sent again."""

_KINDS = {
    "customer.subscription.created": 0,
    "customer.subscription.updated": 1,
    "customer.subscription.paused": 1,
    "customer.subscription.resumed": 1,
    "customer.subscription.deleted": 2,
}
_STATUS = {
    "incomplete": "incomplete",
    "trialing": "active",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
    "paused": "past_due",
    "incomplete_expired": "canceled",
    "canceled": "canceled",
}
_RANK = {"incomplete": 0, "active": 1, "past_due": 2, "canceled": 3}
_INVOICES = {
    "invoice.finalized": "open",
    "invoice.payment_failed": "failed",
    "invoice.paid": "paid",
}
_INVOICE_RANK = ("open", "failed", "paid")


@dataclass(frozen=True, slots=True)
class Event:
    """What was delivered, after its signature was checked."""

    id: str
    kind: str
    #: Seconds since 1970: events of one second have the same.
    created: int
    object: dict[str, Any]


def prove(body: bytes, signature: str, secret: str) -> Event:
    """The event of a request. Raises Problem ``bad-signature`` or ``bad-event``."""
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise Problem("bad-signature", 400, "The signature is not Stripe's.") from error
    return parse(body)


def parse(body: bytes) -> Event:
    """The event in a body. Raises Problem ``bad-event``."""
    try:
        said = json.loads(body)
        return Event(said["id"], said["type"], int(said["created"]), said["data"]["object"])
    except (ValueError, KeyError, TypeError) as error:
        raise Problem("bad-event", 400, "This is not an event of Stripe's.") from error


def order(event: Event, status: str) -> str:
    """Text that sorts as the events of one subscription happened.

    Stripe's clock has whole seconds: within one, creation comes first and deletion last, and a
    status later in a subscription's life wins. Two updates of one second with the same status
    are told apart by their ids, so that every order of delivery ends in the same state.
    """
    return f"{event.created:012d}:{_KINDS[event.kind]}:{_RANK[status]}:{event.id}"


def take(session: Session, event: Event) -> str:
    """Let an event have its effect, once; what it was, in a word.

    ``unwanted``: at Stripe there is a subscription that was canceled here. Whoever calls this
    cancels it there, before the transaction ends.

    Runs in one transaction of the service: an event is on record if and only if it has had its
    effect. Two deliveries at a time wait for one another.
    """
    new = session.execute(
        insert(StripeEvent)
        .values(id=event.id, kind=event.kind, created=event.created)
        .on_conflict_do_nothing()
        .returning(StripeEvent.id)
    ).one_or_none()
    if new is None:
        return "repeated"
    if event.kind in _KINDS:
        effect = _subscription(session, event)
    elif event.kind in _INVOICES:
        effect = _invoice(session, event)
    else:
        effect = "ignored"
    record = session.get_one(StripeEvent, event.id)
    record.effect = effect
    return effect


def _subscription(session: Session, event: Event) -> str:
    told = event.object
    status = _STATUS.get(str(told.get("status")))
    ours = _find(session, _ours(told), str(told.get("id")))
    if ours is None or status is None:
        return "not-ours"
    place = order(event, status)
    # Canceled is final, whatever else the clocks say: who has paid for it after all is not kept.
    if ours.status == "canceled":
        return "outdated" if status == "canceled" else "unwanted"
    if status != "canceled" and place <= ours.stripe_order:
        return "outdated"
    before, ours.status, ours.stripe_order = ours.status, status, place
    ours.stripe_subscription_id = str(told["id"])
    ours.stripe_customer_id = str(told.get("customer") or "") or None
    if status == "canceled":
        ours.canceled_at = func.now()
        session.flush()
        instances.take_down(session, ours.id)
    audit.note(session, None, "subscription.changed", ours.id, before=before, after=status)
    return status


def _invoice(session: Session, event: Event) -> str:
    told = event.object
    details = told.get("subscription_details") or (told.get("parent") or {}).get(
        "subscription_details"
    )
    ours = _find(session, _ours(details or {}), str((details or told).get("subscription")))
    if ours is None:
        return "not-ours"
    status = _INVOICES[event.kind]
    values = {
        "status": status,
        "amount_cents": int(told.get("amount_due") or 0),
        "currency": str(told["currency"]),
    }
    at = datetime.fromtimestamp(int(told["created"]), UTC)
    new = insert(Invoice).values(
        id=str(told["id"]),
        account_id=ours.account_id,
        subscription_id=ours.id,
        created_at=at,
        **values,
    )
    # Paid is final, and a failure is news only while it is open.
    weaker = [one for one in _INVOICE_RANK if _INVOICE_RANK.index(one) < _rank(status)]
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Invoice.id], set_=values, where=Invoice.status.in_(weaker)
        )
    )
    return status


def _rank(status: str) -> int:
    return _INVOICE_RANK.index(status)


def _ours(told: dict[str, Any]) -> UUID | None:
    """Our own id of a subscription, which it was given as metadata when it began."""
    try:
        return UUID(str((told.get("metadata") or {}).get("subscription")))
    except ValueError:
        return None


def _find(session: Session, ours: UUID | None, stripe_id: str) -> Subscription | None:
    known = Subscription.id == ours if ours else Subscription.stripe_subscription_id == stripe_id
    found = session.scalars(select(Subscription).where(known).with_for_update()).one_or_none()
    # Nobody's metadata may move another Stripe subscription onto one of ours.
    if found is not None and found.stripe_subscription_id not in (None, stripe_id):
        return None
    return found
