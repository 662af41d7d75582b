"""Sockets in the network of a Kubernetes node that `refute.real` keeps in a box.

A socket belongs to the network in which it was made, whoever uses it. So one thread of ours
stands in the box's network and makes sockets there: to the services of pods, and one on which
pods reach what listens on this machine. Takes root, as the node does.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

NODE = "10.90.0.2"
"""The node's address, as pods see it."""
_CLONE_NEWNET = 0x40000000


class Inside:
    """A thread in another network."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._thread = ThreadPoolExecutor(1, "netns", self._enter)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to somebody in there. Raises OSError."""
        return self._thread.submit(socket.create_connection, (host, port), 5).result()

    def listen(self, port: int) -> socket.socket:
        """A socket that takes connections from in there."""
        return self._thread.submit(socket.create_server, ("0.0.0.0", port)).result()

    def close(self) -> None:
        """End the thread; the sockets stay."""
        self._thread.shutdown()

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{self._pid}/ns/net").open("rb") as network:
            if libc.setns(network.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "the node's network can't be entered")


@contextmanager
def inside(api_port: int) -> Iterator[Inside]:
    """The network of the node whose API server is at this port of ours. Raises LookupError."""
    made = Inside(_in_box(api_port))
    try:
        yield made
    finally:
        made.close()


def _in_box(api_port: int) -> int:
    """A process in the box."""
    parents = dict(_processes())
    for pid in parents:
        words = _read(pid, "cmdline").split("\0")
        if words[1:2] == ["run"] and words[2].endswith("spec.json"):
            said = json.loads(Path(words[2]).read_text())
            if any(one["listen"].endswith(f":{api_port}") for one in said["forwards"]):
                return _elsewhere(pid, parents)
    raise LookupError("there is no node in a box with this API server")


def _elsewhere(root: int, parents: dict[int, int]) -> int:
    """A descendant whose network is not ours."""
    ours, found = os.readlink("/proc/self/ns/net"), [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
        try:
            if os.readlink(f"/proc/{pid}/ns/net") != ours:
                return pid
        except OSError:
            continue
    raise LookupError("the node has no network of its own")


def _processes() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _read(int(entry.name), "stat")
            if stat:
                yield int(entry.name), int(stat.rpartition(")")[2].split()[1])


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
