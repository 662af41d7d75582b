"""Three numbers, one of them looked at by nobody, and a loop."""

import time


def first():
    return 1


def second():
    return 1


def unnoticed():
    return 1


def flaky():
    return 1


def sleeps(forever=False):
    if forever:
        time.sleep(86_400)
    return None
