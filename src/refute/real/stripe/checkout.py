"""Checkout sessions of the stand-in, and what a customer does on their page."""

from __future__ import annotations

import secrets

from refute.real.provider import Json
from refute.real.stripe import cards, catalog, payments, subscriptions
from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault, invalid, missing
from refute.real.stripe.shapes import new_session

MODES = ("payment", "subscription")


def create(account: Account, params: Json) -> Json:
    """POST /v1/checkout/sessions, for payments and subscriptions."""
    mode = params.get("mode") or missing("mode")
    if mode not in MODES:
        invalid(f"refute's stand-in knows the modes {' and '.join(MODES)} only.", param="mode")
    wanted = params.get("line_items") or missing("line_items")
    if not params.get("success_url") and params.get("ui_mode") in (None, "hosted", "hosted_page"):
        missing("success_url")
    customer = params.get("customer")
    if customer:
        account.get("customer", customer, "customer")
    lines = [_line(account, each, at, mode) for at, each in enumerate(wanted)]
    session = new_session(account, lines, mode, params)
    id = session["id"]
    account.links["lines", id] = lines
    account.links["asked", id] = params
    return session


def _line(account: Account, wanted: Json, at: int, mode: str) -> Json:
    if wanted.get("price"):
        price = account.get("price", wanted["price"], f"line_items[{at}][price]")
    elif wanted.get("price_data"):
        price = catalog.create_price(account, wanted["price_data"])
    else:
        missing(f"line_items[{at}][price]")
    if mode == "payment" and price["type"] == "recurring":
        invalid(
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices: `payment` mode takes one-time prices only."
        )
    quantity = int(wanted.get("quantity") or missing(f"line_items[{at}][quantity]"))
    amount = price["unit_amount"] * quantity
    return {
        "id": f"li_{secrets.token_hex(12)}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": account.get("product", price["product"])["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def expire(account: Account, params: Json, id: str) -> Json:
    """POST /v1/checkout/sessions/ID/expire."""
    session = account.get("checkout.session", id)
    if session["status"] != "open":
        invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    session.update(status="expired", url=None)
    account.emit("checkout.session.expired", session)
    return session


def complete(account: Account, id: str, method: str, email: str) -> Json:
    """The customer fills in the page and pays. Raises StripeFault where the card is refused."""
    session = account.get("checkout.session", id)
    if session["status"] != "open":
        invalid(f"This Checkout Session has a status of `{session['status']}`.")
    email = session["customer_email"] or email
    subscribing = session["mode"] == "subscription"
    made, before = None, account.happened()
    if session["customer"] is None and (subscribing or _wants_customer(account, id)):
        made = catalog.create_customer(account, {"email": email})
    customer: str | None = made["id"] if made else session["customer"]
    try:
        paid = (
            _subscribe(account, session, customer or "", method)
            if subscribing
            else _pay(account, session, customer, method)
        )
    except StripeFault:
        if made is not None:
            del account.objects["customer"][made["id"]]
            account.take_back(before, "customer.created", "payment_method.attached")
        raise
    session.update(
        **paid,
        customer=customer,
        customer_details={
            "address": None,
            "email": email,
            "name": None,
            "phone": None,
            "business_name": None,
            "individual_name": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        payment_status="paid" if session["amount_total"] else "no_payment_required",
        status="complete",
        url=None,
    )
    account.emit("checkout.session.completed", session)
    return session


def _wants_customer(account: Account, id: str) -> bool:
    return bool(account.links["asked", id].get("customer_creation") == "always")


def _pay(account: Account, session: Json, customer: str | None, method: str) -> Json:
    asked = account.links["asked", session["id"]].get("payment_intent_data") or {}
    known = cards.method_from(account, method)
    intent = payments.new_intent(
        account, session["amount_total"], session["currency"], {**asked, "customer": customer}
    )
    account.emit("payment_intent.created", intent)
    # The customer is there, and confirms what the bank asks.
    card = cards.charge_of(account, known)
    intent["payment_method"] = known["id"]
    if card.code:
        payments.refuse(account, intent, card)
    payments.settle(account, intent)
    return {"payment_intent": intent["id"]}


def _subscribe(account: Account, session: Json, customer: str, method: str) -> Json:
    asked = account.links["asked", session["id"]].get("subscription_data") or {}
    known = cards.method_from(account, method)
    if known["customer"] is None:
        cards.attach(account, {"customer": customer}, known["id"])
    items = [
        {"price": each["price"]["id"], "quantity": each["quantity"]}
        for each in account.links["lines", session["id"]]
    ]
    subscription = subscriptions.create(
        account,
        {
            **asked,
            "customer": customer,
            "items": items,
            "default_payment_method": known["id"],
            "payment_behavior": "error_if_incomplete",
        },
    )
    return {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
