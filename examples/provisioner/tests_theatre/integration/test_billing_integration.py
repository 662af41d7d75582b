"""Integration: subscriptions, Stripe, usage and bills."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
import stripe

from factories import ACCOUNT_ID, INSTANCE_ID, NOW, SUBSCRIPTION_ID, make_subscription
from provisioner.billing import events
from provisioner.billing.events import Event
from provisioner.billing.gateway import Gateway
from provisioner.domain import subscriptions
from provisioner.domain.problems import Problem

pytestmark = pytest.mark.integration


def make_event(kind="customer.subscription.updated", **subject):
    values = {
        "id": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "metadata": {"subscription": str(SUBSCRIPTION_ID)},
    }
    return Event("evt_1", kind, 1_700_000_000, {**values, **subject})


class TestGateway:
    @pytest.fixture
    def stripe_client(self):
        with patch("provisioner.billing.gateway.stripe.StripeClient") as mock:
            yield mock.return_value

    @pytest.fixture
    def real(self, stripe_client, settings):
        return Gateway(settings)

    def test_checkout(self, real, stripe_client):
        create = stripe_client.v1.checkout.sessions.create
        create.return_value.url = "https://checkout.stripe.com/c/pay/test"
        url = real.checkout(SUBSCRIPTION_ID, "starter", "ann@example.com")
        assert url == "https://checkout.stripe.com/c/pay/test"
        create.assert_called_once()

    def test_checkout_while_stripe_is_down(self, real, stripe_client):
        stripe_client.v1.checkout.sessions.create.side_effect = stripe.APIConnectionError("down")
        with pytest.raises(Problem) as caught:
            real.checkout(SUBSCRIPTION_ID, "starter", "ann@example.com")
        assert caught.value.status == 503

    def test_checkout_without_a_page(self, real, stripe_client):
        stripe_client.v1.checkout.sessions.create.return_value.url = None
        with pytest.raises(Problem):
            real.checkout(SUBSCRIPTION_ID, "starter", "ann@example.com")

    def test_cancel(self, real, stripe_client):
        real.cancel("sub_1")
        stripe_client.v1.subscriptions.cancel.assert_called_once_with("sub_1")

    def test_cancel_what_has_ended(self, real, stripe_client):
        gone = stripe.InvalidRequestError("gone", None, http_status=404)
        stripe_client.v1.subscriptions.cancel.side_effect = gone
        real.cancel("sub_1")

    @pytest.mark.parametrize(
        "error",
        [stripe.InvalidRequestError("no", None, http_status=400), stripe.APIError("down")],
    )
    def test_cancel_while_stripe_is_down(self, real, stripe_client, error):
        stripe_client.v1.subscriptions.cancel.side_effect = error
        with pytest.raises(Problem):
            real.cancel("sub_1")


class TestEvents:
    @pytest.fixture
    def find(self):
        with patch("provisioner.billing.events._find") as mock:
            yield mock

    def test_prove(self):
        body = json.dumps(
            {"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": {}}}
        ).encode()
        with patch("provisioner.billing.events.stripe.WebhookSignature.verify_header") as verify:
            event = events.prove(body, "t=1,v1=abc", "whsec_test")
        assert event.kind == "invoice.paid"
        verify.assert_called_once()

    def test_prove_with_a_bad_signature(self):
        error = stripe.SignatureVerificationError("bad", "sig")
        with patch("provisioner.billing.events.stripe.WebhookSignature.verify_header") as verify:
            verify.side_effect = error
            with pytest.raises(Problem) as caught:
                events.prove(b"{}", "t=1,v1=abc", "whsec_test")
        assert caught.value.slug == "bad-signature"

    def test_parse_what_is_no_event(self):
        with pytest.raises(Problem):
            events.parse(b"{}")

    def test_order(self):
        first = events.order(make_event(), "active")
        second = events.order(make_event(kind="customer.subscription.deleted"), "canceled")
        assert first < second

    def test_take_repeated(self, session):
        session.execute.return_value.one_or_none.return_value = None
        assert events.take(session, make_event()) == "repeated"

    def test_take_something_else(self, session):
        assert events.take(session, make_event(kind="customer.created")) == "ignored"

    def test_take_subscription(self, session, find):
        ours = make_subscription(tier="starter", status="incomplete")
        find.return_value = ours
        assert events.take(session, make_event()) == "active"
        assert ours.status == "active"
        assert ours.stripe_subscription_id == "sub_1"

    def test_take_canceled_subscription(self, session, find):
        ours = make_subscription(tier="starter")
        find.return_value = ours
        with patch("provisioner.billing.events.instances.take_down") as take_down:
            event = make_event("customer.subscription.deleted", status="canceled")
            assert events.take(session, event) == "canceled"
        take_down.assert_called_once()

    def test_take_for_a_canceled_subscription(self, session, find):
        find.return_value = make_subscription(status="canceled")
        assert events.take(session, make_event()) == "unwanted"

    def test_take_outdated(self, session, find):
        find.return_value = make_subscription(stripe_order="999999999999:1:1:evt_0")
        assert events.take(session, make_event()) == "outdated"

    def test_take_for_nobody(self, session, find):
        find.return_value = None
        assert events.take(session, make_event()) == "not-ours"

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            ("invoice.finalized", "open"),
            ("invoice.payment_failed", "failed"),
            ("invoice.paid", "paid"),
        ],
    )
    def test_take_invoice(self, session, find, kind, status):
        find.return_value = make_subscription()
        event = make_event(kind, id="in_1", amount_due=900, currency="usd", created=1_700_000_000)
        assert events.take(session, event) == status
        assert session.execute.called

    def test_take_invoice_of_nobody(self, session, find):
        find.return_value = None
        assert events.take(session, make_event("invoice.paid")) == "not-ours"

    def test_find(self, session):
        ours = make_subscription(stripe_subscription_id="sub_1")
        session.scalars.return_value.one_or_none.return_value = ours
        assert events._find(session, SUBSCRIPTION_ID, "sub_1") is ours

    def test_find_of_another(self, session):
        ours = make_subscription(stripe_subscription_id="sub_2")
        session.scalars.return_value.one_or_none.return_value = ours
        assert events._find(session, SUBSCRIPTION_ID, "sub_1") is None

    def test_metadata_of_somebody_else(self):
        assert events._ours({"metadata": {"subscription": "not-an-id"}}) is None


class TestSubscriptions:
    @pytest.mark.parametrize("tier", ["free", "starter", "professional"])
    def test_begin(self, session, tier):
        ours = make_subscription(tier=tier)
        session.scalars.return_value.one.return_value = ours
        assert subscriptions.begin(session, ACCOUNT_ID, tier) is ours

    def test_cancel_free(self, session, subscription):
        session.scalars.return_value.one_or_none.return_value = subscription
        with patch("provisioner.domain.subscriptions.instances.take_down") as take_down:
            subscriptions.cancel_free(session, ACCOUNT_ID, SUBSCRIPTION_ID)
        take_down.assert_called_once()

    def test_cancel_not_found(self, session):
        session.scalars.return_value.one_or_none.return_value = None
        with pytest.raises(Problem):
            subscriptions.cancel_free(session, ACCOUNT_ID, SUBSCRIPTION_ID)


class TestApi:
    def test_tiers(self, client):
        assert len(client.get("/v1/tiers").json()) == 3

    def test_versions(self, client, session):
        session.scalars.return_value = [SimpleNamespace(version="1.0.0", published_at=NOW)]
        assert client.get("/v1/versions").json()[0]["version"] == "1.0.0"

    def test_subscribe_free(self, client, gateway, subscription):
        with patch("provisioner.api.routes.subscriptions.subscriptions.begin") as begin:
            begin.return_value = subscription
            answer = client.post("/v1/subscriptions", json={"tier": "free"})
        assert answer.status_code == 201
        assert answer.json()["checkout_url"] is None
        gateway.checkout.assert_not_called()

    def test_subscribe_starter(self, client, gateway):
        with patch("provisioner.api.routes.subscriptions.subscriptions.begin") as begin:
            begin.return_value = make_subscription(tier="starter", status="incomplete")
            answer = client.post("/v1/subscriptions", json={"tier": "starter"})
        assert answer.json()["checkout_url"] == "https://checkout.stripe.com/c/pay/test"
        gateway.checkout.assert_called_once()

    def test_subscriptions(self, client, session, subscription):
        session.scalars.return_value = [subscription]
        assert client.get("/v1/subscriptions").json()[0]["tier"] == "free"

    def test_cancel_free(self, client, session, subscription, gateway):
        session.get.return_value = subscription
        with patch("provisioner.api.routes.subscriptions.subscriptions.cancel_free") as cancel:
            cancel.return_value = make_subscription(status="canceled", canceled_at=NOW)
            answer = client.delete(f"/v1/subscriptions/{SUBSCRIPTION_ID}")
        assert answer.json()["status"] == "canceled"
        gateway.cancel.assert_not_called()

    def test_cancel_starter(self, client, session, gateway):
        session.get.return_value = make_subscription(stripe_subscription_id="sub_1")
        assert client.delete(f"/v1/subscriptions/{SUBSCRIPTION_ID}").status_code == 202
        gateway.cancel.assert_called_once_with("sub_1")

    def test_cancel_not_found(self, client, session):
        session.get.return_value = None
        assert client.delete(f"/v1/subscriptions/{SUBSCRIPTION_ID}").status_code == 404

    def test_usage(self, client, session):
        period = SimpleNamespace(
            instance_id=INSTANCE_ID,
            tier="starter",
            started_at=NOW.replace(day=1, hour=0),
            ended_at=NOW.replace(day=1, hour=1),
        )
        rows = MagicMock()
        rows.__iter__.return_value = [period]
        rows.all.return_value = ["starter"]
        session.scalars.return_value = rows
        answer = client.get("/v1/usage?month=2026-11")
        assert answer.status_code == 200
        assert answer.json()["due_cents"] == 900
        assert answer.json()["lines"][0]["seconds"] == 3600

    def test_usage_of_a_year_that_is_not_there(self, client):
        assert client.get("/v1/usage?month=1000-01").status_code == 422

    def test_invoices(self, client, session):
        invoice = SimpleNamespace(
            id="in_1",
            subscription_id=SUBSCRIPTION_ID,
            status="paid",
            amount_cents=900,
            currency="usd",
            created_at=NOW,
        )
        session.scalars.return_value = [invoice]
        assert client.get("/v1/invoices").json()[0]["amount_cents"] == 900

    def test_webhook(self, client):
        with (
            patch("provisioner.api.routes.billing.events.prove", return_value=make_event()),
            patch(
                "provisioner.api.routes.billing.run_in_threadpool", new_callable=AsyncMock
            ) as run,
        ):
            run.return_value = "active"
            answer = client.post("/v1/webhooks/stripe", content=b"{}")
        assert answer.json() == {"effect": "active"}

    def test_webhook_of_an_unwanted_subscription(self, client, gateway):
        with (
            patch("provisioner.api.routes.billing.events.prove", return_value=make_event()),
            patch("provisioner.api.routes.billing.events.take", return_value="unwanted"),
        ):
            answer = client.post("/v1/webhooks/stripe", content=b"{}")
        assert answer.json() == {"effect": "unwanted"}
        gateway.cancel.assert_called_once()

    def test_webhook_that_is_too_large(self, client):
        answer = client.post("/v1/webhooks/stripe", content=b"x" * (1 << 21))
        assert answer.status_code == 413
