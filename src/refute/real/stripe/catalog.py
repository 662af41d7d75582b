"""Customers, products and prices of the stand-in."""

from __future__ import annotations

from typing import Any

from refute.real.provider import Json
from refute.real.stripe import cards
from refute.real.stripe.account import Account
from refute.real.stripe.faults import invalid, missing
from refute.real.stripe.forms import flag
from refute.real.stripe.payments import amount_of

INTERVALS = ("day", "week", "month", "year")


def merged(subject: Json, params: Json, names: tuple[str, ...]) -> Json:
    """The values of an update: an empty text unsets one, metadata is merged."""
    values = {name: params[name] or None for name in names if name in params}
    if "metadata" in params:
        given = params["metadata"] or {}
        kept = {**subject["metadata"], **given} if given else {}
        values["metadata"] = {key: value for key, value in kept.items() if value != ""}
    return values


_CUSTOMER = ("email", "name", "description", "phone", "address", "shipping")


def create_customer(account: Account, params: Json) -> Json:
    """POST /v1/customers."""
    customer = account.new(
        "customer",
        address=params.get("address"),
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        description=params.get("description"),
        discount=None,
        email=params.get("email"),
        invoice_prefix="REFUTE",
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata=params.get("metadata") or {},
        name=params.get("name"),
        next_invoice_sequence=1,
        phone=params.get("phone"),
        preferred_locales=[],
        shipping=params.get("shipping"),
        tax_exempt="none",
        test_clock=None,
    )
    if params.get("payment_method"):
        cards.attach(account, {"customer": customer["id"]}, params["payment_method"])
    _default_method(account, customer, params)
    account.emit("customer.created", customer)
    return customer


def update_customer(account: Account, params: Json, id: str) -> Json:
    """POST /v1/customers/ID."""
    customer = account.get("customer", id)
    _default_method(account, customer, params)
    values = merged(customer, params, _CUSTOMER)
    account.change(customer, "customer.updated", **values)
    return customer


def _default_method(account: Account, customer: Json, params: Json) -> None:
    chosen = (params.get("invoice_settings") or {}).get("default_payment_method")
    if not chosen:
        return
    method = cards.method_from(account, chosen, "invoice_settings[default_payment_method]")
    if cards.token(chosen):
        method = cards.attach(account, {"customer": customer["id"]}, method["id"])
    if method["customer"] != customer["id"]:
        invalid(
            "The customer does not have a payment method with the ID "
            f"{chosen}. The payment method must be attached to the customer.",
            param="invoice_settings[default_payment_method]",
        )
    customer["invoice_settings"]["default_payment_method"] = method["id"]


def create_product(account: Account, params: Json) -> Json:
    """POST /v1/products."""
    name = params.get("name") or missing("name")
    id = params.get("id", "")
    if id and id in account.objects.get("product", {}):
        invalid("Product already exists.", param="id", code="resource_already_exists")
    product = account.new(
        "product",
        id,
        active=flag(params.get("active"), True),
        default_price=None,
        description=params.get("description"),
        images=params.get("images", []),
        marketing_features=params.get("marketing_features", []),
        metadata=params.get("metadata") or {},
        name=name,
        package_dimensions=None,
        shippable=None,
        statement_descriptor=None,
        tax_code=None,
        unit_label=None,
        updated=account.now(),
        url=None,
    )
    account.emit("product.created", product)
    if params.get("default_price_data"):
        price = create_price(account, {**params["default_price_data"], "product": product["id"]})
        product["default_price"] = price["id"]
    return product


def update_product(account: Account, params: Json, id: str) -> Json:
    """POST /v1/products/ID."""
    product = account.get("product", id)
    values = merged(product, params, ("name", "description", "images"))
    if "active" in params:
        values["active"] = flag(params["active"])
    if params.get("default_price"):
        values["default_price"] = account.get("price", params["default_price"], "default_price")[
            "id"
        ]
    account.change(product, "product.updated", **values, updated=account.now())
    return product


def create_price(account: Account, params: Json) -> Json:
    """POST /v1/prices: a fixed amount, once or recurring."""
    currency = str(params.get("currency") or missing("currency")).lower()
    if "unit_amount" not in params:
        invalid("refute's stand-in knows prices with `unit_amount` only.", param="unit_amount")
    amount = amount_of(params, "unit_amount")
    if params.get("product"):
        product = account.get("product", params["product"], "product")
    elif params.get("product_data"):
        product = create_product(account, params["product_data"])
    else:
        missing("product")
    recurring = _recurring(params.get("recurring"))
    price = account.new(
        "price",
        active=flag(params.get("active"), True),
        billing_scheme="per_unit",
        currency=currency,
        custom_unit_amount=None,
        lookup_key=params.get("lookup_key"),
        metadata=params.get("metadata") or {},
        nickname=params.get("nickname"),
        product=product["id"],
        recurring=recurring,
        tax_behavior="unspecified",
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    account.emit("price.created", price)
    return price


def _recurring(given: Any) -> Json | None:
    if not given:
        return None
    if given.get("interval") not in INTERVALS:
        invalid(
            f"Invalid recurring[interval]: must be one of {', '.join(INTERVALS)}",
            param="recurring[interval]",
        )
    return {
        "interval": given["interval"],
        "interval_count": int(given.get("interval_count", 1)),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def update_price(account: Account, params: Json, id: str) -> Json:
    """POST /v1/prices/ID: amounts and currencies can't be changed."""
    price = account.get("price", id)
    values = merged(price, params, ("nickname", "lookup_key"))
    if "active" in params:
        values["active"] = flag(params["active"])
    account.change(price, "price.updated", **values)
    return price
