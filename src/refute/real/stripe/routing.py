"""Which part of the stand-in answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from refute.real.provider import Json
from refute.real.stripe import (
    cards,
    catalog,
    checkout,
    invoices,
    payments,
    refunds,
    showing,
    subscriptions,
)
from refute.real.stripe.account import Account
from refute.real.stripe.faults import invalid, missing
from refute.real.stripe.forms import flag

Handler = Callable[..., Json]
"""Takes the account, the parameters, and the ids of the path."""

KINDS = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "payment_methods": "payment_method",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "subscriptions": "subscription",
    "subscription_items": "subscription_item",
    "invoices": "invoice",
    "invoiceitems": "invoiceitem",
    "checkout/sessions": "checkout.session",
    "events": "event",
    "webhook_endpoints": "webhook_endpoint",
}
"""Path to the kind of object: each can be listed, and retrieved by its id."""


def _retrieve(kind: str, account: Account, params: Json, id: str) -> Json:
    if kind == "payment_method" and cards.token(id):
        return cards.method_from(account, id)
    found = account.get(kind, id)
    if found.get("deleted"):
        return {"id": id, "object": kind, "deleted": True}
    return found


def _list(kind: str, path: str, account: Account, params: Json) -> Json:
    found = account.all(kind)
    if kind == "subscription" and "status" not in params:
        found = [one for one in found if one["status"] != "canceled"]
    needed = {"payment_method": "customer", "subscription_item": "subscription"}.get(kind)
    if needed and not params.get(needed):
        missing(needed)
    if params.get("customer") and kind != "customer":
        account.get("customer", params["customer"], "customer")
    return showing.page(account, f"/v1/{path}", found, params)


def _update(kind: str, account: Account, params: Json, id: str) -> Json:
    """Only metadata can be changed."""
    subject = account.get(kind, id)
    subject.update(catalog.merged(subject, params, ("description",)))
    return subject


def _delete(kind: str, account: Account, params: Json, id: str) -> Json:
    subject = account.get(kind, id)
    if kind == "customer":
        for one in account.all("subscription"):
            if one["customer"] == id and one["status"] != "canceled":
                subscriptions.cancel(account, {}, one["id"])
    subject["deleted"] = True
    if kind != "webhook_endpoint":
        account.emit(f"{kind}.deleted", subject)
    return {"id": id, "object": kind, "deleted": True}


def _methods_of(account: Account, params: Json, id: str) -> Json:
    account.get("customer", id)
    asked = {**params, "customer": id}
    url = f"/v1/customers/{id}/payment_methods"
    return showing.page(account, url, account.all("payment_method"), asked)


def _lines_of(account: Account, params: Json, id: str) -> Json:
    account.get("checkout.session", id)
    url = f"/v1/checkout/sessions/{id}/line_items"
    return showing.page(account, url, account.links["lines", id][::-1], params)


def _invoice_lines(account: Account, params: Json, id: str) -> Json:
    lines = account.get("invoice", id)["lines"]["data"]
    return showing.page(account, f"/v1/invoices/{id}/lines", lines[::-1], params)


def _endpoint(account: Account, params: Json) -> Json:
    url = params.get("url") or missing("url")
    events = params.get("enabled_events") or missing("enabled_events")
    if not str(url).startswith(("http://", "https://")):
        invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            param="url",
            code="url_invalid",
        )
    made = account.new(
        "webhook_endpoint",
        api_version=params.get("api_version"),
        application=None,
        description=params.get("description"),
        enabled_events=events,
        metadata=params.get("metadata") or {},
        status="enabled",
        url=url,
    )
    secret = account.links["secret", made["id"]] = f"whsec_{made['id'][3:]}"
    # It is shown once only.
    return {**made, "secret": secret}


def _balance(account: Account, params: Json) -> Json:
    total = sum(one["amount_captured"] - one["amount_refunded"] for one in account.all("charge"))
    entry = {"amount": total, "currency": "usd", "source_types": {"card": total}}
    return {
        "object": "balance",
        "available": [entry],
        "pending": [],
        "connect_reserved": [],
        "livemode": False,
    }


def _finalize(account: Account, params: Json, id: str) -> Json:
    invoice = invoices.finalize(account, params, id)
    if flag(params.get("auto_advance")) and invoice["status"] == "open":
        return invoices.pay(account, {"off_session": "true"}, id)
    return invoice


_OWN: dict[tuple[str, str], Handler] = {
    ("POST", "customers"): catalog.create_customer,
    ("POST", "customers/ID"): catalog.update_customer,
    ("DELETE", "customers/ID"): partial(_delete, "customer"),
    ("GET", "customers/ID/payment_methods"): _methods_of,
    ("POST", "products"): catalog.create_product,
    ("POST", "products/ID"): catalog.update_product,
    ("DELETE", "products/ID"): partial(_delete, "product"),
    ("POST", "prices"): catalog.create_price,
    ("POST", "prices/ID"): catalog.update_price,
    ("POST", "payment_methods"): cards.create,
    ("POST", "payment_methods/ID"): partial(_update, "payment_method"),
    ("POST", "payment_methods/ID/attach"): cards.attach,
    ("POST", "payment_methods/ID/detach"): cards.detach,
    ("POST", "payment_intents"): payments.create,
    ("POST", "payment_intents/ID"): payments.update,
    ("POST", "payment_intents/ID/confirm"): payments.confirm,
    ("POST", "payment_intents/ID/capture"): payments.capture,
    ("POST", "payment_intents/ID/cancel"): payments.cancel,
    ("POST", "charges/ID"): partial(_update, "charge"),
    ("POST", "refunds"): refunds.create,
    ("POST", "refunds/ID"): partial(_update, "refund"),
    ("POST", "subscriptions"): subscriptions.create,
    ("POST", "subscriptions/ID"): subscriptions.update,
    ("DELETE", "subscriptions/ID"): subscriptions.cancel,
    ("POST", "invoiceitems"): invoices.create_item,
    ("POST", "invoices"): invoices.create,
    ("POST", "invoices/ID"): partial(_update, "invoice"),
    ("GET", "invoices/ID/lines"): _invoice_lines,
    ("POST", "invoices/ID/finalize"): _finalize,
    ("POST", "invoices/ID/pay"): invoices.pay,
    ("POST", "invoices/ID/void"): invoices.end,
    ("POST", "invoices/ID/mark_uncollectible"): partial(invoices.end, status="uncollectible"),
    ("POST", "checkout/sessions"): checkout.create,
    ("POST", "checkout/sessions/ID"): partial(_update, "checkout.session"),
    ("POST", "checkout/sessions/ID/expire"): checkout.expire,
    ("GET", "checkout/sessions/ID/line_items"): _lines_of,
    ("POST", "webhook_endpoints"): _endpoint,
    ("DELETE", "webhook_endpoints/ID"): partial(_delete, "webhook_endpoint"),
    ("GET", "balance"): _balance,
}


def _table() -> list[tuple[str, re.Pattern[str], Handler]]:
    rows = dict(_OWN)
    for path, kind in KINDS.items():
        rows.setdefault(("GET", path), partial(_list, kind, path))
        rows.setdefault(("GET", f"{path}/ID"), partial(_retrieve, kind))
    return [
        (method, re.compile("/v1/" + path.replace("ID", r"([^/]+)")), handler)
        for (method, path), handler in rows.items()
    ]


_ROWS = _table()


def answer(account: Account, method: str, path: str, params: Json) -> Any:
    """What the stand-in says. Raises StripeFault, also for what it does not know."""
    for verb, pattern, handler in _ROWS:
        found = pattern.fullmatch(path)
        if found and verb == method:
            return handler(account, params, *found.groups())
    invalid(
        f"Unrecognized request URL ({method}: {path}). refute's stand-in does not have it: "
        "use the test mode of your account for this.",
        status=404,
    )
