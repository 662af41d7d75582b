"""What clients send, read as Toxiproxy reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refute.real.toxiproxy.connection import Direction
from refute.real.toxiproxy.gojson import Field, Pairs, Struct, TypeMismatch, fill, kind_of, parse
from refute.real.toxiproxy.proxies import Named
from refute_child.toxics import KINDS, Toxic

_LOGGER = Field("Logger", "zerolog.Logger", Struct("Logger", "zerolog.Logger", ()))
_TEXTS = tuple(Field(key, "string") for key in ("name", "listen", "upstream"))
_PROXY = Struct("Proxy", "toxiproxy.Proxy", (*_TEXTS, Field("enabled", "bool"), _LOGGER))
_CREATED = replace(_PROXY, fields=(*_PROXY.fields, Field("seed", "string")))
"""Toxiproxy passes over a seed; here it gives the chances of one proxy, whatever its name."""
_ELEMENT = 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }'
_EMBEDDED = tuple(replace(each, path="Proxy.") for each in (*_TEXTS, _LOGGER))
_POPULATED = Struct("", _ELEMENT, (*_EMBEDDED, Field("enabled", "bool")))
_TOXICITY = Field("toxicity", "float32")
_TOXIC_TEXTS = tuple(Field(key, "string") for key in ("name", "type", "stream"))
_TOXIC = Struct("ToxicWrapper", "toxics.ToxicWrapper", (*_TOXIC_TEXTS, _TOXICITY))
_CHANGE = Struct(
    "",
    'struct { Attributes interface {} "json:\\"attributes\\""; '
    'Toxicity float32 "json:\\"toxicity\\"" }',
    (_TOXICITY,),
)
_GO_NAMES = {
    "noop": "NoopToxic",
    "latency": "LatencyToxic",
    "bandwidth": "BandwidthToxic",
    "slow_close": "SlowCloseToxic",
    "timeout": "TimeoutToxic",
    "slicer": "SlicerToxic",
    "limit_data": "LimitDataToxic",
    "reset_peer": "ResetToxic",
    "loss": "LossToxic",
}


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"error": str(self), "status": self.status}


def as_proxy(body: bytes) -> dict[str, Any]:
    """The fields of a proxy that are given. Raises Refused."""
    return _body(body, _CREATED)


def as_proxies(body: bytes) -> list[dict[str, Any]]:
    """The proxies of a JSON list, each with a name and an upstream. Raises Refused."""
    try:
        elements = parse(body)
        if elements is None:
            return []
        if isinstance(elements, Pairs) or not isinstance(elements, list):
            words = f"json: cannot unmarshal {kind_of(elements)} into Go value of type []{_ELEMENT}"
            raise TypeMismatch(words, {})
        wanted = [fill(each, _POPULATED) for each in elements]
    except ValueError as error:
        raise Refused(400, f"bad request body: {error}") from error
    for number, given in enumerate(wanted, 1):
        for key in ("name", "upstream"):
            if not given.get(key):
                raise Refused(400, f"missing required field: {key} at proxy {number}")
    return wanted


def as_toxic(body: bytes, taken: set[str]) -> Named:
    """The toxic that the JSON describes. Raises Refused."""
    given = _body(body, _with_attributes("noop", _TOXIC))
    stream = given.get("stream", "downstream")
    try:
        direction = Direction(stream.lower())
    except ValueError:
        words = "stream was invalid, can be either upstream or downstream"
        raise Refused(400, words) from None
    kind = given.get("type", "")
    name = given.get("name") or f"{kind}_{stream}"
    if kind not in KINDS:
        raise Refused(400, "invalid toxic type")
    if name in taken:
        raise Refused(409, "toxic already exists")
    attributes = _body(body, _with_attributes(kind, Struct("", "", ()))).get("attributes", {})
    return Named(name, stream, direction, Toxic(kind, attributes, given.get("toxicity", 1.0)))


def as_change(body: bytes, toxic: Toxic) -> tuple[Toxic, Refused | None]:
    """The toxic with the attributes and the toxicity that are given.

    With an error about one of them come the attributes that could be read.
    """
    try:
        given = _body(body, _with_attributes(toxic.kind, _CHANGE))
    except Refused as error:
        cause = error.__cause__
        read = cause.values if isinstance(cause, TypeMismatch) else {}
        return _changed(toxic, read.get("attributes", {}), toxic.toxicity), error
    share = given.get("toxicity", toxic.toxicity)
    return _changed(toxic, given.get("attributes", {}), share), None


def _changed(toxic: Toxic, given: dict[str, int], toxicity: float) -> Toxic:
    return Toxic(toxic.kind, {**toxic.attributes, **given}, toxicity)


def _body(body: bytes, target: Struct) -> dict[str, Any]:
    try:
        return fill(parse(body), target)
    except ValueError as error:
        raise Refused(400, f"bad request body: {error}") from error


def _with_attributes(kind: str, outer: Struct) -> Struct:
    """The struct with a field for the attributes of this kind of toxic."""
    go = _GO_NAMES[kind]
    number = "int" if kind == "slicer" else "int64"
    fields = [Field(name, number, path="attributes.") for name in KINDS[kind][1]]
    inner = Struct(go, f"toxics.{go}", fields)
    attributes = Field("attributes", inner.kind, inner)
    return replace(outer, fields=(*outer.fields, attributes))
