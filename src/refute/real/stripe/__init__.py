"""Stripe for tests: the test mode of an account, or a stand-in that keeps state."""

from __future__ import annotations

from refute.real.stripe.business import Delivery, StripeAccount, stripe_account
from refute.real.stripe.signing import Webhook

__all__ = ["Delivery", "StripeAccount", "Webhook", "stripe_account"]
