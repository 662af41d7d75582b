"""Requests of HTTP clients, and responses, as plain values: read, and made a little wrong.

Known are those of requests and of httpx, by what they have. What is changed is a copy; whatever
can't be read or rebuilt is left as it is.
"""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..perturb import perturb

_split, _unsplit, _parse, _encode = urlsplit, urlunsplit, parse_qsl, urlencode
_loads, _dumps = json.loads, json.dumps
_LARGEST = 1_000_000
"""Bytes of a body that are looked into."""
_LENGTHS = ("content-length", "content-encoding", "transfer-encoding")

Fields = dict[str, Any]


def fields_of(request: Any) -> Fields:
    """A request in parts: ``method``, the elements of its ``path``, its ``query``, and what it
    carries as ``json``, ``form`` or ``body``.
    """
    parts = _split(str(request.url))
    fields: Fields = {"method": str(request.method), "path": parts.path.lstrip("/").split("/")}
    if parts.query:
        fields["query"] = dict(_parse(parts.query, keep_blank_values=True))
    text = _text(_body(request))
    if not text:
        return fields
    kind = str(request.headers.get("content-type") or "")
    if "x-www-form-urlencoded" in kind:
        return fields | {"form": dict(_parse(text, keep_blank_values=True))}
    try:
        return fields | {"json": _loads(text)}
    except (ValueError, RecursionError):
        return fields | {"body": text}


def all_of(request: Any) -> Fields:
    """A request as it is sent, to be compared: its parts, the whole address, and its headers."""
    fields = fields_of(request)
    parts = _split(str(request.url))
    address = _unsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    headers = {_plain(name): _plain(value) for name, value in request.headers.items()}
    sent = {name: value for name, value in headers.items() if name.lower() not in _LENGTHS}
    del fields["path"]
    return {"method": fields.pop("method"), "url": address, **fields, "headers": sent}


def changed_request(request: Any, path: str, change: str) -> Any:
    """The request with one part changed; None where the change does not apply."""
    before = fields_of(request)
    _, after, done = perturb((), before, path, change)
    if not done:
        return None
    parts = _split(str(request.url))
    query = parts.query
    if after.get("query") != before.get("query"):
        query = _encode(after.get("query", {}))
    way = "/" + "/".join(map(str, after.get("path", ())))
    url = _unsplit((parts.scheme, parts.netloc, way, query, parts.fragment))
    body: bytes | None = None
    if "form" in before and after.get("form") != before["form"]:
        body = _encode(after.get("form", {})).encode()
    elif "json" in before and not _same(after.get("json"), before["json"]):
        body = _dumps(after["json"]).encode() if "json" in after else b""
    elif "body" in before and after.get("body") != before["body"]:
        body = str(after.get("body", "")).encode()
    return _rebuilt(request, str(after.get("method", "")), url, body)


def summary(response: Any, streamed: bool) -> str:
    """A response in a few words: its status and the beginning of its body, which is left alone
    where the project reads it bit by bit.
    """
    body = None if streamed else _content(response)
    return f"{_status(response)} {_text(body)[:200]}".strip()


def url_with(url: str, path: Any, query: Any) -> str:
    """The address with this path, in its elements, and this query."""
    parts = _split(url)
    way = "/" + "/".join(map(str, path or ()))
    return _unsplit((parts.scheme, parts.netloc, way, _encode(query or {}), parts.fragment))


def changed_response(response: Any, change: str) -> Any:
    """The response after ``status`` (success becomes failure, and the reverse), ``emptied`` or
    ``truncated``; None where the change does not apply.
    """
    is_requests = hasattr(response, "iter_content")
    if change == "status" and is_requests:
        made = copy.copy(response)
        made.status_code = other_status(_status(response))
        return made
    status, body = _status(response), _content(response)
    if change == "status":
        status = other_status(status)
    elif change == "emptied" and body:
        body = b""
    elif change == "truncated" and body and len(body) > 1:
        body = body[: len(body) // 2]
    else:
        return None
    if is_requests:
        made = copy.copy(response)
        made._content, made._content_consumed = body, True
        return made
    if body is None:
        return None
    headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in _LENGTHS]
    return type(response)(status, headers=headers, content=body, extensions=response.extensions)


def other_status(status: int) -> int:
    """A failure in the place of a success, and the reverse."""
    return 500 if status < 400 else 200


def _plain(text: object) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _rebuilt(request: Any, method: str, url: str, body: bytes | None) -> Any:
    if hasattr(request, "prepare_url"):
        made = request.copy()
        made.method, made.url = method, url
        if body is not None:
            made.body = body
            made.headers["Content-Length"] = str(len(body))
        return made
    headers = [
        (k, v)
        for k, v in request.headers.multi_items()
        if body is None or k.lower() not in _LENGTHS
    ]
    content = request.content if body is None else body
    extensions = request.extensions
    return type(request)(method, url, headers=headers, content=content, extensions=extensions)


def _same(one: object, other: object) -> bool:
    return _dumps(one) == _dumps(other)


def _status(response: Any) -> int:
    return int(response.status_code)


def _body(request: Any) -> object:
    return request.body if hasattr(request, "body") else request.read()


def _content(response: Any) -> bytes | None:
    """The body; None where it can't be had without reading it away from the project."""
    if hasattr(response, "iter_content"):
        body = response.content
    else:
        stream = getattr(response, "stream", None)
        body = getattr(response, "_content", None) or getattr(stream, "_stream", None)
    return body if type(body) is bytes else None


def _text(body: object) -> str:
    if type(body) is bytes and len(body) <= _LARGEST:
        return body.decode("utf-8", "replace")
    return body if type(body) is str and len(body) <= _LARGEST else ""
