"""Calls and responses against an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from refute.contracts.answers import Accepted, Unknown, meant
from refute.contracts.http.document import METHODS, Json, OpenApi
from refute.errors import fail


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing in a call or a response that the document does not allow."""

    #: ``unknown-path``, ``unknown-method``, ``unknown-parameter``, ``missing-parameter``,
    #: ``bad-parameter``, ``missing-body``, ``surplus-body``, ``bad-body``, ``content-type`` or
    #: ``undeclared-status``.
    slug: str
    #: Where: ``query.limit``, ``body.items.0.price``, ``status`` ...
    where: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        like = f": did you mean `{self.suggestion}`?" if self.suggestion else ""
        return f"{self.where}: {self.message}{like}"


@dataclass(frozen=True, slots=True)
class Breached:
    """The document does not allow it; at least one reason."""

    breaches: tuple[Breach, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.breaches))


HttpAnswer = Accepted | Breached | Unknown


@dataclass(frozen=True, slots=True)
class _Operation:
    """An operation of the document, and the values in the path that leads to it."""

    about: Json
    parameters: tuple[Json, ...]
    values: Mapping[str, str]


def check_call(
    api: OpenApi,
    method: str,
    url: str,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    anywhere: bool = False,
) -> HttpAnswer:
    """Tell whether the document allows a call.

    ``body`` is what JSON holds, or bytes of another kind, of which only that there may be some
    is checked. Headers are looked at if they are given. A host that is none of the document's
    servers can't be told, unless ``anywhere`` (a test client's host means nothing).
    """
    found = _operation(api, method, url, anywhere=anywhere)
    if not isinstance(found, _Operation):
        return found
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    breaches = [*_parameters(api, found, query, headers), *_request_body(api, found, body)]
    unchecked = ("the body, which is not JSON",) if isinstance(body, bytes) and body else ()
    return Breached(tuple(breaches)) if breaches else Accepted(unchecked)


def check_response(
    api: OpenApi,
    method: str,
    url: str,
    status: int,
    *,
    body: Any = None,
    content_type: str = "application/json",
    anywhere: bool = False,
) -> HttpAnswer:
    """Tell whether the document lets out a response to this call; ``body`` as in check_call."""
    found = _operation(api, method, url, anywhere=anywhere)
    if not isinstance(found, _Operation):
        return found
    responses = found.about.get("responses") or {}
    about = next(
        (
            api.resolved(responses[key])
            for key in (str(status), f"{status // 100}XX", "default")
            if key in responses
        ),
        None,
    )
    if about is None:
        known = ", ".join(sorted(map(str, responses)))
        return Breached((Breach("undeclared-status", "status", f"{status} is none of {known}"),))
    if body is None or method.lower() == "head":
        return Accepted()
    return _content(api, about.get("content"), body, content_type)


class _Request(Protocol):
    method: Any
    url: Any


class _Response(Protocol):
    """What httpx, requests and the test clients built on them hand out."""

    @property
    def request(self) -> Any: ...
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    @property
    def content(self) -> Any: ...


def check_exchange(api: OpenApi, response: _Response) -> HttpAnswer:
    """Tell whether the document lets out this response of httpx, requests or a test client."""
    kind = str(response.headers.get("content-type", ""))
    raw = response.content or None
    body: Any = raw
    if raw is not None and "json" in kind:
        try:
            body = json.loads(raw)
        except ValueError:
            return Breached((Breach("bad-body", "body", "it is called JSON, and is none"),))
    method, url = str(response.request.method), str(response.request.url)
    return check_response(
        api, method, url, response.status_code, body=body, content_type=kind, anywhere=True
    )


def _operation(
    api: OpenApi, method: str, url: str, *, anywhere: bool
) -> _Operation | Breached | Unknown:
    parts = urlsplit(url)
    servers = api.servers
    if parts.netloc and not anywhere:
        servers = tuple(one for one in servers if one[0] in ("", parts.netloc))
        if not servers:
            return Unknown(f"{parts.netloc} is no server of the document")
    for _, base in servers:
        if base and parts.path != base and not parts.path.startswith(base + "/"):
            continue
        path = parts.path[len(base) :] or "/"
        for written, pattern, item in api.paths:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if method.lower() not in item:
                known = ", ".join(name.upper() for name in METHODS if name in item)
                text = f"{written} knows {known}"
                return Breached((Breach("unknown-method", method.upper(), text),))
            return _found(api, written, item, method.lower(), match.groups())
    known_paths = tuple(path for path, _, _ in api.paths)
    return Breached(
        (Breach("unknown-path", parts.path, "no such path", meant(parts.path, known_paths)),)
    )


