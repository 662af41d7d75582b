"""Stripe's test cards: what they are, and what becomes of a charge to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refute.real.provider import Json
from refute.real.stripe.account import Account
from refute.real.stripe.faults import declined, invalid, missing, no_such


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. ``code`` and ``decline`` tell how it is refused; empty for a good one."""

    brand: str
    number: str
    code: str = ""
    decline: str = ""
    message: str = ""
    #: Whether it is refused only when it is charged, and can be attached to a customer.
    later: bool = False
    #: Whether the customer has to confirm each payment.
    asks: bool = False


_NO = "Your card was declined."


def _refused(number: str, decline: str, message: str = _NO, code: str = "card_declined") -> Card:
    return Card("visa", number, code, decline, message)


_EXPIRED = _refused("4000000000000069", "", "Your card has expired.", "expired_card")
_CVC = _refused("4000000000000127", "", "Your card's security code is incorrect.", "incorrect_cvc")
_PROCESSING = _refused(
    "4000000000000119",
    "",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
)
_FUNDS = _refused("4000000000009995", "insufficient_funds", "Your card has insufficient funds.")

CARDS = {
    "visa": Card("visa", "4242424242424242"),
    "visa_debit": Card("visa", "4000056655665556"),
    "mastercard": Card("mastercard", "5555555555554444"),
    "amex": Card("amex", "378282246310005"),
    "chargeDeclined": _refused("4000000000000002", "generic_decline"),
    "visa_chargeDeclined": _refused("4000000000000002", "generic_decline"),
    "chargeDeclinedInsufficientFunds": _FUNDS,
    "visa_chargeDeclinedInsufficientFunds": _FUNDS,
    "visa_chargeDeclinedLostCard": _refused("4000000000009987", "lost_card"),
    "visa_chargeDeclinedStolenCard": _refused("4000000000009979", "stolen_card"),
    "chargeDeclinedExpiredCard": _EXPIRED,
    "chargeDeclinedIncorrectCvc": _CVC,
    "chargeDeclinedProcessingError": _PROCESSING,
    "chargeCustomerFail": Card(
        "visa", "4000000000000341", "card_declined", "generic_decline", _NO, later=True
    ),
    "authenticationRequired": Card("visa", "4000002500003155", asks=True),
    "threeDSecure2Required": Card("visa", "4000000000003220", asks=True),
}
"""By the end of their names: ``pm_card_visa``, ``tok_visa``."""
_BY_NUMBER = {card.number: card for card in CARDS.values()}
_PLAIN = ("pm_card_", "tok_")


def token(id: str) -> Card | None:
    """The card of a token such as ``pm_card_visa``."""
    for prefix in _PLAIN:
        if id.startswith(prefix):
            return CARDS.get(id.removeprefix(prefix))
    return None


def method_from(account: Account, id: str, param: str = "payment_method") -> Json:
    """A payment method by its id; a token makes a new one. Raises StripeFault."""
    card = token(id)
    if card is not None:
        return new_method(account, card)
    if id not in account.objects.get("payment_method", {}):
        no_such("payment_method", id, param)
    return account.get("payment_method", id, param)


def new_method(account: Account, card: Card, values: Json | None = None) -> Json:
    """A payment method of a card."""
    given = values or {}
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    made = account.new(
        "payment_method",
        allow_redisplay="unspecified",
        billing_details={
            "address": address,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
            **given.get("billing_details", {}),
        },
        card={
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": card.number[-8:],
            "funding": "credit",
            "last4": card.number[-4:],
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "generated_from": None,
            "regulated_status": "unregulated",
            "wallet": None,
        },
        customer=None,
        customer_account=None,
        metadata=given.get("metadata", {}),
        type="card",
    )
    account.links["card", made["id"]] = card
    return made


def create(account: Account, params: Json) -> Json:
    """POST /v1/payment_methods."""
    if "type" not in params:
        missing("type")
    if params["type"] != "card":
        invalid(f"refute's stand-in knows cards only, not {params['type']}.", param="type")
    given: Any = params.get("card") or missing("card")
    card = token(given["token"]) if "token" in given else _BY_NUMBER.get(str(given.get("number")))
    if card is None:
        declined("incorrect_number", "", "Your card number is incorrect.", param="number")
    return new_method(account, card, params)


def attach(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_methods/ID/attach: a card that is refused at once can't be attached."""
    customer = account.get("customer", params.get("customer") or missing("customer"), "customer")
    method = method_from(account, id)
    card: Card = account.links["card", method["id"]]
    if card.code and not card.later:
        declined(card.code, card.decline, card.message)
    if method["customer"] not in (None, customer["id"]):
        invalid(
            "The payment method you provided has already been attached to a customer.",
            param="payment_method",
        )
    method["customer"] = customer["id"]
    account.emit("payment_method.attached", method)
    return method


def detach(account: Account, params: Json, id: str) -> Json:
    """POST /v1/payment_methods/ID/detach."""
    method = method_from(account, id)
    if method["customer"] is None:
        invalid("The payment method you provided is not attached to a customer.")
    account.change(method, customer=None)
    account.emit("payment_method.detached", method)
    return method


def charge_of(account: Account, method: Json) -> Card:
    """The card behind a payment method."""
    card: Card = account.links["card", method["id"]]
    return card
