import builtins
import importlib.abc
import os
import signal
import sys
import threading
import time

_import, _open = builtins.__import__, builtins.open
_tick = threading.Event()


def _refused(*args, **kwargs):
    raise RuntimeError("no process for anybody")


class _Seen(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        return None


def _imported(name, *args, **kwargs):
    return _import(name, *args, **kwargs)


def _opened(*args, **kwargs):
    return _open(*args, **kwargs)


def _run():
    while not _tick.wait(0.01):
        pass


for _name in ("time", "monotonic", "perf_counter"):
    setattr(time, _name, lambda: 1e9)
time.sleep = lambda seconds: None
os.fork = os.waitpid = os.wait4 = os.kill = os._exit = os.pidfd_open = _refused
builtins.__import__, builtins.open = _imported, _opened
sys.meta_path.insert(0, _Seen())
for _name in ("SIGTERM", "SIGHUP", "SIGALRM", "SIGCHLD"):
    signal.signal(getattr(signal, _name), signal.SIG_IGN)
for _ in range(3):
    threading.Thread(target=_run, daemon=True).start()
print("x" * (4 << 20))
print("y" * (4 << 20), file=sys.stderr)
os.write(1, b"z" * (4 << 20))
