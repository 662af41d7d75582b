"""What the passing of time brings about in an account."""

from __future__ import annotations

from contextlib import suppress

from refute.real.provider import Json
from refute.real.stripe import checkout, invoices, subscriptions
from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault

_WARNING = 3 * 86400
"""Seconds before its end in which a trial is announced to be over."""


def advance(account: Account, seconds: int) -> None:
    """Let time pass: trials end, periods are renewed, refused payments are tried again."""
    target = account.ahead + seconds
    while True:
        due = [_next(account, one) for one in _moving(account)]
        due += [
            one["next_payment_attempt"]
            for one in account.all("invoice")
            if one["status"] == "open" and one["next_payment_attempt"]
        ]
        step = min(due, default=0) - (account.now() - account.ahead)
        if not due or step > target:
            break
        account.ahead = max(account.ahead, step)
        _happen(account)
    account.ahead = target
    for session in account.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= account.now():
            checkout.expire(account, {}, session["id"])


def _moving(account: Account) -> list[Json]:
    return [
        one
        for one in account.all("subscription")
        if one["status"] in ("active", "trialing", "past_due")
    ]


def _next(account: Account, subscription: Json) -> int:
    """When something happens to a subscription next."""
    end = int(subscription["items"]["data"][0]["current_period_end"])
    return end - _WARNING if _unwarned(account, subscription) else end


def _unwarned(account: Account, subscription: Json) -> bool:
    """Whether the end of a trial has still to be announced."""
    warned = ("warned", subscription["id"]) in account.links
    return subscription["status"] == "trialing" and not warned


def _happen(account: Account) -> None:
    now = account.now()
    for subscription in _moving(account):
        if _next(account, subscription) > now:
            continue
        if _unwarned(account, subscription):
            account.links["warned", subscription["id"]] = True
            account.emit("customer.subscription.trial_will_end", subscription)
        elif subscription["cancel_at_period_end"]:
            subscriptions.cancel(account, {}, subscription["id"])
        elif subscription["status"] == "trialing":
            subscriptions.end_trial(account, subscription)
        else:
            subscriptions.renew(account, subscription)
    for invoice in account.all("invoice"):
        if invoice["status"] == "open" and 0 < (invoice["next_payment_attempt"] or 0) <= now:
            _again(account, invoice)


def _again(account: Account, invoice: Json) -> None:
    invoice["next_payment_attempt"] = None
    with suppress(StripeFault):
        invoices.pay(account, {"off_session": "true"}, invoice["id"])
        return
    subscription = account.find(account.links.get(("subscription", invoice["id"]), ""))
    last = invoice["attempt_count"] >= invoices.ATTEMPTS
    if last and subscription and subscription["status"] != "canceled":
        subscriptions.cancel(account, {}, subscription["id"], "payment_failed")
