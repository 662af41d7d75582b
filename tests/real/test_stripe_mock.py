"""The stand-in for Stripe beside stripe-mock: the same calls of Stripe's own library to both.

stripe-mock answers by Stripe's OpenAPI description, and keeps no state: what it says of an
object's fields and of a request's parameters holds, what it says of their values does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from refute.real import stripe_account
from refute.real.client import disconnect
from refute.real.keeping import Keeper
from refute.real.ports import LOOPBACK, Ports, answers, wait_until
from refute.real.stripe.provider import stripe_mock

stripe: Any = pytest.importorskip("stripe")
PROGRAM = stripe_mock()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="no stripe-mock here: `refute real install stripe`"
)

OPTIONAL = {"charge": {"refunds"}}
"""Fields that stripe-mock shows though Stripe leaves them out until they are asked for."""
SHOWN_ONCE = {"webhook_endpoint": {"secret"}}
"""Fields that Stripe shows in the answer to the creation alone."""


@pytest.fixture(scope="module")
def ours() -> Iterator[tuple[str, str]]:
    with stripe_account(route="stand-in") as account:
        yield account.api_key, account.api_base
    disconnect()


@pytest.fixture(scope="module")
def theirs() -> Iterator[tuple[str, str]]:
    assert PROGRAM is not None
    ports = Ports(2)
    with Keeper("stripe-mock") as keeper:
        plain, secure = (f"{LOOPBACK}:{port}" for port in ports.all)
        keeper.spawn([PROGRAM, "-http-addr", plain, "-https-addr", secure])
        wait_until(lambda: answers(ports.all[0]), what="stripe-mock", seconds=60)
        yield "sk_test_123", f"http://{plain}"
    ports.close()


def catalogue(keep: Callable[[str, Any], Any]) -> None:
    """Customers, products, prices and payment methods."""
    who = keep("customer", stripe.Customer.create(email="a@example.com", metadata={"a": "b"}))
    keep("customer, changed", stripe.Customer.modify(who.id, name="Eva"))
    keep("customers", stripe.Customer.list(limit=3))
    keep("customer, read", stripe.Customer.retrieve(who.id))
    product = keep("product", stripe.Product.create(name="Pro"))
    keep("products", stripe.Product.list(limit=1))
    price = {"product": product.id, "currency": "usd", "unit_amount": 2000}
    keep("price", stripe.Price.create(**price, recurring={"interval": "month"}))
    keep("prices", stripe.Price.list(limit=1))
    method = keep("method", stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}))
    keep("method, attached", stripe.PaymentMethod.attach(method.id, customer=who.id))
    keep("methods", stripe.PaymentMethod.list(customer=who.id))
    keep("method, detached", stripe.PaymentMethod.detach(method.id))
    keep("product, deleted", stripe.Product.delete(product.id))
    keep("customer, deleted", stripe.Customer.delete(who.id))


def billing(keep: Callable[[str, Any], Any]) -> None:
    """Subscriptions and invoices."""
    who = stripe.Customer.create()
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=who.id)
    product = stripe.Product.create(name="Pro")
    price = {"product": product.id, "currency": "usd", "unit_amount": 2000}
    price = stripe.Price.create(**price, recurring={"interval": "month"})
    made = keep(
        "subscription",
        stripe.Subscription.create(
            customer=who.id,
            items=[{"price": price.id}],
            default_payment_method=method.id,
            expand=["latest_invoice"],
        ),
    )
    keep("item", made["items"].data[0])
    keep("subscription, changed", stripe.Subscription.modify(made.id, cancel_at_period_end=True))
    keep("subscriptions", stripe.Subscription.list(customer=who.id))
    keep("invoices", stripe.Invoice.list(customer=who.id))
    keep("subscription, cancelled", stripe.Subscription.cancel(made.id))
    keep("invoice item", stripe.InvoiceItem.create(customer=who.id, amount=1500, currency="usd"))
    invoice = keep(
        "invoice",
        stripe.Invoice.create(customer=who.id, pending_invoice_items_behavior="include"),
    )
    keep("line", invoice.lines.data[0])
    keep("invoice, finalised", stripe.Invoice.finalize_invoice(invoice.id))
    keep("invoice, paid", stripe.Invoice.pay(invoice.id, payment_method=method.id))
    keep("invoice, read", stripe.Invoice.retrieve(invoice.id))


def payment(keep: Callable[[str, Any], Any]) -> None:
    """Payment intents, refunds, checkout sessions, events, endpoints."""
    asked = {"amount": 1000, "currency": "usd", "payment_method_types": ["card"]}
    intent = keep("intent", stripe.PaymentIntent.create(**asked))
    keep(
        "intent, confirmed",
        stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa"),
    )
    keep("intent, read", stripe.PaymentIntent.retrieve(intent.id))
    keep("charge", stripe.Charge.list(limit=1).data[0])
    keep("refund", stripe.Refund.create(payment_intent=intent.id, amount=400))
    data = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "x"}}
    session = keep(
        "session",
        stripe.checkout.Session.create(
            mode="payment",
            line_items=[{"price_data": data, "quantity": 2}],
            success_url="https://example.com/ok",
        ),
    )
    keep("session lines", stripe.checkout.Session.list_line_items(session.id))
    keep("session, expired", stripe.checkout.Session.expire(session.id))
    keep("events", stripe.Event.list(limit=2))
    keep("event", stripe.Event.list(limit=1).data[0])
    hook = {"url": "https://example.com/hook", "enabled_events": ["invoice.paid"]}
    keep("endpoint", stripe.WebhookEndpoint.create(**hook))
    keep("balance", stripe.Balance.retrieve())


def played(server: tuple[str, str], script: Callable[..., None]) -> dict[str, Any]:
    """What the server answered to a script."""
    stripe.api_key, stripe.api_base = server
    kept: dict[str, Any] = {}

    def keep(name: str, answer: Any) -> Any:
        kept[name] = answer
        return answer

    script(keep)
    return kept


@pytest.mark.parametrize("script", [catalogue, billing, payment])
def test_objects_are_of_the_same_types_and_have_the_same_fields(
    ours: tuple[str, str], theirs: tuple[str, str], script: Callable[..., None]
) -> None:
    mine, other = played(ours, script), played(theirs, script)
    for name, known in other.items():
        found = mine[name]
        assert (type(found), found.to_dict().get("object")) == (
            type(known),
            known.to_dict().get("object"),
        ), name
        kind = known.to_dict().get("object", "")
        fields, expected = set(found.to_dict()), set(known.to_dict())
        assert fields - SHOWN_ONCE.get(kind, set()) == expected - OPTIONAL.get(kind, set()), name


WRONG: dict[str, Callable[[], Any]] = {
    "unknown parameter": lambda: stripe.Customer.create(emial="ada@example.com"),
    "unknown below another": lambda: stripe.Price.create(
        currency="usd", unit_amount=5, product="prod_1", recurring={"intervall": "month"}
    ),
    "missing": lambda: stripe.Product.create(),
    "missing below another": lambda: stripe.Price.create(
        currency="usd", unit_amount=5, product_data={"active": True}
    ),
    "no number": lambda: stripe.PaymentIntent.create(amount="ten", currency="usd"),
    "no such choice": lambda: stripe.Price.create(
        currency="usd", unit_amount=5, product="prod_1", recurring={"interval": "fortnight"}
    ),
    "no such choice of a list": lambda: stripe.WebhookEndpoint.create(
        url="https://example.com", enabled_events=["customer.createt"]
    ),
    "no such page": lambda: stripe.StripeClient(
        stripe.api_key, base_addresses={"api": stripe.api_base}
    ).raw_request("get", "/v1/customerz"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_requests_are_refused_with_the_same_status(
    ours: tuple[str, str], theirs: tuple[str, str], name: str
) -> None:
    statuses = []
    for server in (ours, theirs):
        stripe.api_key, stripe.api_base = server
        with pytest.raises(stripe.InvalidRequestError) as refused:
            WRONG[name]()
        statuses.append(refused.value.http_status)
    assert statuses[0] == statuses[1]


def test_what_stripe_mock_refuses_is_refused_in_its_words(ours: tuple[str, str]) -> None:
    stripe.api_key, stripe.api_base = ours
    before = len(stripe.Customer.list(limit=100).data)
    with pytest.raises(stripe.InvalidRequestError, match="so says stripe-mock"):
        stripe.Customer.create(emial="ada@example.com")
    assert len(stripe.Customer.list(limit=100).data) == before
