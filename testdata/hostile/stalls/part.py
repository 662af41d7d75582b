"""Numbers that tests look at, and a function that a fault makes wait for ever."""

import os
import subprocess


def stall(stage):
    if os.environ.get("STALL") == stage:  # pragma: no cover
        subprocess.run(["sleep", "86399"], check=True)  # pragma: no cover


def first():
    return 1


def second():
    return 1


def third():
    return 1


def unnoticed():
    return 1


def slow(now=False):
    if now:
        stall("trials")
    return None


def late():
    return 1
