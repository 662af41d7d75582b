"""Invoices: totals, tax and dunning."""

from __future__ import annotations

RATES = {"DE": 19, "AT": 20, "CH": 8}


def net(lines):
    """The sum of all lines, in cents."""
    total = 0
    for line in lines:
        total += line["quantity"] * line["cents"]
    return total


def tax(amount, country):
    """Tax on an amount in cents; an unknown country pays none."""
    if country not in RATES:
        return 0
    return amount * RATES[country] // 100


def total(invoice):
    """Net plus tax, less what was paid before."""
    amount = net(invoice["lines"])
    due = amount + tax(amount, invoice["country"])
    paid = sum(invoice.get("payments", []))
    if paid > due:
        raise ValueError(f"overpaid by {paid - due}")
    return due - paid


def reminder(invoice, days):
    """Which letter is due after so many days."""
    if total(invoice) == 0:
        return None
    if days > 30:
        return "final"
    if days > 14:
        return "first"
    return None
