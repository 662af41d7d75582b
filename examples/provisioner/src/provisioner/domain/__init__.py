"""What the service is about: accounts, subscriptions, instances, usage; rules and transactions."""

from __future__ import annotations
