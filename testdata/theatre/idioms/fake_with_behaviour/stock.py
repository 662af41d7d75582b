"""Stock of a shop: reservations against a repository that somebody else keeps."""

from __future__ import annotations


class OutOfStock(Exception):
    """Less is there than was asked for."""


def reserve(repository, sku, quantity, customer):
    """Reserve some pieces; what a customer holds already is added to."""
    if quantity <= 0:
        raise ValueError("quantity must be positive")
    free = repository.free(sku)
    if free < quantity:
        raise OutOfStock(f"{sku}: {free} of {quantity}")
    repository.take(sku, quantity)
    held = repository.held(customer).get(sku, 0)
    repository.hold(customer, sku, held + quantity)
    return free - quantity


def release(repository, customer):
    """Give back all that a customer holds; hand back how many pieces."""
    pieces = 0
    for sku, quantity in sorted(repository.held(customer).items()):
        repository.take(sku, -quantity)
        repository.hold(customer, sku, 0)
        pieces += quantity
    return pieces


def reorder(repository, skus, minimum=5):
    """What should be ordered, so that `minimum` pieces are free of each."""
    wanted = {}
    for sku in skus:
        free = repository.free(sku)
        if free < minimum:
            wanted[sku] = minimum - free
    return wanted
