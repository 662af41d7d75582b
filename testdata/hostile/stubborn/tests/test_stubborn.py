"""Each test breaks something, and looks at its part of the code while it is broken. Some of it
is mended by monkeypatch, the rest stays broken for the tests that follow."""

import builtins
import gc
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

import part
import pytest


def broken(*args, **kwargs):
    raise RuntimeError("broken by a test")


@pytest.fixture
def breaks(monkeypatch):
    def one(owner, *names, value=broken):
        for name in names:
            monkeypatch.setattr(owner, name, value)

    return one


def test_clock(breaks):
    clocks = ("time", "monotonic", "perf_counter", "monotonic_ns", "time_ns", "process_time")
    breaks(time, *clocks, value=lambda: 0)
    time.sleep = broken
    assert part.clock() == 1


def test_folder(monkeypatch):
    place = tempfile.mkdtemp()
    monkeypatch.chdir(place)
    shutil.rmtree(place)
    assert part.folder() == 1


def test_folder_for_good():
    os.chdir("/")
    assert part.folder() == 1


def test_opened(breaks):
    breaks(builtins, "open")
    breaks(io, "open")
    breaks(os, "open", "read", "write", "close", "pipe", "listdir", "stat", "readlink")
    assert part.opened() == 1


def test_forked(breaks):
    breaks(os, "fork", "_exit", "getpid", "getppid", "waitpid", "wait4", "kill", "pidfd_open")
    assert part.forked() == 1


def test_imported(breaks, monkeypatch):
    class Refusing:
        def find_spec(self, name, path=None, target=None):
            raise ImportError(f"no more imports: {name}")

    monkeypatch.setattr(sys, "meta_path", [Refusing()])
    monkeypatch.setattr(sys, "path", [])
    for name in ("os", "time", "json", "signal", "select", "refute_child"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    breaks(builtins, "__import__")
    assert part.imported() == 1


def test_signalled(breaks):
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD", "SIGUSR1"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    breaks(signal, "signal")
    assert part.signalled() == 1


def test_environment(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    assert part.environment() == 1


def test_streams(breaks):
    breaks(sys, "stdout", "stderr", "stdin", value=None)
    assert part.streams() == 1


def test_traced(breaks):
    sys.settrace(None)
    sys.setprofile(None)
    gc.disable()
    breaks(random, "seed", "random")
    breaks(threading.Thread, "start")
    assert part.traced() == 1


def test_process():
    os.umask(0o077)
    os.nice(1)
    assert part.process() == 1


def test_unnoticed():
    part.unnoticed()
