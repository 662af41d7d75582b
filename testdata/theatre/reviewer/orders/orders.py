"""Taking orders: prices, discounts, stock and a mail to the customer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    cents: int


class OutOfStock(Exception):
    """A line could not be reserved."""


class Mailer:
    """Sends mail through the shop's relay."""

    def send(self, to: str, subject: str, text: str) -> bool:
        raise RuntimeError("no relay is configured")


class Stock:
    """The warehouse."""

    def reserve(self, sku: str, quantity: int) -> bool:
        raise RuntimeError("no warehouse is configured")

    def release(self, sku: str, quantity: int) -> None:
        raise RuntimeError("no warehouse is configured")


mailer = Mailer()
CODES = {"SPRING": 10, "STAFF": 30}


def subtotal(lines: list[Line]) -> int:
    """The sum in cents, with one of five free."""
    total = 0
    for line in lines:
        free = line.quantity // 5
        total += (line.quantity - free) * line.cents
    return total


def discount(total: int, code: str | None) -> int:
    """What a code takes off, in cents; at most 50 euros."""
    if code is None:
        return 0
    percent = CODES.get(code.upper(), 0)
    return min(total * percent // 100, 5000)


def place(lines: list[Line], stock: Stock, email: str, code: str | None = None) -> int:
    """Reserve, price, and confirm by mail; what the customer has to pay."""
    if not lines:
        raise ValueError("an order needs a line")
    taken: list[Line] = []
    for line in lines:
        if not stock.reserve(line.sku, line.quantity):
            for earlier in taken:
                stock.release(earlier.sku, earlier.quantity)
            raise OutOfStock(line.sku)
        taken.append(line)
    total = subtotal(lines)
    due = total - discount(total, code)
    mailer.send(email, f"Your order of {len(lines)} lines", f"To pay: {due / 100:.2f} EUR")
    return due
