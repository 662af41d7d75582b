"""Stripe's way to put nested values into a form: ``items[0][price]=price_1&expand[]=customer``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from refute.real.provider import Json


def decode(text: str) -> Json:
    """The values of a form or a query, nested; lists for indices and for ``[]``."""
    root: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        head, *inner = [part.rstrip("]") for part in key.split("[")]
        _put(root, [head, *inner], value)
    return {key: _listed(value) for key, value in root.items()}


def _put(place: Json, path: list[str], value: str) -> None:
    *parents, last = path
    for part in parents:
        part = part or str(len(place))
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        place = inner
    place[last or str(len(place))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    if inner and all(re.fullmatch(r"\d+", key) for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def flag(value: Any, default: bool = False) -> bool:
    """A boolean of a form."""
    return default if value in (None, "") else str(value).lower() == "true"