def _found(
    api: OpenApi, written: str, item: Json, method: str, values: tuple[str, ...]
) -> _Operation:
    about = api.resolved(item[method])
    own = [api.resolved(one) for one in about.get("parameters") or ()]
    shared = [api.resolved(one) for one in item.get("parameters") or ()]
    taken = {(one.get("in"), one.get("name")) for one in own}
    parameters = [*own, *(one for one in shared if (one.get("in"), one.get("name")) not in taken)]
    names = [part[1:-1] for part in written.split("/") if part.startswith("{")]
    pairs = zip(names, map(unquote, values), strict=False)
    return _Operation(about, tuple(parameters), dict(pairs))


def _parameters(
    api: OpenApi,
    operation: _Operation,
    query: list[tuple[str, str]],
    headers: Mapping[str, str] | None,
) -> Iterator[Breach]:
    lower = None if headers is None else {key.lower(): value for key, value in headers.items()}
    known = []
    for about in operation.parameters:
        place, name = about.get("in"), str(about.get("name"))
        values: list[str]
        if place == "query":
            known.append(name)
            values = [value for key, value in query if key in (name, f"{name}[]")]
        elif place == "path":
            values = [operation.values[name]] if name in operation.values else []
        elif place == "header" and lower is not None:
            values = [lower[name.lower()]] if name.lower() in lower else []
        else:
            continue
        where = f"{place}.{name}"
        if not values:
            if about.get("required") and (place != "path" or name in operation.values):
                yield Breach("missing-parameter", where, "it must be given")
            continue
        schema = about.get("schema")
        if schema is not None:
            for path, message in _errors(api, schema, _read(api, schema, values)):
                yield Breach("bad-parameter", where + path, message)
    if not any(one.get("style") == "deepObject" for one in operation.parameters):
        for key in dict.fromkeys(key for key, _ in query):
            if key.removesuffix("[]") not in known:
                text = "the operation has no such parameter"
                yield Breach("unknown-parameter", f"query.{key}", text, meant(key, tuple(known)))


def _read(api: OpenApi, schema: Any, values: list[str]) -> Any:
    """What texts of a URL stand for, by the type that is wanted."""
    about = api.resolved(schema)
    kinds = about.get("type")
    wanted = [kinds] if isinstance(kinds, str) else list(kinds or ())
    for choice in (*(about.get("anyOf") or ()), *(about.get("oneOf") or ())):
        inner = api.resolved(choice).get("type")
        wanted += [inner] if isinstance(inner, str) else []
    if "array" in wanted:
        items = about.get("items") or {}
        parts = values if len(values) > 1 else values[0].split(",")
        return [_read(api, items, [part]) for part in parts]
    text = values[-1]
    for kind in wanted:
        try:
            if kind == "integer":
                return int(text)
            if kind == "number":
                return float(text)
        except ValueError:
            continue
        if kind == "boolean" and text.lower() in ("true", "false"):
            return text.lower() == "true"
    return text


def _request_body(api: OpenApi, operation: _Operation, body: Any) -> Iterator[Breach]:
    declared = operation.about.get("requestBody")
    if declared is None:
        if body not in (None, b"", ""):
            yield Breach("surplus-body", "body", "the operation takes none")
        return
    about = api.resolved(declared)
    if body is None:
        if about.get("required"):
            yield Breach("missing-body", "body", "it must be given")
        return
    kind = "" if isinstance(body, bytes) else "application/json"
    answer = _content(api, about.get("content"), body, kind)
    if isinstance(answer, Breached):
        yield from answer.breaches


def _content(api: OpenApi, content: Any, body: Any, kind: str) -> HttpAnswer:
    """A body against what is declared for its type."""
    if not content:
        return Accepted()
    plain = kind.partition(";")[0].strip().lower()
    about = next((content[name] for name in content if _covers(name, plain)), None)
    if about is None:
        if not plain:
            return Accepted(("the body, which is not JSON",))
        known = ", ".join(content)
        return Breached((Breach("content-type", "body", f"{plain} is none of {known}"),))
    if "schema" not in about:
        return Accepted()
    if isinstance(body, bytes):
        return Accepted(("the body, which is not JSON",))
    errors = _errors(api, about["schema"], body)
    breaches = tuple(Breach("bad-body", "body" + path, message) for path, message in errors)
    return Breached(breaches) if breaches else Accepted()


def _covers(declared: str, kind: str) -> bool:
    name = declared.partition(";")[0].strip().lower()
    start = name.removesuffix("*")
    alike = name.endswith(("/json", "+json")) and kind.endswith(("/json", "+json"))
    return name in (kind, "*/*") or alike or (name.endswith("/*") and kind.startswith(start))


def _errors(api: OpenApi, schema: Any, value: Any) -> Iterator[tuple[str, str]]:
    try:
        import jsonschema
    except ImportError:
        fail("contracts-extra", "OpenAPI needs jsonschema, which is not installed.")
    validator = jsonschema.Draft202012Validator(api.schema(schema))
    for error in sorted(validator.iter_errors(value), key=lambda one: one.json_path):
        path = "".join(f".{part}" for part in error.absolute_path)
        yield path, error.message
