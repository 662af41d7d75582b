"""Each function is harmless until its condition is forced."""

import os
import time
from tempfile import TemporaryFile


def eats_memory(now=False):
    hoard = []
    if now:
        hoard = [b"x" * (1 << 26) for _ in range(1 << 20)]
    return len(hoard)


def asks_for_too_much(now=False):
    if now:
        return len(bytes(1 << 50))
    return 0


def bombs(now=False):
    if now:
        [os.fork() for _ in range(9)]
        time.sleep(86_400)
    return 0


def fills_the_disk(now=False):
    with TemporaryFile() as file:
        if now:
            text = b"x" * (1 << 26)
            file.writelines(text for _ in range(1 << 20))
    return 0
