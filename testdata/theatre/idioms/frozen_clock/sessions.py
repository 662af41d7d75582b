"""Sessions of users that expire, on the clock of the machine."""

from __future__ import annotations

import datetime
import time

IDLE = 1800


class Sessions:
    """Sessions by token; each is kept for half an hour after its last use."""

    def __init__(self):
        self.seen = {}

    def touch(self, token):
        """A session is used now."""
        self.seen[token] = time.time()

    def alive(self, token):
        """True while a session may be used."""
        if token not in self.seen:
            return False
        return time.time() - self.seen[token] < IDLE

    def sweep(self):
        """Forget the dead ones; hand back how many."""
        dead = [token for token in self.seen if not self.alive(token)]
        for token in dead:
            del self.seen[token]
        return len(dead)


def greeting(name):
    """Good morning until noon, good evening from six."""
    hour = datetime.datetime.now().hour
    if hour < 12:
        return f"Good morning, {name}"
    if hour >= 18:
        return f"Good evening, {name}"
    return f"Hello, {name}"


def due(days):
    """The day by which something must be paid; a Sunday moves to Monday."""
    day = datetime.date.today() + datetime.timedelta(days=days)
    if day.weekday() == 6:
        day += datetime.timedelta(days=1)
    return day.isoformat()
