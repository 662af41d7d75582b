"""Addresses as Toxiproxy takes them: `host:port`, resolved and bound as Go does it."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass

_BACKLOG = 1024
_WORDS = {
    errno.EADDRINUSE: "address already in use",
    errno.EADDRNOTAVAIL: "cannot assign requested address",
    errno.EACCES: "permission denied",
}


class AddressError(Exception):
    """An address that is none, or that can't be had; the message is Go's."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host as an IP (empty for all of them) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def split(text: str) -> tuple[str, str]:
    """Host and port of a text. Raises AddressError."""
    head, colon, port = text.rpartition(":")
    if not colon:
        raise AddressError(f"address {text}: missing port in address")
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise AddressError(f"address {text}: missing ']' in address")
        if not rest.startswith(":"):
            raise AddressError(f"address {text}: missing port in address")
        if ":" in rest[1:]:
            raise AddressError(f"address {text}: too many colons in address")
        return host, rest[1:]
    if ":" in head:
        raise AddressError(f"address {text}: too many colons in address")
    return head, port


def resolve(text: str) -> Address:
    """The address that a text means; an empty one means any port of all hosts.

    Asks the resolver where it must. Raises AddressError.
    """
    if not text:
        return Address("", 0)
    host, port = split(text)
    number = _port(port)
    return Address(_host(host), number)


def _port(text: str) -> int:
    if text.isascii() and text.lstrip("+-").isdigit():
        number = int(text)
        if not 0 <= number <= 65535:
            raise AddressError(f"address {text}: invalid port")
        return number
    try:
        return socket.getservbyname(text, "tcp") if text else 0
    except OSError:
        raise AddressError(f"lookup tcp/{text}: unknown port") from None


def _host(text: str) -> str:
    if not text:
        return ""
    try:
        found = socket.getaddrinfo(text, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(f"lookup {text}: no such host") from None
    # Where a name has addresses of both families, the older one is taken.
    hosts = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return str(hosts[0][4][0])


def listen(text: str) -> socket.socket:
    """A socket that listens there, without blocking. Raises AddressError.

    All hosts means those of both families where the machine has both.
    """
    try:
        address = resolve(text)
    except AddressError as error:
        raise AddressError(f"listen tcp: {error}") from None
    everywhere = address.host in ("", "0.0.0.0", "::")
    both = everywhere and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both or ":" in address.host else socket.AF_INET
    host = ("::" if both else "0.0.0.0") if everywhere else address.host
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        listener.bind((host, address.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        code = error.errno or 0
        words = _WORDS.get(code) or os.strerror(code).lower()
        raise AddressError(f"listen tcp {address}: bind: {words}") from None
    listener.setblocking(False)
    return listener


def bound(listener: socket.socket) -> str:
    """Where a socket listens, as a text."""
    host, port = listener.getsockname()[:2]
    return str(Address(host, port))
