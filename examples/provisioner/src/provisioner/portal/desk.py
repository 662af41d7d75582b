"""Pages for customers: what they have, what it costs, and what can be done with it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from provisioner.api.parts import WithParts
from provisioner.api.routes import accounts, billing, instances, subscriptions
from provisioner.api.shapes import NewInstance, NewSubscription, SubscriptionOut
from provisioner.domain.problems import Problem, not_found
from provisioner.models import Account
from provisioner.portal import visitors
from provisioner.portal.pages import page
from provisioner.portal.visitors import Customer, Form

router = APIRouter()


@router.get("/home")
def home(request: Request, parts: WithParts, account: Customer) -> Response:
    """All that a customer has."""
    bought = [one for one in subscriptions.mine(parts, account) if one.status != "canceled"]
    there = {one.subscription_id: one for one in instances.mine(parts, account)}
    due = billing.used(parts, account).due_cents
    return page(request, "home.html", subscriptions=bought, instances=there, due=due)


@router.post("/subscriptions")
def subscribe(parts: WithParts, account: Customer, form: Form) -> Response:
    """Subscribe; what costs something is paid for at Stripe first."""
    try:
        wanted = NewSubscription.model_validate({"tier": form.get("tier")})
    except ValidationError as error:
        raise Problem("no-such-tier", 422, "There is no such tier.") from error
    begun = subscriptions.begin(parts, account, wanted)
    return RedirectResponse(begun.checkout_url or f"/subscriptions/{begun.id}", 303)


@router.get("/subscriptions/{id}")
def subscription(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """A subscription, and a form for its instance. Stripe leads back to this page."""
    bought = _subscription(parts, account, id)
    return page(request, "subscription.html", **_about(parts, account, bought), name="", error="")


@router.get("/subscriptions/{id}/live")
def subscription_live(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """The part of that page that changes by itself."""
    bought = _subscription(parts, account, id)
    return page(request, "_subscription.html", **_about(parts, account, bought), name="", error="")


@router.post("/subscriptions/{id}/pay")
def pay(parts: WithParts, account: Customer, form: Form, id: UUID) -> Response:
    """On to Stripe, for who came back without having paid."""
    bought = _subscription(parts, account, id)
    if bought.status != "incomplete":
        return RedirectResponse(f"/subscriptions/{id}", 303)
    return RedirectResponse(parts.gateway.checkout(id, bought.tier, account.email), 303)


@router.get("/subscriptions/{id}/cancel")
def cancel_page(request: Request, parts: WithParts, account: Customer, id: UUID) -> Response:
    """Asks whether it is meant."""
    bought = _subscription(parts, account, id)
    return page(
        request,
        "confirm.html",
        title=f"Cancel the {bought.tier} subscription?",
        detail="Its instance is taken down, and all that was said there is lost.",
        button="Cancel the subscription",
        action=f"/subscriptions/{id}/cancel",
        back=f"/subscriptions/{id}",
    )


@router.post("/subscriptions/{id}/cancel")
def cancel(parts: WithParts, account: Customer, form: Form, id: UUID) -> Response:
    """Cancel it."""
    subscriptions.cancel(parts, account, id)
    return RedirectResponse(f"/subscriptions/{id}", 303)


@router.post("/subscriptions/{id}/instances")
def create(request: Request, parts: WithParts, account: Customer, form: Form, id: UUID) -> Response:
    """Ask for an instance."""
    name = form.get("name", "").strip()
    try:
        try:
            wanted = NewInstance(subscription=id, name=name)
        except ValidationError as error:
            raise Problem("bad-name", 422, "A name has between 1 and 40 characters.") from error
        made = instances.create(parts, account, wanted)
    except Problem as problem:
        about = _about(parts, account, _subscription(parts, account, id))
        given = {**about, "name": name, "error": problem.detail}
        return page(request, "subscription.html", problem.status, **given)
    return RedirectResponse(f"/instances/{made.id}", 303)


@router.get("/bill")
def bill(
    request: Request, parts: WithParts, account: Customer, month: str | None = None
) -> Response:
    """What ran in a month, what it costs, and Stripe's bills."""
    try:
        now = date.fromisoformat(f"{month}-01") if month else parts.now().date()
    except ValueError as error:
        raise not_found("month") from error
    named = f"{now:%Y-%m}"
    return page(
        request,
        "bill.html",
        usage=billing.used(parts, account, named),
        month=now,
        before=shifted(now, -1),
        after=shifted(now, 1) if named < f"{parts.now():%Y-%m}" else None,
        invoices=billing.invoices(parts, account),
    )


@router.get("/account")
def account_page(request: Request, parts: WithParts, account: Customer) -> Response:
    """The account, and what was done in it."""
    return page(request, "account.html", entries=accounts.audit(parts, account)[::-1])


@router.get("/account/close")
def close_page(request: Request, account: Customer) -> Response:
    """Asks whether it is meant."""
    return page(
        request,
        "confirm.html",
        title="Close your account?",
        detail="Subscriptions end, instances are taken down with all that was said there, "
        "and nobody can sign in any more.",
        button="Close the account",
        action="/account/close",
        back="/account",
    )


@router.post("/account/close")
def close(parts: WithParts, account: Customer, form: Form) -> Response:
    """Close it."""
    accounts.close(parts, account)
    answer = RedirectResponse("/", 303)
    visitors.forget(answer, parts.settings)
    return answer


def _subscription(parts: WithParts, account: Account, id: UUID) -> SubscriptionOut:
    found = [one for one in subscriptions.mine(parts, account) if one.id == id]
    if not found:
        raise not_found("subscription")
    return found[0]


def _about(parts: WithParts, account: Account, bought: SubscriptionOut) -> dict[str, Any]:
    there = [one for one in instances.mine(parts, account) if one.subscription_id == bought.id]
    return {"subscription": bought, "instance": there[0] if there else None}


def shifted(month: date, by: int) -> str | None:
    """A month before or after; None where the calendar ends."""
    at = month.year * 12 + month.month - 1 + by
    return f"{at // 12:04}-{at % 12 + 1:02}" if 2000 <= at // 12 <= 9998 else None
