"""Usage, bills, and Stripe's webhook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from provisioner.api.parts import SignedIn, WithParts
from provisioner.api.shapes import Done, InvoiceOut, Usage, UsageLine
from provisioner.billing import events
from provisioner.domain import usage
from provisioner.domain.problems import Problem
from provisioner.models import Invoice, Subscription, UsagePeriod

router = APIRouter(tags=["billing"])

_LARGEST = 1 << 20


@router.get("/usage")
def used(
    parts: WithParts,
    account: SignedIn,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
) -> Usage:
    """What ran in a month (UTC, ``2026-11``), and what it costs; this month without one."""
    now = parts.now()
    named = month or f"{now:%Y-%m}"
    year, number = named.split("-")
    if not 2000 <= int(year) <= 9998:
        raise Problem("bad-request", 422, "month: there is no such year here")
    span = usage.Month.of(int(year), int(number))
    with parts.database.account(account.id) as session:
        rows = session.scalars(select(UsagePeriod).where(UsagePeriod.started_at < span.end))
        periods = [
            usage.Period(row.instance_id, row.tier, row.started_at, row.ended_at) for row in rows
        ]
        subscribed = session.scalars(
            select(Subscription.tier).where(
                Subscription.status != "incomplete",
                Subscription.created_at < span.end,
                (Subscription.canceled_at.is_(None)) | (Subscription.canceled_at >= span.start),
            )
        ).all()
    lines = usage.lines(periods, span, now)
    return Usage(
        month=named,
        lines=[UsageLine.model_validate(line) for line in lines],
        due_cents=usage.due(subscribed, lines),
    )


@router.get("/invoices")
def invoices(parts: WithParts, account: SignedIn) -> list[InvoiceOut]:
    """One's bills, the newest first."""
    with parts.database.account(account.id) as session:
        found = session.scalars(select(Invoice).order_by(Invoice.created_at.desc(), Invoice.id))
        return [InvoiceOut.model_validate(one) for one in found]


@router.post("/webhooks/stripe")
async def webhook(
    parts: WithParts, request: Request, stripe_signature: Annotated[str, Header()] = ""
) -> Done:
    """Where Stripe tells what has happened. Answered when it has had its effect."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            raise Problem("too-large", 413, "No event is that large.")
    secret = parts.settings.stripe_webhook_secret.get_secret_value()
    event = events.prove(bytes(body), stripe_signature, secret)

    def take() -> str:
        with parts.database.service() as session:
            effect = events.take(session, event)
            if effect == "unwanted":
                # If Stripe can't be reached, nothing has happened: it will deliver again.
                parts.gateway.cancel(str(event.object["id"]))
            return effect

    return Done(effect=await run_in_threadpool(take))
