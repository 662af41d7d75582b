"""What Stripe is asked. All calls may be repeated: they have their effect once."""

from __future__ import annotations

from uuid import UUID

import stripe

from provisioner.domain.problems import Problem
from provisioner.settings import Settings


class Gateway:
    """Our side of Stripe's API; may be shared by threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stripe = stripe.StripeClient(
            settings.stripe_key.get_secret_value(),
            base_addresses={"api": settings.stripe_api},
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=10),
        )

    def checkout(self, subscription: UUID, tier: str, email: str) -> str:
        """The address of the page where a customer pays. Raises Problem ``payment-unavailable``.

        The subscription that Stripe makes carries our id in its metadata, which each of its
        events repeats: so they can be told to belong to it in whatever order they come.
        """
        ours = {"subscription": str(subscription)}
        back = f"{self._settings.public_url}/subscriptions/{subscription}"
        try:
            session = self._stripe.v1.checkout.sessions.create(
                {
                    "mode": "subscription",
                    "customer_email": email,
                    "client_reference_id": str(subscription),
                    "line_items": [{"price": self._settings.price_of(tier), "quantity": 1}],
                    "subscription_data": {"metadata": ours},
                    "success_url": back,
                    "cancel_url": back,
                },
                {"idempotency_key": f"checkout-{subscription}"},
            )
        except stripe.StripeError as error:
            raise _unavailable() from error
        if not session.url:
            raise _unavailable()
        return session.url

    def cancel(self, stripe_subscription: str) -> None:
        """End a subscription now; one that has ended is left alone.

        Raises Problem ``payment-unavailable``.
        """
        try:
            self._stripe.v1.subscriptions.cancel(stripe_subscription)
        except stripe.InvalidRequestError as error:
            if error.http_status != 404:
                raise _unavailable() from error
        except stripe.StripeError as error:
            raise _unavailable() from error


def _unavailable() -> Problem:
    return Problem(
        "payment-unavailable",
        503,
        "Payments can't be reached at the moment; nothing was changed. Try again soon.",
        {"Retry-After": "30"},
    )
