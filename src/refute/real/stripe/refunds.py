"""Refunds of the stand-in."""

from __future__ import annotations

from refute.real.provider import Json
from refute.real.stripe.account import Account
from refute.real.stripe.faults import invalid
from refute.real.stripe.payments import amount_of


def create(account: Account, params: Json) -> Json:
    """POST /v1/refunds: of a payment intent or a charge, whole or in part."""
    charge = _charge(account, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = amount_of(params) if params.get("amount") else left
    if amount > left:
        invalid(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge "
            f"(${left / 100:.2f})",
            param="amount",
        )
    refund = account.new(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        customer_account=None,
        destination_details={"type": "card", "card": {"type": "refund"}},
        metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=params.get("reason"),
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded",
        transfer_reversal=None,
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)
    return refund


def _charge(account: Account, params: Json) -> Json:
    if params.get("charge"):
        charge = account.get("charge", params["charge"], "charge")
    elif params.get("payment_intent"):
        intent = account.get("payment_intent", params["payment_intent"], "payment_intent")
        if intent["latest_charge"] is None:
            invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
        charge = account.get("charge", intent["latest_charge"])
    else:
        invalid(
            "One of the following params should be provided for this request: "
            "payment_intent or charge."
        )
    if charge["status"] != "succeeded":
        invalid(f"Charge {charge['id']} has not succeeded and can't be refunded.")
    return charge
