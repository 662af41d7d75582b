"""Three numbers, one of them looked at by nobody, and a loop."""

import threading


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
        threading.Event().wait()
    return None
