"""The desk of a hotel; three of its functions use the store in ways that it does not have."""

from __future__ import annotations

import store
from store import STORE


def check_in(number, guest):
    """Give a room to a guest, if it is free."""
    if STORE.find(number) is not None:
        return False
    STORE.assign(number, guest)
    return True


def upgrade(number, guest):
    """Give a better room; the real `assign` knows no `reason`."""
    better = number + 100
    STORE.assign(better, guest, reason="upgrade")
    return better


def check_out(number):
    """Free a room; the real store has no `release`."""
    guest = STORE.find(number)
    STORE.release(number)
    return guest or "nobody"


def occupancy(rooms):
    """Percent of the rooms that are taken."""
    if rooms == 0:
        return 0
    return int(STORE.count()) * 100 // rooms


async def bill(number, nights):
    """What a stay costs, with tax."""
    price = await store.rate(number) * nights
    return price + store.tax_of(price)


async def deposit(number):
    """Half of the tax; the real `tax_of` cannot be awaited."""
    tax = await store.tax_of(number * 2.0)
    return tax / 2


def cheapest(numbers):
    """The room of the lowest price; the real `rate` must be awaited."""
    return min(numbers, key=lambda number: store.rate(number))
