"""Accounts: signing up, signing in, and closing."""

from __future__ import annotations


class SignUpError(Exception):
    """Nobody can be signed up like this."""


def sign_up(users, mailer, mail, name):
    """Make an account and welcome its owner."""
    if "@" not in mail:
        raise SignUpError("no address")
    if users.find(mail) is not None:
        raise SignUpError(f"{mail} is taken")
    user = users.add(mail, name=name, active=False)
    mailer.welcome(mail, name)
    return user["id"]


def sign_in(users, clock, mail, password):
    """The user, or None after a wrong password; three of them lock an account."""
    user = users.find(mail)
    if user is None or user["locked"]:
        return None
    if user["password"] != password:
        failures = user["failures"] + 1
        users.update(mail, failures=failures, locked=failures >= 3)
        return None
    users.update(mail, failures=0, last=clock.now())
    return user


def close(users, mailer, mail, keep_days=30):
    """Close an account; an inactive one goes at once."""
    user = users.find(mail)
    if not user["active"]:
        users.delete(mail)
        return 0
    users.schedule(mail, days=keep_days)
    try:
        mailer.goodbye(mail)
    except OSError:
        return -keep_days
    return keep_days
