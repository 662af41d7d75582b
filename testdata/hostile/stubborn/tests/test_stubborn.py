"""Each test breaks something, never mends it, and then looks at its part of the code."""

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


def broken(*args, **kwargs):
    raise RuntimeError("broken by a test")


def test_clock():
    for name in ("time", "monotonic", "perf_counter", "monotonic_ns", "time_ns", "process_time"):
        setattr(time, name, lambda: 0)
    time.sleep = broken
    assert part.clock() == 1


def test_folder():
    place = tempfile.mkdtemp()
    os.chdir(place)
    shutil.rmtree(place)
    assert part.folder() == 1


def test_opened():
    builtins.open = io.open = os.open = os.read = os.write = os.close = os.pipe = broken
    assert part.opened() == 1


def test_forked():
    os.fork = os._exit = os.getpid = os.getppid = os.waitpid = os.wait4 = os.kill = broken
    assert part.forked() == 1


def test_imported():
    class Refusing:
        def find_spec(self, name, path=None, target=None):
            raise ImportError(f"no more imports: {name}")

    sys.meta_path.insert(0, Refusing())
    sys.path.clear()
    builtins.__import__ = broken
    assert part.imported() == 1


def test_signalled():
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD", "SIGUSR1"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal = broken
    assert part.signalled() == 1


def test_environment():
    os.environ.clear()
    assert part.environment() == 1


def test_streams():
    sys.stdout = sys.stderr = sys.stdin = None
    assert part.streams() == 1


def test_traced():
    sys.settrace(None)
    sys.setprofile(None)
    gc.disable()
    random.seed = random.random = broken
    threading.Thread.start = broken
    assert part.traced() == 1


def test_process():
    os.umask(0o777)
    os.setpgid(0, 0)
    sys.setrecursionlimit(200)
    assert part.process() == 1


def test_unnoticed():
    part.unnoticed()
