"""Payment intents, charges and refunds of the stand-in."""

from __future__ import annotations

import secrets
from typing import Any

from refute.real.provider import Json
from refute.real.stripe import cards
from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault, invalid, missing
from refute.real.stripe.forms import flag

SMALLEST = 50
"""The smallest amount in most currencies, in cents."""
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def amount_of(params: Json, name: str = "amount") -> int:
    """An amount in a currency's smallest unit. Raises StripeFault."""
    given = params.get(name)
    if given in (None, ""):
        missing(name)
    try:
        amount = int(str(given))
    except ValueError:
        invalid(f"Invalid integer: {given}", param=name, code="parameter_invalid_integer")
    if amount < 0:
        invalid("Invalid non-negative integer", param=name, code="parameter_invalid_integer")
    return amount


def create(account: Account, params: Json) -> Json:
    """POST /v1/payment_intents."""
    amount = amount_of(params)
    currency = str(params.get("currency") or missing("currency")).lower()
    if amount < SMALLEST:
        invalid("Amount must be at least $0.50 usd", param="amount", code="amount_too_small")
    if params.get("customer"):
        account.get("customer", params["customer"], "customer")
    if "card" not in params.get("payment_method_types", ["card"]):
        invalid(
            "refute's stand-in knows cards only: `card` has to be among the types.",
            param="payment_method_types",
        )
    intent = new_intent(account, amount, currency, params)
    if params.get("payment_method"):
        method = cards.method_from(account, params["payment_method"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    account.emit("payment_intent.created", intent)
    if flag(params.get("confirm")):
        return confirm(account, params, intent["id"])
    return intent


def new_intent(account: Account, amount: int, currency: str, params: Json) -> Json:
    """A payment intent, before anything was paid."""
    id = f"pi_{secrets.token_hex(12)}"
    return account.new(
        "payment_intent",
        id,
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        allowed_payment_method_types=None,
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method=params.get("capture_method", "automatic_async"),
        client_secret=f"{id}_secret_{secrets.token_hex(12)}",
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=currency,
        customer=params.get("customer"),
        customer_account=None,
        description=params.get("description"),
        excluded_payment_method_types=None,
        last_payment_error=None,
        latest_charge=None,
        managed_payments=None,
        metadata=params.get("metadata") or {},
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_configuration_details=None,
        payment_method_options={},
        payment_method_types=params.get("payment_method_types", ["card"]),
        processing=None,
        receipt_email=params.get("receipt_email"),
        review=None,
        setup_future_usage=params.get("setup_future_usage"),
        shipping=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
    )


def confirm(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_intents/ID/confirm. Raises StripeFault where the card is refused."""
    intent = account.get("payment_intent", id)
    if intent["status"] not in _OPEN:
        _unexpected(intent, "confirm")
    if params.get("payment_method"):
        method = cards.method_from(account, params["payment_method"])
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    card = cards.charge_of(account, account.get("payment_method", intent["payment_method"]))
    if card.asks and not flag(params.get("off_session")):
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        account.change(intent, status="requires_action", next_action=action)
        account.emit("payment_intent.requires_action", intent)
        return intent
    if card.asks:
        refuse(
            account,
            intent,
            cards.Card(
                "visa",
                "",
                "authentication_required",
                "authentication_required",
                "Your card was declined. This transaction requires authentication.",
            ),
        )
    if card.code:
        refuse(account, intent, card)
    return settle(account, intent)


def refuse(account: Account, intent: Json, card: cards.Card) -> None:
    """The card was refused: a failed charge, an event, and a StripeFault to be answered."""
    charge = _charge(account, intent, card)
    account.emit("charge.failed", charge)
    error: Json = {
        "type": "card_error",
        "code": card.code,
        "message": card.message,
        "charge": charge["id"],
        "doc_url": f"https://stripe.com/docs/error-codes/{card.code.replace('_', '-')}",
    }
    if card.decline:
        error["decline_code"] = card.decline
    method = account.get("payment_method", intent["payment_method"])
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge["id"],
        last_payment_error={**error, "payment_method": dict(method)},
        next_action=None,
    )
    account.emit("payment_intent.payment_failed", intent)
    raise StripeFault(
        402, {**error, "payment_intent": dict(intent), "payment_method": dict(method)}
    )


def settle(account: Account, intent: Json) -> Json:
    """The card was charged, or the amount is held until it is captured."""
    held = intent["capture_method"] == "manual"
    charge = _charge(account, intent, None, captured=not held)
    intent.update(
        status="requires_capture" if held else "succeeded",
        amount_capturable=intent["amount"] if held else 0,
        amount_received=0 if held else intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    account.emit("charge.succeeded", charge)
    account.emit(
        "payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", intent
    )
    paid = account.links.get(("paid", intent["id"]))
    if paid is not None and not held:
        paid()
    return intent


_NOTHING: Json = dict.fromkeys(
    (
        "application",
        "application_fee",
        "application_fee_amount",
        "calculated_statement_descriptor",
        "failure_balance_transaction",
        "on_behalf_of",
        "receipt_email",
        "receipt_number",
        "review",
        "shipping",
        "source_transfer",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)


def _charge(account: Account, intent: Json, card: cards.Card | None, captured: bool = True) -> Json:
    method = account.get("payment_method", intent["payment_method"])
    good = card is None
    return account.new(
        "charge",
        **_NOTHING,
        fraud_details={},
        amount=intent["amount"],
        amount_captured=intent["amount"] if good and captured else 0,
        amount_refunded=0,
        balance_transaction=f"txn_{secrets.token_hex(12)}" if good and captured else None,
        billing_details=method["billing_details"],
        captured=good and captured,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=None if good else card and card.code,
        failure_message=None if good else card and card.message,
        metadata=dict(intent["metadata"]),
        outcome=None,
        paid=good,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": "card", "card": dict(method["card"])},
        receipt_url=None,
        refunded=False,
        status="succeeded" if good else "failed",
    )


def capture(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_intents/ID/capture."""
    intent = account.get("payment_intent", id)
    if intent["status"] != "requires_capture":
        _unexpected(intent, "capture")
    amount = amount_of(params, "amount_to_capture") if params.get("amount_to_capture") else None
    if amount is not None and amount > intent["amount_capturable"]:
        invalid(
            "The amount to capture is greater than the amount that is held.",
            param="amount_to_capture",
            code="amount_too_large",
        )
    taken = intent["amount"] if amount is None else amount
    charge = account.get("charge", intent["latest_charge"])
    charge.update(captured=True, amount_captured=taken)
    intent.update(status="succeeded", amount_received=taken, amount_capturable=0)
    account.emit("charge.captured", charge)
    account.emit("payment_intent.succeeded", intent)
    return intent


def cancel(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_intents/ID/cancel."""
    intent = account.get("payment_intent", id)
    if intent["status"] not in (*_OPEN, "requires_capture"):
        _unexpected(intent, "cancel")
    intent.update(
        status="canceled",
        canceled_at=account.now(),
        cancellation_reason=params.get("cancellation_reason"),
        amount_capturable=0,
    )
    account.emit("payment_intent.canceled", intent)
    return intent


def update(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_intents/ID."""
    intent = account.get("payment_intent", id)
    if intent["status"] not in _OPEN and set(params) - {"metadata", "description", "expand"}:
        _unexpected(intent, "update")
    values: dict[str, Any] = {
        key: params[key] for key in ("description", "receipt_email", "customer") if key in params
    }
    if "amount" in params:
        values["amount"] = amount_of(params)
    if params.get("payment_method"):
        values["payment_method"] = cards.method_from(account, params["payment_method"])["id"]
        values["status"] = "requires_confirmation"
    if "metadata" in params:
        values["metadata"] = {**intent["metadata"], **params["metadata"]}
    intent.update(values)
    return intent


def _unexpected(intent: Json, verb: str) -> None:
    invalid(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
