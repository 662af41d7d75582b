"""What the tests do at the stand-in beside the API: be the customer, the bank, the clock."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

from refute.real.provider import Json
from refute.real.stripe import cards, checkout, clock, payments
from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault, invalid


def do(accounts: dict[str, Account], what: str, args: Json) -> Any:
    """One operation on one account. Raises StripeFault."""
    key = args.pop("key")
    if what == "open":
        accounts[key] = Account(key)
        return None
    if what == "close":
        accounts.pop(key, None)
        return None
    account = accounts.get(key)
    if account is None:
        invalid("This account is gone.", status=404)
    with account.lock:
        account.request = {"id": None, "idempotency_key": None}
        return _do(account, what, args)


def _do(account: Account, what: str, args: Json) -> Any:
    match what:
        case "pending":
            events = account.objects.get("event", {})
            return [copy.deepcopy(events[id]) for id in account.pending]
        case "delivered":
            account.pending = [id for id in account.pending if id not in args["ids"]]
            for id in args["ids"]:
                account.get("event", id)["pending_webhooks"] = 0
            return None
        case "endpoints":
            return [
                {**one, "secret": account.links["secret", one["id"]]}
                for one in account.all("webhook_endpoint")
            ]
        case "complete_checkout":
            return copy.deepcopy(
                checkout.complete(account, args["session"], args["method"], args["email"])
            )
        case "authenticate":
            return copy.deepcopy(_authenticate(account, args["intent"], args["succeeds"]))
        case "advance":
            clock.advance(account, int(args["seconds"]))
            return account.now()
        case _:
            invalid(f"The stand-in has no operation `{what}`.", status=404)


def _authenticate(account: Account, id: str, succeeds: bool) -> Json:
    """The bank asks the customer, who agrees or does not."""
    intent = account.get("payment_intent", id)
    if intent["status"] != "requires_action":
        invalid(f"{id} waits for nobody: its status is {intent['status']}.")
    if succeeds:
        return payments.settle(account, intent)
    card = cards.Card(
        "visa",
        "",
        "payment_intent_authentication_failure",
        "",
        "The provided PaymentMethod has failed authentication.",
    )
    with suppress(StripeFault):
        payments.refuse(account, intent, card)
    return intent
