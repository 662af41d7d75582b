"""Invoices of the stand-in: made by subscriptions or by hand, paid by card."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from refute.real.provider import Json
from refute.real.stripe import cards, payments
from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault, invalid, missing
from refute.real.stripe.shapes import new_invoice

PAID: dict[str, Callable[[Account, Json], None]] = {}
"""What else has to happen when an invoice is paid; subscriptions hook in here."""
ATTEMPTS = 4
"""After so many refused attempts a subscription ends."""
RETRY = 3 * 86400
"""Seconds between two attempts."""


def add_line(account: Account, invoice: Json, amount: int, **more: Any) -> None:
    """One more line; the totals follow."""
    line = account.new(
        "line_item",
        amount=amount,
        currency=invoice["currency"],
        discount_amounts=[],
        discountable=True,
        discounts=[],
        invoice=invoice["id"],
        pretax_credit_amounts=[],
        quantity_decimal=str(more.get("quantity", 1)),
        subscription=None,
        subtotal=amount,
        taxes=[],
        **{
            "description": None,
            "metadata": {},
            "quantity": 1,
            "parent": None,
            "pricing": None,
            "period": {"start": invoice["period_start"], "end": invoice["period_end"]},
            **more,
        },
    )
    invoice["lines"]["data"].append(line)
    total = sum(each["amount"] for each in invoice["lines"]["data"])
    for name in (
        "subtotal",
        "total",
        "amount_due",
        "amount_remaining",
        "subtotal_excluding_tax",
        "total_excluding_tax",
    ):
        invoice[name] = total


def create(account: Account, params: Json) -> Json:
    """POST /v1/invoices: a draft; lines come by invoice items that name it."""
    customer = account.get("customer", params.get("customer") or missing("customer"), "customer")
    currency = str(params.get("currency", "usd")).lower()
    invoice = new_invoice(account, customer, currency, "manual", parent=None)
    invoice["metadata"] = params.get("metadata") or {}
    invoice["description"] = params.get("description")
    invoice["auto_advance"] = False
    if params.get("pending_invoice_items_behavior") == "include":
        for item in account.all("invoiceitem"):
            if item["invoice"] is None and item["customer"] == customer["id"]:
                _put(account, invoice, item)
    account.emit("invoice.created", invoice)
    return invoice


def create_item(account: Account, params: Json) -> Json:
    """POST /v1/invoiceitems."""
    customer = account.get("customer", params.get("customer") or missing("customer"), "customer")
    item = account.new(
        "invoiceitem",
        amount=payments.amount_of(params),
        currency=str(params.get("currency", "usd")).lower(),
        customer=customer["id"],
        date=account.now(),
        description=params.get("description"),
        discountable=True,
        discounts=[],
        customer_account=None,
        invoice=None,
        metadata=params.get("metadata") or {},
        net_amount=payments.amount_of(params),
        parent=None,
        pricing=None,
        quantity_decimal="1",
        test_clock=None,
        period={"start": account.now(), "end": account.now()},
        proration=False,
        quantity=1,
        tax_rates=[],
    )
    if params.get("invoice"):
        _put(account, draft(account, params["invoice"], "invoice"), item)
    return item


def _put(account: Account, invoice: Json, item: Json) -> None:
    item["invoice"] = invoice["id"]
    parent = {
        "type": "invoice_item_details",
        "subscription_item_details": None,
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": False,
            "proration_details": None,
            "subscription": None,
        },
    }
    add_line(account, invoice, item["amount"], description=item["description"], parent=parent)


def draft(account: Account, id: str, param: str = "id") -> Json:
    """An invoice that may still be changed. Raises StripeFault."""
    invoice = account.get("invoice", id, param)
    if invoice["status"] != "draft":
        invalid("This invoice is no longer editable.", code="invoice_not_editable")
    return invoice


def finalize(account: Account, params: Json, id: str) -> Json:
    """POST /v1/invoices/ID/finalize: it gets a number, and a payment intent if it asks money."""
    invoice = draft(account, id)
    customer = account.get("customer", invoice["customer"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    invoice["number"] = f"{customer['id'][-8:].upper()}-{number:04}"
    invoice["status"] = "open"
    invoice["effective_at"] = invoice["status_transitions"]["finalized_at"] = account.now()
    if invoice["amount_due"]:
        intent = payments.new_intent(
            account,
            invoice["amount_due"],
            invoice["currency"],
            {"customer": customer["id"], "description": invoice["description"]},
        )
        account.links["intent", invoice["id"]] = intent["id"]
        account.links["paid", intent["id"]] = partial(_paid, account, invoice)
        account.emit("payment_intent.created", intent)
    account.emit("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        _paid(account, invoice)
    return invoice


def _paid(account: Account, invoice: Json) -> None:
    invoice.update(
        status="paid",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        next_payment_attempt=None,
    )
    invoice["status_transitions"]["paid_at"] = account.now()
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)
    for happens in PAID.values():
        happens(account, invoice)


def pay(account: Account, params: Json, id: str) -> Json:
    """POST /v1/invoices/ID/pay. Raises StripeFault where the card is refused."""
    invoice = account.get("invoice", id)
    if invoice["status"] == "draft":
        finalize(account, {}, id)
    if invoice["status"] == "paid":
        invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        invalid(f"Invoice has a status of {invoice['status']} and can't be paid.")
    chosen = params.get("payment_method") or _method(account, invoice)
    if chosen is None:
        invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set "
            "either property before attempting to pay this Invoice."
        )
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    intent = account.links["intent", invoice["id"]]
    try:
        payments.confirm(account, {"payment_method": chosen, **_asks(params)}, intent)
    except StripeFault:
        if invoice["attempt_count"] < ATTEMPTS:
            invoice["next_payment_attempt"] = account.now() + RETRY
        account.emit("invoice.payment_failed", invoice)
        raise
    if invoice["status"] != "paid":
        account.emit("invoice.payment_action_required", invoice)
    return invoice


def _asks(params: Json) -> Json:
    return {"off_session": params["off_session"]} if "off_session" in params else {}


def _method(account: Account, invoice: Json) -> str | None:
    """The card that is charged when none is named."""
    subscription = account.find(account.links.get(("subscription", invoice["id"]), ""))
    customer = account.get("customer", invoice["customer"])
    chosen: str | None = (
        invoice["default_payment_method"]
        or (subscription and subscription["default_payment_method"])
        or customer["invoice_settings"]["default_payment_method"]
    )
    return chosen


def end(account: Account, params: Json, id: str, status: str = "void") -> Json:
    """POST /v1/invoices/ID/void, or mark_uncollectible: nobody will pay it."""
    invoice = account.get("invoice", id)
    if invoice["status"] not in ("open", "uncollectible"):
        invalid(f"You can only pass in open invoices. This invoice isn't open: {id}")
    invoice["status"] = status
    moment = "voided_at" if status == "void" else "marked_uncollectible_at"
    invoice["status_transitions"][moment] = account.now()
    kind = "voided" if status == "void" else "marked_uncollectible"
    account.emit(f"invoice.{kind}", invoice)
    return invoice


def card_for(account: Account, customer: Json, chosen: str | None) -> Json | None:
    """The payment method that a subscription would charge."""
    id = chosen or customer["invoice_settings"]["default_payment_method"]
    return cards.method_from(account, id, "default_payment_method") if id else None
