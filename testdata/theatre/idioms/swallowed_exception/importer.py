"""Imports customers from rows of text; bad rows are counted, not fatal."""

from __future__ import annotations

import functools
import logging

logger = logging.getLogger(__name__)


def safe(default):
    """Turn any exception of a function into a default, with a line in the log."""

    def decorate(function):
        @functools.wraps(function)
        def guarded(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except Exception as error:
                logger.error("%s: %s", function.__name__, error)
                return default

        return guarded

    return decorate


def parse(row):
    """One row `name;mail;credit` as a dict; credit is in cents."""
    name, mail, credit = row.split(";")
    if "@" not in mail:
        raise ValueError(f"no address: {mail}")
    return {"name": name.strip().title(), "mail": mail.lower(), "credit": int(credit) * 100}


def load(rows):
    """All customers of some rows, and how many rows were bad."""
    customers = []
    bad = 0
    for row in rows:
        try:
            customers.append(parse(row))
        except ValueError:
            bad += 1
    return customers, bad


@safe(default=0)
def publish(queue, customers):
    """Put customers on a queue; nothing that goes wrong there is raised."""
    sent = 0
    for customer in customers:
        if customer["credit"] > 0:
            queue.put("customers", customer["mail"], priority=1)
            sent += 1
    return sent
