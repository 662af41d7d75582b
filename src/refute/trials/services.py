"""Services on the machine's own loopback: what listens there, and which of it the seal passes.

While the unchanged suite is observed, a slot reaches all of them, as plain pytest would. From
then on only those are let through that the suite connected to. The connections are carried by
a process beside the slot, see `refute_child/relay.py`; it saw them all, those of C libraries
and of child processes too.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTENING = "0A"
_MESSAGE = 1 << 20
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_LOCAL = re.compile(r"connect (127\.[\d.]+|::1|localhost|0\.0\.0\.0|):\d+")


@dataclass(frozen=True, slots=True, order=True)
class Service:
    """What listens at one port; ``host`` is the address it is bound to, or that of all."""

    host: str
    port: int

    def __str__(self) -> str:
        host = _EVERYWHERE.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


class Control:
    """The controller's line to the relay of one slot; ``theirs`` is the end to be passed on."""

    def __init__(self) -> None:
        self._own, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def keep(self, services: Iterable[Service]) -> frozenset[Service]:
        """Shut out all but these, in time for the next trial; returns what was reached so far.

        Raises OSError when the relay has ended.
        """
        self._own.send(json.dumps([[one.host, one.port] for one in services]).encode())
        return self._answer()

    def last(self) -> frozenset[Service]:
        """What was reached, of a slot whose program has ended by itself.

        Raises OSError when the relay ended in another way.
        """
        return self._answer()

    def _answer(self) -> frozenset[Service]:
        message = self._own.recv(_MESSAGE)
        if not message:
            raise ConnectionResetError("the relay has ended")
        return frozenset(Service(host, port) for host, port in json.loads(message))

    def close(self) -> None:
        """Ends the relay, if it is still there."""
        self._own.close()
        self.theirs.close()


def listening() -> tuple[Service, ...]:
    """All TCP services that a program here would reach on the loopback; none but on Linux."""
    found: set[Service] = set()
    for table in _TABLES:
        try:
            found.update(parse(Path(table).read_text("ascii")))
        except OSError:
            continue  # another system, or one without IPv6
    return tuple(sorted(found))


def parse(table: str) -> set[Service]:
    """The services on the loopback in the text of /proc/net/tcp or tcp6."""
    found: set[Service] = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 4 or fields[3] != _LISTENING:
            continue
        digits, _, port = fields[1].partition(":")
        address = _address(digits)
        if address.is_loopback or address.is_unspecified:
            found.add(Service(str(address), int(port, 16)))
            if str(address) == "::":
                # As a rule such a socket takes IPv4, too; where not, its refusal is passed on.
                found.add(Service("0.0.0.0", int(port, 16)))
    return found


def _address(digits: str) -> IPv4Address | IPv6Address:
    """An address as the kernel prints it: words of four bytes, each in the machine's order."""
    words = [bytes.fromhex(digits[i : i + 8]) for i in range(0, len(digits), 8)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    address = ip_address(b"".join(words))
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def own_servers(*runs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Words for connections to random ports, by the crossing that they stand for.

    Given the tests' records of each run. A port on the loopback that comes in some runs alone
    was chosen by chance, for a server of the tests' own: its number says nothing.
    """
    seen = [{word for record in run for word in record["boundaries"]} for run in runs]
    passing = set().union(*seen) - set(seen[0]).intersection(*seen)
    found = ((word, _LOCAL.fullmatch(word)) for word in passing)
    return {word: f"connect {match[1]}, any port" for word, match in found if match}
