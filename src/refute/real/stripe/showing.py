"""How objects are shown: pages of lists, expanded ids, and the shapes of older API versions."""

from __future__ import annotations

import copy
from typing import Any

from refute.real.provider import Json
from refute.real.stripe.account import BASIL, Account, listing
from refute.real.stripe.faults import invalid
from refute.real.stripe.forms import flag

_PAGE = 10
_PLAIN = ("limit", "starting_after", "ending_before", "expand", "created")


def page(account: Account, url: str, found: list[Json], params: Json) -> Json:
    """A page of a list, newest first. Filters are the parameters that objects have, too."""
    limit = _limit(params)
    newest = [one for one in reversed(found) if _fits(one, params)]
    ids = [one["id"] for one in newest]
    start, stop = 0, len(newest)
    for name in ("starting_after", "ending_before"):
        if params.get(name) and params[name] not in ids:
            invalid(f"No such object: '{params[name]}'", param=name, code="resource_missing")
    if params.get("starting_after"):
        start = ids.index(params["starting_after"]) + 1
    if params.get("ending_before"):
        stop = ids.index(params["ending_before"])
        begin = max(start, stop - limit)
        return listing(url, newest[begin:stop], begin > start)
    return listing(url, newest[start : start + limit], start + limit < stop)


def _limit(params: Json) -> int:
    try:
        limit = int(params.get("limit", _PAGE))
    except ValueError:
        invalid(
            f"Invalid integer: {params['limit']}", param="limit", code="parameter_invalid_integer"
        )
    if not 1 <= limit <= 100:
        invalid(
            "This value must be between 1 and 100.", param="limit", code="parameter_invalid_integer"
        )
    return limit


def _fits(subject: Json, params: Json) -> bool:
    return _created(subject, params.get("created")) and all(
        _equal(subject, name, value) for name, value in params.items() if name not in _PLAIN
    )


def _created(subject: Json, asked: Any) -> bool:
    if asked is None:
        return True
    if not isinstance(asked, dict):
        return bool(subject["created"] == int(asked))
    moment = subject["created"]
    tests = {
        "gt": moment.__gt__,
        "gte": moment.__ge__,
        "lt": moment.__lt__,
        "lte": moment.__le__,
    }
    return all(tests[name](int(value)) for name, value in asked.items() if name in tests)


def _equal(subject: Json, name: str, value: Any) -> bool:
    match name:
        case "types":
            return subject["type"] in value
        case "ids" | "lookup_keys":
            return subject["id" if name == "ids" else "lookup_key"] in value
        case "subscription" if subject["object"] == "invoice":
            parent = subject["parent"] or {}
            return bool((parent.get("subscription_details") or {}).get("subscription") == value)
        case "price" if subject["object"] == "subscription":
            return any(one["price"]["id"] == value for one in subject["items"]["data"])
        case "status" if subject["object"] == "subscription" and value == "all":
            return True
        case "type" if value.endswith(".*"):
            return str(subject["type"]).startswith(value[:-1])
    mine = subject.get(name)
    return mine == (flag(value) if isinstance(mine, bool) else value)


def shown(account: Account, answer: Json, expand: Any, version: str) -> Json:
    """A copy for the outside, expanded as asked. Raises StripeFault for what can't be."""
    copied = copy.deepcopy(answer)
    for path in expand if isinstance(expand, list) else [expand] if expand else []:
        parts = path.split(".")
        if copied.get("object") == "list":
            if parts[0] != "data":
                _not_expandable(path)
            for one in copied["data"]:
                _expand(account, one, parts[1:], path)
        else:
            _expand(account, copied, parts, path)
    if version < BASIL:
        _old(account, copied)
    return copied


def _expand(account: Account, subject: Any, parts: list[str], path: str) -> None:
    if not parts or not isinstance(subject, dict):
        return
    name, rest = parts[0], parts[1:]
    if subject.get("object") == "list" and name == "data":
        for one in subject["data"]:
            _expand(account, one, rest, path)
        return
    value = subject.get(name)
    if isinstance(value, str):
        found = account.find(value)
        if found is None:
            _not_expandable(path)
        subject[name] = copy.deepcopy(found)
    elif value is None:
        included = _included(account, subject, name)
        if included is None and name not in subject:
            _not_expandable(path)
        subject[name] = included
    _expand(account, subject[name], rest, path)


def _included(account: Account, subject: Json, name: str) -> Json | None:
    """What is shown only when it is asked for."""
    id = subject.get("id", "")
    match subject.get("object"), name:
        case "checkout.session", "line_items":
            url = f"/v1/checkout/sessions/{id}/line_items"
            return listing(url, copy.deepcopy(account.links["lines", id]))
        case "customer", "subscriptions":
            mine = [one for one in account.all("subscription") if one["customer"] == id]
            return listing(f"/v1/customers/{id}/subscriptions", copy.deepcopy(mine[::-1]))
        case "charge", "refunds":
            mine = [one for one in account.all("refund") if one["charge"] == id]
            return listing(f"/v1/charges/{id}/refunds", copy.deepcopy(mine[::-1]))
        case "invoice", "payments":
            return listing("/v1/invoice_payments", _payments(account, subject))
        case "invoice", "confirmation_secret":
            intent = account.find(account.links.get(("intent", id), ""))
            secret = intent and intent["client_secret"]
            return {"client_secret": secret, "type": "payment_intent"} if secret else None
    return None


def _payments(account: Account, invoice: Json) -> list[Json]:
    intent = account.find(account.links.get(("intent", invoice["id"]), ""))
    if intent is None:
        return []
    paid = intent["status"] == "succeeded"
    return [
        {
            "id": f"inpay_{intent['id'][3:]}",
            "object": "invoice_payment",
            "amount_paid": intent["amount_received"] if paid else None,
            "amount_requested": intent["amount"],
            "created": intent["created"],
            "currency": intent["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": "paid" if paid else "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    ]


def _not_expandable(path: str) -> None:
    invalid(f"This property cannot be expanded ({path}).", param="expand[]")


def _old(account: Account, subject: Any) -> None:
    """Fields that versions before BASIL had: they were moved."""
    if isinstance(subject, list):
        for each in subject:
            _old(account, each)
    if not isinstance(subject, dict):
        return
    if subject.get("object") == "subscription" and "items" in subject:
        first = subject["items"]["data"][0]
        for name in ("current_period_start", "current_period_end"):
            subject[name] = first[name]
    if subject.get("object") == "invoice" and "parent" in subject:
        details = (subject["parent"] or {}).get("subscription_details") or {}
        subject["subscription"] = details.get("subscription")
        subject["payment_intent"] = account.links.get(("intent", subject["id"]))
        subject["paid"] = subject["status"] == "paid"
    for each in list(subject.values()):
        _old(account, each)
