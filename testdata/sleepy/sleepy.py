"""Work that takes its time."""

import time


def later(value: int, pause: float) -> int:
    """The next number, after a pause."""
    time.sleep(pause)
    return value + 1
