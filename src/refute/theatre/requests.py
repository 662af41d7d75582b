"""HTTP calls that doubles were handed, and what they answered, as far as it was recorded."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from refute.observed import Argument, Call, Double

_VERB = re.compile(r"(?:^|\.)(get|post|put|patch|delete|head|options|request|urlopen)$")
_WIDEST = 8
"""Members of one container that are recorded: one of that many may have had more."""
_MASK = "***"
_BODIES = ("data", "content", "files")


class _Unrecorded(Exception):
    """A part of a value was not recorded, or not to the letter."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A call to a URL of some host."""

    method: str
    url: str
    #: What was sent, as JSON; None when nothing was.
    body: str | None = None
    #: False when something was sent of which not all is known.
    body_known: bool = True

    @property
    def shown(self) -> str:
        """As people write it."""
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True)
class HttpReturn:
    """What a double let ``.json()`` of its answer return."""

    method: str
    url: str
    #: The value, as JSON; what was not recorded has a text in its place that holds ``…``.
    body: str

    @property
    def shown(self) -> str:
        """As people write it."""
        return f"{self.method} {self.url} -> {self.body}"


def http_return(double: Double, call: Call) -> HttpReturn | None:
    """What the answer to an HTTP call holds by this double; None if there is no telling."""
    before = call.method.removesuffix("().json")
    if before == call.method or call.result not in ("dict", "list"):
        return None
    made = {
        one
        for other in double.calls
        if other.method == before and (one := http_call(double, other)) is not None
    }
    text = call.returned.replace("{…}", "{'…': '…'}").replace("[…]", "['…']")
    try:
        # With several calls nobody knows which of them it answers.
        (asked,) = made
        body = json.dumps(ast.literal_eval(text), ensure_ascii=False)
    except (SyntaxError, TypeError, ValueError):
        return None
    return HttpReturn(asked.method, asked.url, body)


def http_call(double: Double, call: Call) -> HttpCall | None:
    """The HTTP call that a double was handed; None if it is none, or not known well enough."""
    name = (double.target or double.name) + call.method
    match = _VERB.search(name)
    if match is None:
        return None
    given = {one.path: one for one in call.arguments}
    method, place = match[1], "0"
    try:
        if method == "request":
            method, place = str(_value(given, "0" if "0" in given else "method")), "1"
        elif method == "urlopen":
            method = "post" if "1" in given or "data" in given else "get"
        url = _value(given, place if place in given else "url")
        if not isinstance(url, str) or not re.match(r"https?://", url):
            return None
        query = _value(given, "params") if "params" in given else None
    except _Unrecorded:
        return None
    if query:
        pairs = query.items() if isinstance(query, dict) else query
        try:
            more = urlencode([(key, one) for key, one in pairs if one is not None], doseq=True)
        except (TypeError, ValueError):
            return None
        url += ("&" if "?" in url else "?") + more
    return _with_body(method.upper(), url, given)


def _with_body(method: str, url: str, given: Mapping[str, Argument]) -> HttpCall:
    if any(name in given and given[name].kind != "none" for name in _BODIES):
        return HttpCall(method, url, body_known=False)
    if "json" not in given or given["json"].kind == "none":
        return HttpCall(method, url)
    try:
        return HttpCall(method, url, json.dumps(_value(given, "json"), sort_keys=True))
    except (_Unrecorded, TypeError, ValueError):
        return HttpCall(method, url, body_known=False)


def _value(given: Mapping[str, Argument], path: str) -> Any:
    """The value at a path, from its recorded parts. Raises _Unrecorded."""
    one = given.get(path)
    if one is None:
        raise _Unrecorded
    if one.kind in ("list", "tuple"):
        found: list[Any] = []
        while f"{path}[{len(found)}]" in given:
            found.append(_value(given, f"{path}[{len(found)}]"))
        return _whole(found, one)
    if one.kind == "dict":
        start = f'{path}["'
        keys = [key for key in given if key.startswith(start) and _is_child(key[len(path) :])]
        return _whole(
            {json.loads(key[len(path) + 1 : -1]): _value(given, key) for key in keys}, one
        )
    if one.kind not in ("str", "int", "float", "bool", "none") or _MASK in one.shown:
        raise _Unrecorded
    try:
        value = ast.literal_eval(one.shown)
    except (SyntaxError, ValueError):
        raise _Unrecorded from None
    if isinstance(value, str) and value.endswith("…"):
        raise _Unrecorded
    return value


def _is_child(step: str) -> bool:
    """Tell whether what follows a path is one step alone."""
    return re.fullmatch(r'\["(?:[^"\\]|\\.)*"\]', step) is not None


def _whole(found: Any, one: Argument) -> Any:
    """A container, if all of it was recorded."""
    empty = one.shown in ("[]", "()", "{}")
    if len(found) >= _WIDEST or (not found and not empty):
        raise _Unrecorded
    return found
