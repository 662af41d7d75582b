"""Requests and responses of HTTP clients as plain values, and made a little wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from refute_child.observe.messages import (
    changed_request,
    changed_response,
    fields_of,
    other_status,
    summary,
)

URL = "https://api.test/v2/pods/web%2F1?page=2&q=a+b"


@dataclass
class Prepared:
    """A request of the shape that requests has."""

    method: str = "POST"
    url: str = URL
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    body: Any = b'{"name": "web", "ports": [80]}'

    def prepare_url(self) -> None:
        """Known by this."""

    def copy(self) -> Prepared:
        return replace(self, headers=dict(self.headers))


class Headers(dict[str, str]):
    """Headers as httpx has them."""

    def multi_items(self) -> list[tuple[str, str]]:
        return list(self.items())


class Sent:
    """A request, or a response, of the shape that httpx has."""

    def __init__(self, *first: Any, headers: Any, content: bytes, extensions: Any = None) -> None:
        self.method: str = first[0] if len(first) == 2 else ""
        self.url: str = first[-1] if len(first) == 2 else ""
        self.status_code = first[0] if len(first) == 1 else 0
        self.headers, self._content, self.extensions = Headers(headers), content, extensions

    @property
    def content(self) -> bytes:
        return self._content

    def read(self) -> bytes:
        return self._content


def httpx_request() -> Sent:
    return Sent("POST", URL, headers={"content-length": "7"}, content=b'{"a":1}')


def test_a_request_is_told_in_parts() -> None:
    assert fields_of(Prepared()) == {
        "method": "POST",
        "path": ["v2", "pods", "web%2F1"],
        "query": {"page": "2", "q": "a b"},
        "json": {"name": "web", "ports": [80]},
    }
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert fields_of(Prepared(headers=form, body="a=1&b="))["form"] == {"a": "1", "b": ""}
    assert fields_of(Prepared(body="plain"))["body"] == "plain"
    assert fields_of(httpx_request())["json"] == {"a": 1}


@pytest.mark.parametrize(
    ("path", "change", "part", "expected"),
    [
        ("method", "typo", "method", "POTS"),
        ("path[1]", "typo", "path", ["v2", "posd", "web%2F1"]),
        ("path[2]", "dropped", "path", ["v2", "pods"]),
        ('query["page"]', "dropped", "query", {"q": "a b"}),
        ('json["ports"][0]', "other_value", "json", {"name": "web", "ports": [81]}),
    ],
)
def test_one_part_is_changed_in_a_copy(path: str, change: str, part: str, expected: object) -> None:
    request = Prepared()
    changed = fields_of(changed_request(request, path, change))
    assert changed == fields_of(Prepared()) | {part: expected}
    assert request == Prepared()


def test_a_request_of_httpx_is_made_anew() -> None:
    made = changed_request(httpx_request(), 'json["a"]', "other_value")
    assert (made.url, made.content, dict(made.headers)) == (URL, b'{"a": 2}', {})
    assert changed_request(httpx_request(), 'json["b"]', "other_value") is None


def test_a_response_is_changed_in_status_or_body() -> None:
    response = Sent(200, headers={"x": "1"}, content=b'{"id": 7}')
    assert summary(response, streamed=False) == '200 {"id": 7}'
    assert summary(response, streamed=True) == "200"
    assert changed_response(response, "status").status_code == 500
    assert changed_response(response, "emptied").content == b""
    assert changed_response(response, "truncated").content == b'{"id'
    assert changed_response(response, "typo") is None
    assert changed_response(Sent(204, headers={}, content=b""), "emptied") is None
    assert (response.status_code, response.content) == (200, b'{"id": 7}')
    assert [other_status(one) for one in (200, 302, 404, 500)] == [500, 500, 200, 200]
