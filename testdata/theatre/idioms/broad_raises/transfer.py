"""Transfers of money between accounts."""

from __future__ import annotations


class TransferError(Exception):
    """A transfer that is refused."""


class Frozen(TransferError):
    """An account that may not move money."""


def check(account, amount):
    """Refuse what may not be; amounts are in cents."""
    if amount <= 0:
        raise TransferError("amount must be positive")
    if account["frozen"]:
        raise Frozen(account["id"])
    if account["balance"] + account["credit"] < amount:
        raise TransferError(f"{account['id']} is short of {amount - account['balance']}")


def transfer(bank, source, target, amount):
    """Move money; where the second half fails the first is put back."""
    sender = bank.account(source)
    check(sender, amount)
    bank.withdraw(source, amount)
    try:
        bank.deposit(target, amount)
    except ConnectionError as error:
        bank.deposit(source, amount)
        raise TransferError(f"{target} cannot be reached") from error
    fee = max(1, amount // 100)
    return {"moved": amount, "fee": fee}


def split(amount, parts):
    """Parts that differ by a cent at most and add up to the amount."""
    if parts < 1:
        raise ValueError("parts must be at least 1")
    share, rest = divmod(amount, parts)
    return [share + 1] * rest + [share] * (parts - rest)
