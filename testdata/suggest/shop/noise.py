"""What is never twice the same."""

import random
import time
import uuid


def stamp(name):
    """A receipt."""
    return {"name": name, "at": time.time(), "id": str(uuid.uuid4())}


def draw(limit):
    """A number up to a limit."""
    return random.randrange(1, limit)


def letters(text):
    """The letters of a text, in no order."""
    return list({*text})


def token(user):
    """What nobody may read."""
    return "ghp_" + user * 8


class Thing:
    """Something whose text tells where it lies."""

    size = 1

    def describe(self):
        """With an address."""
        return object.__repr__(self) + " of " + str(self.size + 1)
