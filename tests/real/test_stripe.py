"""Stripe's stand-in, driven by Stripe's own library: subscriptions, declines, webhooks, keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from benches.real_kills import kill_once
from tests.real.runs import run_tests

from refute.errors import RefuteError
from refute.real import StripeAccount, stripe_account
from refute.real.client import disconnect

stripe: Any = pytest.importorskip("stripe")


@pytest.fixture(scope="module", autouse=True)
def _line() -> Iterator[None]:
    yield
    disconnect()


@pytest.fixture
def account() -> Iterator[StripeAccount]:
    with stripe_account(route="stand-in") as opened:
        stripe.api_key, stripe.api_base = opened.api_key, opened.api_base
        yield opened


def types(account: StripeAccount) -> list[str]:
    return [event["type"] for event in account.pending()]


def customer(card: str = "pm_card_visa") -> Any:
    made = stripe.Customer.create(email="ada@example.com")
    method = stripe.PaymentMethod.attach(card, customer=made.id)
    stripe.Customer.modify(made.id, invoice_settings={"default_payment_method": method.id})
    return made


def monthly(amount: int = 2000) -> Any:
    product = stripe.Product.create(name="Pro")
    return stripe.Price.create(
        product=product.id, currency="usd", unit_amount=amount, recurring={"interval": "month"}
    )


def test_subscription_is_paid_at_once_and_renewed_a_month_later(account: StripeAccount) -> None:
    who = customer()
    made = stripe.Subscription.create(customer=who.id, items=[{"price": monthly().id}])
    assert made.status == "active"
    first = stripe.Invoice.retrieve(made.latest_invoice, expand=["payments"])
    assert (first.status, first.amount_paid, first.billing_reason) == (
        "paid",
        2000,
        "subscription_create",
    )
    account.done(*(event["id"] for event in account.pending()))
    account.advance(days=32)
    assert [each.billing_reason for each in stripe.Invoice.list(customer=who.id)] == [
        "subscription_cycle",
        "subscription_create",
    ]
    assert {"invoice.created", "invoice.paid", "customer.subscription.updated"} <= {*types(account)}


def test_trial_is_announced_to_end_and_then_costs(account: StripeAccount) -> None:
    made = stripe.Subscription.create(
        customer=customer().id, items=[{"price": monthly().id}], trial_period_days=14
    )
    assert made.status == "trialing"
    assert stripe.Invoice.retrieve(made.latest_invoice).amount_paid == 0
    account.advance(days=12)
    assert types(account)[-1] == "customer.subscription.trial_will_end"
    account.advance(days=3)
    now = stripe.Subscription.retrieve(made.id, expand=["latest_invoice"])
    assert (now.status, now.latest_invoice.amount_paid) == ("active", 2000)


def test_card_that_fails_later_makes_it_past_due_and_ends_it_after_four_attempts(
    account: StripeAccount,
) -> None:
    who = customer()
    made = stripe.Subscription.create(customer=who.id, items=[{"price": monthly().id}])
    failing = stripe.PaymentMethod.attach("pm_card_chargeCustomerFail", customer=who.id)
    stripe.Subscription.modify(made.id, default_payment_method=failing.id)
    account.advance(days=32)
    assert stripe.Subscription.retrieve(made.id).status == "past_due"
    invoice = stripe.Invoice.list(customer=who.id, limit=1).data[0]
    assert (invoice.status, invoice.attempt_count, invoice.amount_remaining) == ("open", 1, 2000)
    good = stripe.PaymentMethod.attach("pm_card_mastercard", customer=who.id)
    stripe.Invoice.pay(invoice.id, payment_method=good.id)
    assert stripe.Subscription.retrieve(made.id).status == "active"
    account.advance(days=31 + 10)
    assert stripe.Subscription.retrieve(made.id).status == "canceled"
    assert types(account).count("invoice.payment_failed") == 5


def test_cancelled_at_the_end_of_its_period(account: StripeAccount) -> None:
    made = stripe.Subscription.create(customer=customer().id, items=[{"price": monthly().id}])
    changed = stripe.Subscription.modify(made.id, cancel_at_period_end=True)
    assert changed.status == "active"
    assert changed.cancel_at == changed["items"].data[0].current_period_end
    event = account.pending("customer.subscription.updated")[-1]
    assert event["data"]["previous_attributes"]["cancel_at_period_end"] is False
    account.advance(days=32)
    assert stripe.Subscription.retrieve(made.id).status == "canceled"
    assert types(account)[-1] == "customer.subscription.deleted"


def test_first_payment_that_is_refused_leaves_it_incomplete(account: StripeAccount) -> None:
    who = customer("pm_card_chargeCustomerFail")
    made = stripe.Subscription.create(customer=who.id, items=[{"price": monthly().id}])
    assert made.status == "incomplete"
    with pytest.raises(stripe.CardError):
        stripe.Subscription.create(
            customer=who.id,
            items=[{"price": monthly().id}],
            payment_behavior="error_if_incomplete",
        )
    assert len(stripe.Subscription.list(customer=who.id).data) == 1
    assert len(stripe.Invoice.list(customer=who.id).data) == 1
    assert types(account).count("customer.subscription.created") == 1


def test_who_has_no_card_can_pay_the_first_invoice_later(account: StripeAccount) -> None:
    who = stripe.Customer.create()
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        stripe.Subscription.create(customer=who.id, items=[{"price": monthly().id}])
    made = stripe.Subscription.create(
        customer=who.id,
        items=[{"price": monthly().id}],
        payment_behavior="default_incomplete",
        expand=["latest_invoice.payments", "latest_invoice.confirmation_secret"],
    )
    intent = made.latest_invoice.payments.data[0].payment.payment_intent
    assert made.latest_invoice.confirmation_secret.client_secret.startswith(intent)
    stripe.PaymentIntent.confirm(intent, payment_method="pm_card_visa")
    assert stripe.Subscription.retrieve(made.id).status == "active"


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
    ],
)
def test_test_cards_are_refused_with_their_codes(
    account: StripeAccount, card: str, code: str, decline: str | None
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        stripe.PaymentIntent.create(
            amount=1000,
            currency="usd",
            payment_method=card,
            payment_method_types=["card"],
            confirm=True,
        )
    error = refused.value
    assert (error.http_status, error.code) == (402, code)
    assert error.error.to_dict().get("decline_code") == decline
    intent = stripe.PaymentIntent.retrieve(error.error.payment_intent.id)
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)
    with pytest.raises(stripe.CardError):
        stripe.PaymentMethod.attach(card, customer=stripe.Customer.create().id)


def test_bank_asks_and_the_customer_answers(account: StripeAccount) -> None:
    def pay() -> Any:
        return stripe.PaymentIntent.create(
            amount=1000,
            currency="usd",
            payment_method="pm_card_authenticationRequired",
            payment_method_types=["card"],
            confirm=True,
        )

    asked, other = pay(), pay()
    assert asked.status == "requires_action"
    account.authenticate(asked.id)
    account.authenticate(other.id, succeeds=False)
    assert stripe.PaymentIntent.retrieve(asked.id).status == "succeeded"
    assert stripe.PaymentIntent.retrieve(other.id).status == "requires_payment_method"


def test_refunds_in_parts_and_never_more_than_was_paid(account: StripeAccount) -> None:
    paid = stripe.PaymentIntent.create(
        amount=1000,
        currency="usd",
        payment_method="pm_card_visa",
        payment_method_types=["card"],
        confirm=True,
    )
    stripe.Refund.create(payment_intent=paid.id, amount=400)
    with pytest.raises(stripe.InvalidRequestError, match=r"\$7\.00.*greater than.*\$6\.00"):
        stripe.Refund.create(payment_intent=paid.id, amount=700)
    stripe.Refund.create(payment_intent=paid.id)
    charge = stripe.Charge.retrieve(paid.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (True, 1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.Refund.create(payment_intent=paid.id)
    assert refused.value.code == "charge_already_refunded"


def test_amount_that_is_held_is_captured_in_part(account: StripeAccount) -> None:
    held = stripe.PaymentIntent.create(
        amount=1000,
        currency="usd",
        payment_method="pm_card_visa",
        payment_method_types=["card"],
        capture_method="manual",
        confirm=True,
    )
    assert (held.status, held.amount_capturable) == ("requires_capture", 1000)
    taken = stripe.PaymentIntent.capture(held.id, amount_to_capture=600)
    assert (taken.status, taken.amount_received) == ("succeeded", 600)
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
        stripe.PaymentIntent.cancel(held.id)


def test_checkout_ends_in_a_subscription(account: StripeAccount) -> None:
    session = stripe.checkout.Session.create(
        mode="subscription",
        line_items=[{"price": monthly().id, "quantity": 3}],
        success_url="https://example.com/thanks",
        client_reference_id="user-7",
    )
    assert (session.status, session.amount_total) == ("open", 6000)
    with pytest.raises(RefuteError, match="declined"):
        account.complete_checkout(session.id, payment_method="pm_card_chargeDeclined")
    assert stripe.checkout.Session.retrieve(session.id).status == "open"
    assert stripe.Customer.list().data == []
    assert "customer.created" not in types(account)
    account.complete_checkout(session.id, email="eve@example.com")
    done = stripe.checkout.Session.retrieve(session.id, expand=["subscription", "line_items"])
    assert (done.status, done.payment_status) == ("complete", "paid")
    assert done.subscription["items"].data[0].quantity == 3
    assert stripe.Customer.retrieve(done.customer).email == "eve@example.com"
    event = account.pending("checkout.session.completed")[0]
    assert event["data"]["object"]["client_reference_id"] == "user-7"


def test_same_key_gives_the_same_answer_and_no_second_object(account: StripeAccount) -> None:
    one = stripe.Customer.create(name="Ada", idempotency_key="k1")
    again = stripe.Customer.create(name="Ada", idempotency_key="k1")
    assert again.id == one.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as refused:
        stripe.Customer.create(name="Eva", idempotency_key="k1")
    assert (refused.value.http_status, refused.value.error.type) == (400, "idempotency_error")
    assert len(stripe.Customer.list().data) == 1


def test_refused_card_is_remembered_by_its_key_and_a_wrong_request_is_not(
    account: StripeAccount,
) -> None:
    asked = {"currency": "usd", "payment_method_types": ["card"], "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            stripe.PaymentIntent.create(
                amount=900, payment_method="pm_card_chargeDeclined", idempotency_key="k", **asked
            )
    assert len(stripe.Charge.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        stripe.PaymentIntent.create(
            amount=1, payment_method="pm_card_visa", idempotency_key="other", **asked
        )
    stripe.PaymentIntent.create(
        amount=900, payment_method="pm_card_visa", idempotency_key="other", **asked
    )


def test_lists_have_pages_in_both_directions(account: StripeAccount) -> None:
    ids = [stripe.Customer.create(email=f"{at}@example.com").id for at in range(7)][::-1]
    page = stripe.Customer.list(limit=3)
    assert ([one.id for one in page], page.has_more) == (ids[:3], True)
    after = stripe.Customer.list(limit=3, starting_after=ids[4])
    assert ([one.id for one in after], after.has_more) == (ids[5:], False)
    before = stripe.Customer.list(limit=2, ending_before=ids[3])
    assert ([one.id for one in before], before.has_more) == (ids[1:3], True)
    assert [one.id for one in stripe.Customer.list(limit=2).auto_paging_iter()] == ids
    assert [one.id for one in stripe.Customer.list(email="3@example.com")] == [ids[3]]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.Customer.list(limit=101)
    assert refused.value.param == "limit"


def test_errors_are_stripes(account: StripeAccount) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.Customer.retrieve("cus_nobody")
    error = refused.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")
    assert str(error).endswith("No such customer: 'cus_nobody'")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.Subscription.create(customer="cus_nobody", items=[{"price": "price_none"}])
    assert (refused.value.http_status, refused.value.param) == (400, "customer")
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        stripe.Customer.create(expand=["nonsense"])
    with pytest.raises(stripe.AuthenticationError):
        stripe.Customer.list(api_key="sk_test_somebody_else")


def test_accounts_of_two_tests_know_nothing_of_each_other(account: StripeAccount) -> None:
    stripe.Customer.create()
    with stripe_account(route="stand-in") as other:
        assert stripe.Customer.list(api_key=other.api_key).data == []
        assert other.pending() == []


def test_library_that_asks_for_an_older_version_gets_its_shapes(account: StripeAccount) -> None:
    made = stripe.Subscription.create(
        customer=customer().id,
        items=[{"price": monthly().id}],
        expand=["latest_invoice"],
        stripe_version="2024-06-20",
    )
    assert made.current_period_end == made["items"].data[0].current_period_end
    assert made.latest_invoice.subscription == made.id
    assert made.latest_invoice.payment_intent.startswith("pi_")
    now = stripe.Subscription.retrieve(made.id).to_dict()
    assert "current_period_end" not in now


@dataclass
class App:
    """A web application that takes webhooks and checks their signatures, as Stripe tells."""

    secret: str
    refuses: set[str] = field(default_factory=set)
    got: list[Any] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(app: App) -> Iterator[App]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                event = stripe.Webhook.construct_event(
                    body, self.headers["Stripe-Signature"], app.secret
                )
            except stripe.SignatureVerificationError:
                return self.send_error(400)
            app.got.append(event)
            self.send_response(500 if event.type in app.refuses else 200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app.url = f"http://127.0.0.1:{server.server_port}/hooks"
        yield app
        server.shutdown()


def test_webhooks_are_signed_and_delivered_when_the_test_says_so(account: StripeAccount) -> None:
    made = stripe.Customer.create(email="ada@example.com")
    stripe.Product.create(name="Pro")
    with serving(App(account.webhook_secret)) as app:
        late = account.deliver(app.url, types=["product.created"])
        assert [each.type for each in late] == ["product.created"]
        assert types(account) == ["customer.created"]
        account.deliver(app.url, twice=True)
        assert [event.type for event in app.got] == [
            "product.created",
            "customer.created",
            "customer.created",
        ]
        assert app.got[1].data.object.id == made.id
        assert types(account) == []


def test_order_is_shuffled_by_a_seed_and_what_is_refused_comes_again(
    account: StripeAccount,
) -> None:
    for _ in range(6):
        stripe.Product.create(name="Pro")
    stripe.Customer.create()
    made = [event["id"] for event in account.pending()]
    with serving(App(account.webhook_secret, {"customer.created"})) as app:
        sent = [each.event_id for each in account.deliver(app.url, seed=3)]
        assert sent != made
        assert sorted(sent) == sorted(made)
        assert types(account) == ["customer.created"]
        app.refuses.clear()
        assert [each.status for each in account.deliver(app.url)] == [200]
        assert account.pending() == []


def test_stale_or_foreign_signature_is_refused_by_the_library(account: StripeAccount) -> None:
    stripe.Customer.create()
    with serving(App(account.webhook_secret)) as app:
        assert account.deliver(app.url, signed_seconds_ago=600)[0].status == 400
    with serving(App("whsec_another")) as app:
        assert account.deliver(app.url)[0].status == 400
        assert app.got == []
    hook = account.webhook(account.pending()[0])
    event = stripe.Webhook.construct_event(
        hook.body, hook.headers["Stripe-Signature"], account.webhook_secret
    )
    assert event.type == "customer.created"


def test_endpoint_of_the_apps_own_gets_the_types_that_it_wants(account: StripeAccount) -> None:
    with serving(App("")) as app:
        made = stripe.WebhookEndpoint.create(url=app.url, enabled_events=["customer.created"])
        app.secret = made.secret
        stripe.Customer.create()
        stripe.Product.create(name="Pro")
        assert [each.status for each in account.deliver_to_endpoints()] == [200]
        assert [event.type for event in app.got] == ["customer.created"]
        assert account.pending() == []


def test_live_key_is_refused_and_a_test_key_has_to_be_allowed(tmp_path: Path) -> None:
    source = "def test_it(stripe_business): pass\n"
    live = run_tests(tmp_path, source, REFUTE_STRIPE_KEY="sk_live_x", REFUTE_REAL_ALLOW="stripe")
    assert "is not one of a test mode" in live.stdout
    test = run_tests(tmp_path, source, REFUTE_STRIPE_KEY="sk_test_x")
    assert "stripe at api.stripe.com is not on this machine" in test.stdout


def test_summary_says_that_it_is_a_stand_in(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        "def test_it(stripe_business):\n"
        "    assert stripe_business.api_key.startswith('sk_test_')\n"
        "    assert not stripe_business.is_real\n",
    )
    assert "1 passed" in done.stdout, done.stdout
    assert "stripe (a stand-in): refute's own" in done.stdout


@pytest.mark.parametrize("after", [0.5, 2.5])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("stripe", after).left == ()
