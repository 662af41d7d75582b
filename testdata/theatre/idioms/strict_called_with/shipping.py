"""Parcels: which carrier gets them and what the customer is told."""

from __future__ import annotations


class NoCarrier(Exception):
    """No carrier takes this parcel."""


LIMIT_KG = 30


def book(carrier, parcel):
    """Book a parcel and hand back the carrier's reference."""
    if parcel["weight"] > LIMIT_KG:
        raise NoCarrier(f"{parcel['weight']} kg is over {LIMIT_KG} kg")
    service = "express" if parcel.get("express") else "standard"
    booking = carrier.book(parcel["to"], weight=parcel["weight"], service=service)
    return booking["reference"]


def notify(mailer, order, reference):
    """Tell the customer where the parcel is."""
    subject = f"Your order {order['number']}"
    lines = [f"Reference: {reference}"]
    if order.get("gift"):
        lines.append("This is a gift: no price is shown.")
    mailer.send(order["email"], subject, "\n".join(lines))
    return len(lines)


def cancel(carrier, ledger, reference, fee):
    """Cancel a booking; a fee is booked only where there is one."""
    try:
        carrier.cancel(reference)
    except TimeoutError:
        ledger.note(reference, "cancel later")
        return False
    if fee > 0:
        ledger.charge(reference, fee, currency="EUR")
    return True
