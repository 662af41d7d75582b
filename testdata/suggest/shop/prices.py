"""What things cost."""

import asyncio


def total(prices, discount=0):
    """The sum, less a discount in percent."""
    whole = sum(prices)
    return whole - whole * discount // 100


def labels(names):
    """Sorted labels."""
    return sorted({name.strip().upper() for name in names})


class Basket:
    """Things that somebody wants."""

    def __init__(self):
        self.items = []
        self.count = 0

    def add(self, name, number=1):
        """Put something in."""
        self.items.append(name)
        self.count += number


async def quote(prices):
    """A price, slowly."""
    await asyncio.sleep(0)
    return sum(prices) + 5
