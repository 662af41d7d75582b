"""Money: what Stripe tells (`events`), what Stripe is asked (`gateway`)."""

from __future__ import annotations
