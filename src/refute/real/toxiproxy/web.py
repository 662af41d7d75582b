"""As much of an HTTP server as the API needs, on asyncio's streams."""

from __future__ import annotations

import asyncio
import os
from base64 import b32hexencode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from posixpath import normpath
from urllib.parse import unquote

_MOST_HEAD = 1 << 16
_MOST_BODY = 1 << 24
_IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``path`` is decoded, header names are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its body and the type of that (empty for none)."""

    status: int
    body: str = ""
    kind: str = "application/json"
    #: Whether a route was found: then it carries an id of the request.
    routed: bool = True


class BadRequest(Exception):
    """What came is no HTTP that can be answered."""


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Callable[[Request], Awaitable[Reply]],
) -> None:
    """Answer the requests of one connection, one after the other."""
    try:
        while True:
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    request = await read(reader, writer)
            except BadRequest:
                writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            if request is None:
                return
            clean = _clean(request.path)
            if clean == request.path:
                reply, further = await answer(request), {}
            else:
                there = clean + ("?" + request.query if request.query else "")
                reply, further = Reply(301, kind="", routed=False), {"Location": there}
            last = request.headers.get("connection", "").lower() == "close"
            if last:
                further["Connection"] = "close"
            writer.write(written(reply, further, head=request.method == "HEAD"))
            await writer.drain()
            if last:
                return
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    """The next request, None at the end. Raises BadRequest."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadRequest from None
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest from None
    first, *lines = head.split("\r\n")[:-2]
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(reader, headers)
    target = words[1]
    if "://" in target:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    path, _, query = target.partition("?")
    return Request(words[0], unquote(path), query, headers, body)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        pieces = []
        while size := await _size(reader):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            continue
        return b"".join(pieces)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _MOST_BODY:
        raise BadRequest
    return await reader.readexactly(int(length))


async def _size(reader: asyncio.StreamReader) -> int:
    try:
        size = int((await reader.readline()).partition(b";")[0], 16)
    except ValueError:
        raise BadRequest from None
    if not 0 <= size <= _MOST_BODY:
        raise BadRequest
    return size


def _clean(path: str) -> str:
    """The path without empty and dotted steps; a slash at its end stays."""
    clean = normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith("/") and clean != "/" else clean


def written(reply: Reply, further: Mapping[str, str], *, head: bool) -> bytes:
    """The bytes of an answer; without its body to a HEAD."""
    body = reply.body.encode()
    headers: dict[str, str] = {}
    if reply.kind:
        headers["Content-Type"] = reply.kind
    if reply.status >= 400 and reply.kind.startswith("text/plain"):
        headers["X-Content-Type-Options"] = "nosniff"
    if reply.routed:
        headers["X-Toxiproxy-Request-Id"] = b32hexencode(os.urandom(13))[:20].decode().lower()
    headers["Date"] = formatdate(usegmt=True)
    if reply.status != HTTPStatus.NO_CONTENT:
        headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in {**headers, **further}.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if head else body)
