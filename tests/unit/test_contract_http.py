"""HTTP calls that a real server took or refused, and responses, against OpenAPI documents."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.apart import environment, needs_schemathesis
from tests.unit.test_cli import refute

from refute.contracts import Accepted, Unknown
from refute.contracts.http import (
    Breached,
    HttpAnswer,
    OpenApi,
    check_call,
    check_exchange,
    check_response,
    load_openapi,
)
from refute.errors import RefuteError

DATA = Path(__file__).resolve().parents[2] / "testdata" / "contracts" / "http"
CALLS: dict[str, Any] = json.loads((DATA / "calls.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shop() -> OpenApi:
    return load_openapi(DATA / "shop.json")


def said(shop: OpenApi, case: dict[str, Any]) -> HttpAnswer:
    query = f"?{urlencode(case['query'])}" if case["query"] else ""
    return check_call(shop, case["method"], case["path"] + query, body=case["body"])


def test_calls_that_the_server_takes_are_accepted(shop: OpenApi) -> None:
    assert len(CALLS["right"]) >= 100
    assert [case for case in CALLS["right"] if said(shop, case) != Accepted()] == []


def test_calls_that_the_server_refuses_or_ignores_are_breaches(shop: OpenApi) -> None:
    assert len(CALLS["wrong"]) >= 100
    taken = [case for case in CALLS["wrong"] if not isinstance(said(shop, case), Breached)]
    assert taken == []


def document(paths: dict[str, Any], version: str = "3.1.0", **more: Any) -> OpenApi:
    return load_openapi({"openapi": version, "info": {}, "paths": paths, **more})


def breaches(answer: HttpAnswer) -> list[tuple[str, str]]:
    assert isinstance(answer, Breached)
    return [(one.slug, one.where) for one in answer.breaches]


def test_slips_have_the_right_name_beside_them(shop: OpenApi) -> None:
    assert str(check_call(shop, "GET", "/items?limti=5")) == (
        "query.limti: the operation has no such parameter: did you mean `limit`?"
    )
    assert str(check_call(shop, "GET", "/itmes")) == "/itmes: no such path: did you mean `/items`?"


def test_servers_of_the_document() -> None:
    server = [{"url": "https://api.example.test/v1"}]
    api = document({"/a": {"get": {"responses": {"200": {}}}}}, servers=server)
    assert check_call(api, "GET", "https://api.example.test/v1/a") == Accepted()
    assert check_call(api, "GET", "https://other.test/v1/a") == Unknown(
        "other.test is no server of the document"
    )
    assert check_call(api, "GET", "https://other.test/v1/a", anywhere=True) == Accepted()
    assert breaches(check_call(api, "GET", "https://api.example.test/v2/a")) == [
        ("unknown-path", "/v2/a")
    ]


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_bodies_of_responses(version: str) -> None:
    nullable = {"type": "string", "nullable": True}
    modern = {"type": ["string", "null"]}
    note = nullable if version.startswith("3.0") else modern
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    schema["properties"]["note"] = note  # type: ignore[index]
    api = document(
        {
            "/a/{id}": {
                "get": {
                    "responses": {
                        "200": {"$ref": "#/components/responses/One"},
                        "4XX": {"description": "no"},
                    }
                }
            }
        },
        version,
        components={
            "schemas": {"One": schema},
            "responses": {
                "One": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/One"}}
                    }
                }
            },
        },
    )

    def response(status: int, body: Any = None, kind: str = "application/json") -> HttpAnswer:
        return check_response(api, "GET", "/a/5", status, body=body, content_type=kind)

    assert response(200, {"id": 1, "note": None}) == Accepted()
    assert breaches(response(200, {"id": "1"})) == [("bad-body", "body.id")]
    assert breaches(response(200, {"note": 5})) == [("bad-body", "body"), ("bad-body", "body.note")]
    assert breaches(response(500)) == [("undeclared-status", "status")]
    assert response(404, {"any": "thing"}) == Accepted()
    assert breaches(response(200, "<p>", "text/html")) == [("content-type", "body")]


@dataclass
class Request:
    method: str
    url: str


@dataclass
class Response:
    """As little as clients of HTTP have in common."""

    status_code: int
    content: bytes
    request: Request = field(default_factory=lambda: Request("GET", "http://test/items/1"))
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def test_responses_as_clients_have_them(shop: OpenApi) -> None:
    assert check_exchange(shop, Response(200, b'{"id": 1, "total": 1.5}')) == Accepted()
    assert breaches(check_exchange(shop, Response(200, b'{"id": 1}'))) == [("bad-body", "body")]
    assert breaches(check_exchange(shop, Response(200, b"{"))) == [("bad-body", "body")]


def test_documents_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"swagger": "2.0"}')
    for source in (tmp_path / "a.json", tmp_path / "none.json"):
        with pytest.raises(RefuteError, match="bad-openapi"):
            load_openapi(source)
    api = document({"/a": {"$ref": "#/nowhere"}})
    with pytest.raises(RefuteError, match="leads nowhere"):
        check_call(api, "GET", "/a")


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A server by hand: ``/good`` keeps to its document, ``/bad`` does not, and of ``/odd`` there
    is none.
    """
    number = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    answers = {"200": {"description": "", "content": {"application/json": {"schema": number}}}}
    paths: dict[str, Any] = {p: {"get": {"responses": answers}} for p in ("/good", "/bad")}
    paths["/odd"] = {"get": {"parameters": [{"$ref": "#/nowhere"}], "responses": answers}}
    bodies: dict[str, Any] = {
        "/openapi.json": {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths},
        "/good": {"n": 1},
        "/bad": {"n": "one"},
    }
    if scope["type"] != "http":
        return
    known = scope["path"] in bodies and scope["method"] == "GET"
    status = 200 if known else 404 if scope["path"] not in bodies else 405
    headers = [(b"content-type", b"application/json"), (b"allow", b"GET")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = json.dumps(bodies.get(scope["path"])).encode()
    await send({"type": "http.response.body", "body": body})


ASKING = """
import dataclasses, json
from refute.contracts.http import check_app
from tests.unit.test_contract_http import application
print(json.dumps(dataclasses.asdict(check_app(application, examples=5))))
"""


@needs_schemathesis
def test_an_application_is_asked_by_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKING], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["operations"] == 2
    (failing,) = answer["failing"]
    assert failing["operation"] == "GET /bad"
    assert "is not of type" in failing["message"]
    assert failing["reproduce"].startswith("curl -X GET http")
    (unchecked,) = answer["unchecked"]
    assert "#/nowhere" in unchecked


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("GET", "/items?limit=5"), 0, "accepted: GET /items?limit=5"),
        (("get", "/items?limti=5"), 1, "did you mean `limit`?"),
        (("GET", "/items", "--status", "418"), 1, "status: 418 is none of 200, 422"),
        (("GET", "/items", "--status", "200", "--body", "[]"), 0, "accepted: 200 to GET"),
        (("POST", "/orders", "--body", "{"), 2, "--body: "),
    ],
)
def test_command(words: tuple[str, ...], code: int, text: str, tmp_path: Path) -> None:
    done = refute("contracts", "http", DATA / "shop.json", *words, cwd=tmp_path)
    assert done.returncode == code
    assert text in done.stdout + done.stderr
