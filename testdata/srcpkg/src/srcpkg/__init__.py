"""Prices of an order."""

from srcpkg.prices import total

__all__ = ["total"]
