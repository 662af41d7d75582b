"""For all tests."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Programs that tests start can be interrupted, as from a terminal.

    A shell starts what runs in its background with SIGINT ignored, nohup with SIGHUP, and
    children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
