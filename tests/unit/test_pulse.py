"""Processes that wait are told from processes that work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

import pytest

from refute.trials.pulse import Pulse

WAITS = "print(flush=True); import time; time.sleep(60)"
WORKS = "print(flush=True)\nwhile True: pass"
CHILD_WORKS = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {WORKS!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
child.wait()
"""
THREAD_WORKS = """
import threading, time
def work():
    while True: pass
threading.Thread(target=work, daemon=True).start()
print(flush=True)
time.sleep(60)
"""


@contextmanager
def running(code: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    sleep(0.1)
    try:
        yield process.pid
    finally:
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
        process.wait()
        process.stdout.close()


def looks(pid: int) -> list[bool]:
    pulse = Pulse(pid)
    found = []
    for _ in range(5):
        found.append(pulse.asleep())
        sleep(0.1)
    return found


def test_the_first_look_concludes_nothing_and_the_next_ones_see_it_wait() -> None:
    with running(WAITS) as pid:
        assert looks(pid) == [False, True, True, True, True]


@pytest.mark.parametrize("code", [WORKS, CHILD_WORKS, THREAD_WORKS])
def test_whoever_works_below_is_seen(code: str) -> None:
    with running(code) as pid:
        assert not any(looks(pid))


def test_a_process_that_is_gone_is_no_error() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert Pulse(process.pid).asleep() is False
