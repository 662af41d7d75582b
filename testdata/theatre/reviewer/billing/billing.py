"""Invoices: numbers, due dates, reminders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta


class Ledger:
    """The books, kept by another program."""

    def post(self, account: str, cents: int, text: str) -> int:
        raise ConnectionError("the ledger is not configured")

    def balance(self, account: str) -> int:
        raise ConnectionError("the ledger is not configured")


@dataclass
class Invoice:
    number: str
    account: str
    cents: int
    due: date
    reminders: list[date] = field(default_factory=list)


ledger = Ledger()


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    if day.weekday() >= 5:
        return day + timedelta(days=7 - day.weekday())
    return day


def invoice(account: str, cents: int, serial: int, days: int = 30) -> Invoice:
    """A new invoice of today, posted to the ledger."""
    if cents <= 0:
        raise ValueError("an invoice asks for money")
    today = date.today()
    number = f"{today.year}-{serial:05d}"
    ledger.post(account, cents, f"invoice {number}")
    return Invoice(number, account, cents, working_day(today + timedelta(days=days)))


def remind(bill: Invoice) -> int:
    """Days over time; a reminder is noted each full week, and its fee posted."""
    today = date.today()
    late = (today - bill.due).days
    if late <= 0:
        return 0
    if not bill.reminders or (today - bill.reminders[-1]).days >= 7:
        fee = 500 * (len(bill.reminders) + 1)
        ledger.post(bill.account, fee, f"reminder {bill.number}")
        bill.reminders.append(today)
    return late


def standing(account: str) -> str:
    """What the ledger says, in a word."""
    try:
        cents = ledger.balance(account)
    except ConnectionError:
        return "unknown"
    if cents > 100_000:
        return "in debt"
    return "owing" if cents > 0 else "clear"
