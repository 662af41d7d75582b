"""Each function is harmless until its condition is forced."""

import ctypes
import itertools
import os
import signal
import subprocess
import sys
import time


def loop_in_python(number):
    while number > 0:
        number -= 1
    return number


def loop_in_c(forever=False):
    if forever:
        return sum(itertools.count())
    return 0


def sleeps(forever=False):
    if forever:
        time.sleep(86_400)
    return 0


def recurses(number):
    if number == 0:
        return 0
    return 1 + recurses(number - 1)


def recurses_without_a_limit(number):
    sys.setrecursionlimit(1 << 30)
    if number == 0:
        return 0
    return 1 + recurses_without_a_limit(number - 1)


def leaves_as_if_all_were_well(now=False):
    if now:
        os._exit(0)
    return 0


def exits(now=False):
    if now:
        sys.exit(0)
    return 0


def aborts(now=False):
    if now:
        os.abort()
    return 0


def reads_nowhere(now=False):
    if now:
        ctypes.string_at(0)
    return 0


def kills_itself(now=False):
    if now:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0


def kills_its_group(now=False):
    if now:
        os.killpg(0, signal.SIGKILL)
    return 0


def kills_everybody(now=False):
    if now:
        os.kill(-1, signal.SIGKILL)
    return 0


def stops_itself(now=False):
    if now:
        os.kill(os.getpid(), signal.SIGSTOP)
    return 0


def closes_everything(now=False):
    if now:
        os.closerange(0, 256)
    return 0


def interrupts(now=False):
    if now:
        raise KeyboardInterrupt
    return 0


def child_never_ends(forever=False):
    if forever:
        subprocess.run([sys.executable, "-c", "while True: pass"], check=True)
    return 0
