"""Subscriptions of the stand-in: trials, first payments, changes, ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

from refute.real.provider import Json
from refute.real.stripe import invoices
from refute.real.stripe.account import Account
from refute.real.stripe.catalog import merged
from refute.real.stripe.faults import StripeFault, invalid, missing
from refute.real.stripe.forms import flag
from refute.real.stripe.shapes import new_invoice, new_subscription

BEHAVIOURS = (
    "allow_incomplete",
    "default_incomplete",
    "error_if_incomplete",
    "pending_if_incomplete",
)
_DAY = 86400


def after(moment: int, recurring: Json, anchor: int | None = None) -> int:
    """The end of the period that begins at a moment.

    Months and years end on the day of the month of ``anchor`` (of the moment, without one), or on
    the month's last: 31 January, 28 February, 31 March.
    """
    count = int(recurring["interval_count"])
    if recurring["interval"] in ("day", "week"):
        return moment + count * _DAY * (7 if recurring["interval"] == "week" else 1)
    start = datetime.fromtimestamp(moment, UTC)
    months = start.month - 1 + count * (12 if recurring["interval"] == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    wanted = datetime.fromtimestamp(moment if anchor is None else anchor, UTC).day
    day = min(wanted, monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def create(account: Account, params: Json) -> Json:
    """POST /v1/subscriptions."""
    customer = account.get("customer", params.get("customer") or missing("customer"), "customer")
    wanted = params.get("items") or missing("items")
    behaviour = params.get("payment_behavior", "allow_incomplete")
    if behaviour not in BEHAVIOURS:
        invalid(
            f"Invalid payment_behavior: must be one of {', '.join(BEHAVIOURS)}",
            param="payment_behavior",
        )
    prices = [_price(account, each, at) for at, each in enumerate(wanted)]
    trial_end = _trial(account, params)
    method = invoices.card_for(account, customer, params.get("default_payment_method"))
    amount = sum(
        price["unit_amount"] * int(each.get("quantity", 1))
        for price, each in zip(prices, wanted, strict=True)
    )
    if method is None and amount and not trial_end and behaviour != "default_incomplete":
        invalid(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    subscription = new_subscription(account, customer, prices[0]["currency"], params)
    subscription["default_payment_method"] = (
        method["id"] if method and params.get("default_payment_method") else None
    )
    end = trial_end or after(account.now(), prices[0]["recurring"])
    for price, each in zip(prices, wanted, strict=True):
        _add_item(account, subscription, price, int(each.get("quantity", 1)), end)
    if trial_end:
        subscription.update(
            status="trialing",
            trial_start=account.now(),
            trial_end=trial_end,
            billing_cycle_anchor=trial_end,
        )
    before = account.happened()
    try:
        return _first(account, subscription, behaviour)
    except StripeFault:
        # What is left of it is a payment that was refused.
        account.take_back(before, "customer.subscription.", "invoice.")
        del account.objects["invoice"][subscription["latest_invoice"]]
        del account.objects["subscription"][subscription["id"]]
        raise


def _first(account: Account, subscription: Json, behaviour: str) -> Json:
    """The first invoice, and what follows from its payment."""
    trial = subscription["status"] == "trialing"
    account.emit("customer.subscription.created", subscription)
    invoice = bill(account, subscription, "subscription_create", free=trial)
    if invoice["status"] != "paid" and behaviour != "default_incomplete":
        try:
            invoices.pay(account, {"off_session": "true"}, invoice["id"])
        except StripeFault:
            if behaviour == "error_if_incomplete":
                raise
    return subscription


def _price(account: Account, item: Json, at: int) -> Json:
    if not item.get("price"):
        missing(f"items[{at}][price]")
    price = account.get("price", item["price"], f"items[{at}][price]")
    if price["type"] != "recurring":
        invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            param=f"items[{at}][price]",
        )
    return price


def _trial(account: Account, params: Json) -> int | None:
    if params.get("trial_period_days"):
        return account.now() + int(params["trial_period_days"]) * _DAY
    if params.get("trial_end") and params["trial_end"] != "now":
        return int(params["trial_end"])
    return None


def _add_item(account: Account, subscription: Json, price: Json, quantity: int, end: int) -> None:
    item = account.new(
        "subscription_item",
        billing_thresholds=None,
        current_period_end=end,
        current_period_start=account.now(),
        discounts=[],
        metadata={},
        price=price,
        quantity=quantity,
        subscription=subscription["id"],
        tax_rates=[],
    )
    subscription["items"]["data"].append(item)


def bill(account: Account, subscription: Json, reason: str, free: bool = False) -> Json:
    """A finalised invoice of the current period; ``free`` in a trial."""
    customer = account.get("customer", subscription["customer"])
    parent = {
        "quote_details": None,
        "subscription_details": {
            "metadata": subscription["metadata"],
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }
    invoice = new_invoice(account, customer, subscription["currency"], reason, parent=parent)
    account.links["subscription", invoice["id"]] = subscription["id"]
    for item in subscription["items"]["data"]:
        price, quantity = item["price"], item["quantity"]
        details = {
            "invoice_item": None,
            "proration": False,
            "proration_details": None,
            "subscription": subscription["id"],
            "subscription_item": item["id"],
        }
        invoices.add_line(
            account,
            invoice,
            0 if free else price["unit_amount"] * quantity,
            description=f"{quantity} x {account.get('product', price['product'])['name']}",
            quantity=quantity,
            parent={
                "type": "subscription_item_details",
                "invoice_item_details": None,
                "subscription_item_details": details,
            },
            period={"start": item["current_period_start"], "end": item["current_period_end"]},
            pricing={
                "type": "price_details",
                "price_details": {"price": price["id"], "product": price["product"]},
                "unit_amount_decimal": price["unit_amount_decimal"],
            },
        )
    subscription["latest_invoice"] = invoice["id"]
    account.emit("invoice.created", invoice)
    return invoices.finalize(account, {}, invoice["id"])


def _invoice_paid(account: Account, invoice: Json) -> None:
    """A subscription becomes active when what it owes is paid."""
    subscription = account.find(account.links.get(("subscription", invoice["id"]), ""))
    if subscription and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        account.change(subscription, "customer.subscription.updated", status="active")


invoices.PAID["subscription"] = _invoice_paid


def update(account: Account, params: Json, id: str) -> Json:
    """POST /v1/subscriptions/ID. Changed items take effect with the next invoice."""
    subscription = account.get("subscription", id)
    if subscription["status"] in ("canceled", "incomplete_expired"):
        invalid("A canceled subscription can only update its cancellation_details and metadata.")
    values: dict[str, Any] = merged(subscription, params, ("description",))
    if params.get("default_payment_method"):
        customer = account.get("customer", subscription["customer"])
        method = invoices.card_for(account, customer, params["default_payment_method"])
        values["default_payment_method"] = method and method["id"]
    if "cancel_at_period_end" in params:
        ends = flag(params["cancel_at_period_end"])
        end = subscription["items"]["data"][0]["current_period_end"]
        values.update(
            cancel_at_period_end=ends,
            cancel_at=end if ends else None,
            canceled_at=account.now() if ends else None,
        )
    if params.get("items"):
        values["items"] = _changed_items(account, subscription, params["items"])
    account.change(subscription, "customer.subscription.updated", **values)
    if params.get("trial_end") == "now" and subscription["status"] == "trialing":
        end_trial(account, subscription)
    return subscription


def _changed_items(account: Account, subscription: Json, wanted: list[Json]) -> Json:
    kept = [dict(each) for each in subscription["items"]["data"]]
    for at, each in enumerate(wanted):
        found = next((one for one in kept if one["id"] == each.get("id")), None)
        if each.get("id") and found is None:
            invalid(
                f"No such subscription item: '{each['id']}'",
                param=f"items[{at}][id]",
                code="resource_missing",
            )
        if found is None:
            whole = {"items": {"data": kept}, "id": subscription["id"]}
            end = kept[0]["current_period_end"]
            _add_item(account, whole, _price(account, each, at), int(each.get("quantity", 1)), end)
        elif flag(each.get("deleted")):
            kept.remove(found)
        else:
            if each.get("price"):
                found["price"] = _price(account, each, at)
            found["quantity"] = int(each.get("quantity") or found["quantity"])
            account.objects["subscription_item"][found["id"]] = found
    return {**subscription["items"], "data": kept}


def end_trial(account: Account, subscription: Json) -> None:
    """The trial is over: the first period that costs something begins now."""
    subscription["billing_cycle_anchor"] = account.now()
    _next_period(account, subscription, account.now())
    account.change(
        subscription, "customer.subscription.updated", status="active", trial_end=account.now()
    )
    collect(account, subscription)


def _next_period(account: Account, subscription: Json, start: int) -> None:
    anchor = subscription["billing_cycle_anchor"]
    for item in subscription["items"]["data"]:
        item["current_period_start"] = start
        item["current_period_end"] = after(start, item["price"]["recurring"], anchor)


def renew(account: Account, subscription: Json) -> None:
    """The next period begins."""
    _next_period(account, subscription, subscription["items"]["data"][0]["current_period_end"])
    account.emit("customer.subscription.updated", subscription)
    collect(account, subscription)


def collect(account: Account, subscription: Json) -> None:
    """Bill the period; a refused card makes the subscription past due."""
    invoice = bill(account, subscription, "subscription_cycle")
    if invoice["status"] == "paid":
        return
    try:
        invoices.pay(account, {"off_session": "true"}, invoice["id"])
    except StripeFault:
        account.change(subscription, "customer.subscription.updated", status="past_due")


def cancel(account: Account, params: Json, id: str, reason: str = "cancellation_requested") -> Json:
    """DELETE /v1/subscriptions/ID: it ends now."""
    subscription = account.get("subscription", id)
    if subscription["status"] == "canceled":
        invalid(f"No such subscription: '{id}'", param="id", code="resource_missing", status=404)
    now = account.now()
    details = {**subscription["cancellation_details"], **(params.get("cancellation_details") or {})}
    subscription.update(
        status="canceled",
        canceled_at=subscription["canceled_at"] or now,
        ended_at=now,
        cancellation_details={**details, "reason": reason},
    )
    account.emit("customer.subscription.deleted", subscription)
    return subscription
