"""A port of the loopback that leads into a pod, by kubectl."""

from __future__ import annotations

import ctypes
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from refute.errors import fail
from refute.real.ports import LOOPBACK

__all__ = ["forwarded"]

_SAID = re.compile(rf"Forwarding from {re.escape(LOOPBACK)}:(\d+) ")
_PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def _die_with_us() -> None:
    """Nobody else would end kubectl when the test run is killed. Linux alone can do that."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


@contextmanager
def forwarded(
    kubectl: Sequence[str], thing: str, port: int, environment: Mapping[str, str]
) -> Iterator[int]:
    """Run ``kubectl port-forward`` for the time of the block; the port that it took.

    Raises RefuteError ``real-unavailable`` with kubectl's words.
    """
    command = [*kubectl, "port-forward", f"--address={LOOPBACK}", thing, f":{port}"]
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_die_with_us,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            said = _SAID.match(line)
            if said is None:
                rest = (line + process.stdout.read()).splitlines()
                fail("real-unavailable", f"no way to {thing} at port {port}", detail=rest[-5:])
            yield int(said.group(1))
        finally:
            process.kill()
