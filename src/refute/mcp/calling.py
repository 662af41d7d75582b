"""Jobs for the worker: started, listened to, and stopped when the caller gives up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from refute.errors import fail

Progress = Callable[[float, float, str], Awaitable[None]]

GRACE = 30.0
"""Seconds in which a job that was given up ends by itself and keeps what it has."""

RECORD = 64 * 2**20
"""Bytes of the longest record."""


class JobFailed(Exception):
    """A job that ended in a RefuteError: its slug, message, remedy and detail."""

    def __init__(self, said: dict[str, Any]) -> None:
        super().__init__(said["message"])
        self.said = said


async def call(
    name: str, root: Path, given: dict[str, Any], progress: Progress, log: IO[bytes]
) -> dict[str, Any]:
    """Have the worker do a job, and wait for its result.

    Its other output goes into ``log``. Raises JobFailed for an error with a slug, and RefuteError
    nothing-judged when the process ends without a word. Cancelled, it stops the job first.
    """
    job = json.dumps({"do": name, "root": str(root), "given": given}) + "\n"
    process = await anyio.open_process(
        [sys.executable, "-P", "-m", "refute.mcp.worker"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        # Ctrl-C in a terminal is for us, who hand it on in our own way.
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        await process.stdin.send(job.encode())
        return await _listen(process, progress)
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _listen(process: Process, progress: Progress) -> dict[str, Any]:
    assert process.stdout is not None
    stream = BufferedByteReceiveStream(process.stdout)
    while True:
        try:
            record = json.loads(await stream.receive_until(b"\n", RECORD))
        except (anyio.IncompleteRead, anyio.EndOfStream):
            status = await process.wait()
            fail("nothing-judged", f"The run ended with status {status} and without a word.")
        if "error" in record:
            raise JobFailed(record["error"])
        if "result" in record:
            found: dict[str, Any] = record["result"]
            return found
        await progress(record["progress"], record["total"], record["message"])


async def _end(process: Process) -> None:
    """Whatever is still under way is stopped; nobody is left behind."""
    if process.returncode is None:
        with anyio.move_on_after(GRACE):
            if process.stdin is not None:
                # The life-line: the job stops as by Ctrl-C.
                await process.stdin.aclose()
            await process.wait()
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.aclose()
