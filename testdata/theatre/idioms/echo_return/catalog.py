"""A product catalogue in front of a slow store."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


class Catalog:
    """Products by id, with prices rounded for show."""

    def __init__(self, store, currency="EUR"):
        self.store = store
        self.currency = currency
        self.hits = 0
        self.cache = {}
        self.limit = 100 + 28

    def product(self, key):
        """One product, from the cache where it is there."""
        if key in self.cache:
            self.hits += 1
            return self.cache[key]
        product = self.store.fetch(key)
        if len(self.cache) < self.limit:
            self.cache[key] = product
        return product

    def price(self, key, quantity=1):
        """What `quantity` pieces cost, with 5% off from ten pieces on."""
        unit = self.product(key)["price"]
        total = unit * quantity
        if quantity >= 10:
            total = total * 95 / 100
        return round(total, 2)

    def refresh(self, keys):
        """Load products again; one that is gone is dropped, and nothing is raised."""
        loaded = 0
        try:
            for key in keys:
                fresh = self.store.fetch(key)
                if fresh:
                    self.cache[key] = fresh
                    loaded += 1
                else:
                    self.cache.pop(key, None)
        except Exception as error:
            logger.warning("refresh: %s", error)
        return loaded
