"""A repository in memory that keeps the promises of the real one."""


class MemoryRepository:
    def __init__(self, **stock):
        self.stock = stock
        self.holds = {}

    def free(self, sku):
        return self.stock.get(sku, 0)

    def take(self, sku, quantity):
        if self.free(sku) < quantity:
            raise RuntimeError("negative stock")
        self.stock[sku] = self.free(sku) - quantity

    def held(self, customer):
        return {s: q for (c, s), q in self.holds.items() if c == customer and q}

    def hold(self, customer, sku, quantity):
        self.holds[customer, sku] = quantity
