"""Calls of the project that a fake serves which is no HTTP client of its own: what is handed over.

Each way is one method of a library that all such calls come through, and how to read what it is
called with as the project wrote it, and to put something else in its place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from os import fspath as _fspath
from typing import Any

from .messages import fields_of, url_with
from .reals import mro_of, own_of

Args = tuple[Any, ...]
Kwargs = dict[str, Any]
Handed = tuple[str, Args, Kwargs]
"""The method's name for a reader (``.get_object``, or empty), positional and keyword values."""


@dataclass(frozen=True, slots=True)
class Way:
    """One method that calls come through. ``args`` and ``kwargs`` are those of the method,
    without its object.
    """

    module: str
    kind: str
    method: str
    library: str
    target: str
    #: What was handed over; None for a call that no fake serves. Gets the object as well.
    read: Callable[[Any, Args, Kwargs], Handed | None]
    #: The method's arguments with these values in the place of those that were read; None where
    #: that can't be had.
    write: Callable[[Args, Kwargs, Args, Kwargs], tuple[Args, Kwargs] | None]


def _api_call(client: Any, args: Args, kwargs: Kwargs) -> Handed | None:
    """An operation of botocore's clients, while moto answers them."""
    models = sys.modules.get("moto.core.models")
    active = own_of(vars(models)["MockAWS"]).get("_nested_count") if models is not None else 0
    if not active or len(args) != 2 or type(args[1]) is not dict:
        return None
    return f".{args[0]}", (), args[1]


def _command(client: Any, args: Args, kwargs: Kwargs) -> Handed | None:
    """A command for Redis, of a client of fakeredis."""
    modules = [str(own_of(one).get("__module__")) for one in mro_of(client)]
    if not args or not any(name.partition(".")[0] == "fakeredis" for name in modules):
        return None
    return f".{str(args[0]).lower()}", args[1:], {}


def _file(opener: Any, args: Args, kwargs: Kwargs) -> Handed | None:
    """A file that is opened in pyfakefs: its path, and how."""
    return ".open", tuple(map(_path, args[:2])), {}


def _paths(name: str) -> Callable[[Any, Args, Kwargs], Handed | None]:
    """A call of a function of ``os`` in pyfakefs, whose paths come first."""
    return lambda module, args, kwargs: (f".{name}", tuple(map(_path, args)), {})


def _path(value: Any) -> Any:
    try:
        return _fspath(value)
    except TypeError:
        return value


def _played(cassette: Any, args: Args, kwargs: Kwargs) -> Handed | None:
    """A request that a cassette of vcrpy answers."""
    return ("", (), fields_of(args[0])) if args else None


def _requested(fake: Any, args: Args, kwargs: Kwargs) -> Handed | None:
    """A request of aiohttp's client that aioresponses answers: the session, method and address."""
    if len(args) < 3:
        return None
    fields = fields_of(_Request(args[1], args[2]))
    query = kwargs.get("params")
    if type(query) is dict:
        fields["query"] = {**fields.get("query", {}), **query}
    fields |= {name: kwargs[name] for name in ("json", "data") if kwargs.get(name) is not None}
    return "", (), fields


@dataclass(frozen=True, slots=True)
class _Request:
    """As much of a request as ``fields_of`` needs where there is only an address."""

    method: str
    url: object
    #: What it carries is read elsewhere.
    body: None = None


def _new_params(args: Args, kwargs: Kwargs, _: Args, values: Kwargs) -> tuple[Args, Kwargs]:
    return (args[0], values), kwargs


def _new_words(args: Args, kwargs: Kwargs, values: Args, _: Kwargs) -> tuple[Args, Kwargs]:
    return (args[0], *values), kwargs


def _new_first(args: Args, kwargs: Kwargs, values: Args, _: Kwargs) -> tuple[Args, Kwargs]:
    return (*values, *args[len(values) :]), kwargs


def _new_request(args: Args, kwargs: Kwargs, _: Args, fields: Kwargs) -> tuple[Args, Kwargs] | None:
    """With another address, method or body; what was asked for by ``params`` is in the address."""
    url = url_with(str(args[2]), fields.get("path", ()), fields.get("query", {}))
    rest = {name: value for name, value in kwargs.items() if name != "params"}
    rest |= {name: fields.get(name) for name in ("json", "data") if name in kwargs}
    return (args[0], fields.get("method", ""), type(args[2])(url), *args[3:]), rest


def _as_it_is(args: Args, kwargs: Kwargs, *_: Any) -> None:
    """A cassette is asked before whether it has an answer: what is changed then is too late."""


_OS = ("listdir", "mkdir", "makedirs", "remove", "unlink", "rmdir", "rename", "replace")
_FS = ("pyfakefs", "filesystem")

WAYS = (
    Way("botocore.client", "BaseClient", "_make_api_call", "moto", "boto3", _api_call, _new_params),
    Way("redis.client", "Redis", "execute_command", "fakeredis", "redis", _command, _new_words),
    Way("redis.asyncio.client", "Redis", "execute_command", "fakeredis", "redis", _command,
        _new_words),
    Way("vcr.cassette", "Cassette", "play_response", "vcrpy", "network", _played, _as_it_is),
    Way("aioresponses.core", "aioresponses", "_request_mock", "aioresponses", "aiohttp",
        _requested, _new_request),
    Way("pyfakefs.fake_open", "FakeFileOpen", "call", *_FS, _file, _new_first),
    *(Way("pyfakefs.fake_os", "FakeOsModule", name, *_FS, _paths(name), _new_first)
      for name in _OS),
)  # fmt: skip
