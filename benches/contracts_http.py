"""Right and wrong HTTP calls, labelled by a real server: testdata/contracts/http/calls.json.

    python benches/contracts_http.py [--judge]

The server is a small FastAPI application, strict about types; its own OpenAPI document is what
calls are held against. A call is wrong when the server answers 4xx (not found by path, method,
validation), or when it answers the same without the one parameter that was given by a wrong
name. Needs fastapi and httpx.
"""

from __future__ import annotations

import argparse
import collections
import copy
import json
import random
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from fastapi import FastAPI, Query  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from pydantic import BaseModel, ConfigDict, Field  # noqa: E402

from refute.contracts import Accepted  # noqa: E402
from refute.contracts.http import Breached, check_call, check_exchange, load_openapi  # noqa: E402

DATA = ROOT / "testdata" / "contracts" / "http"


class Size(StrEnum):
    """Sizes."""

    SMALL = "small"
    LARGE = "large"


class Strict(BaseModel):
    """No coercion, and nothing besides."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Line(Strict):
    """A line of an order."""

    item: int = Field(ge=1)
    count: int = Field(ge=1, le=99)
    note: str | None = Field(default=None, max_length=20)


class Address(Strict):
    """Where to."""

    street: str = Field(min_length=1)
    city: str
    zip: str = Field(pattern="^[0-9]{5}$")


class Order(Strict):
    """An order."""

    customer: str = Field(min_length=3)
    lines: list[Line] = Field(min_length=1)
    address: Address
    express: bool = False


class Kept(BaseModel):
    """What comes back."""

    id: int
    total: float


app = FastAPI(title="shop")


@app.get("/items")
def items(
    size: Size | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    below: float | None = None,
    tag: Annotated[list[str] | None, Query()] = None,
    sold: bool = False,
) -> list[Kept]:
    return [Kept(id=number, total=float(bool(sold)) + len(tag or ())) for number in range(limit)]


@app.get("/items/{item}")
def item(item: int) -> Kept:
    return Kept(id=item, total=1.0)


@app.get("/search")
def search(q: Annotated[str, Query(min_length=2)], page: int = 1) -> list[Kept]:
    return [Kept(id=page, total=float(len(q)))]


@app.post("/orders", status_code=201)
def order(order: Order) -> Kept:
    return Kept(id=len(order.lines), total=float(len(order.customer)))


@app.put("/orders/{number}/address")
def move(number: int, address: Address) -> Kept:
    return Kept(id=number, total=float(len(address.city)))


@app.delete("/orders/{number}", status_code=204)
def drop(number: int) -> None:
    return None


Call = dict[str, Any]


def right(draw: random.Random) -> Call:
    """A call that should be taken."""
    kind = draw.choice(["items", "item", "search", "order", "move", "drop"])
    address = {"street": draw.choice(["Elm 1", "Oak 2"]), "city": "Ulm", "zip": "89073"}
    if kind == "items":
        known = {"size": ["small", "large"], "limit": [1, 20, 50], "below": [1.5, 3],
                 "tag": ["new"], "sold": ["true", "false"]}  # fmt: skip
        names = draw.sample(sorted(known), draw.randint(0, 3))
        return call("GET", "/items", {name: str(draw.choice(known[name])) for name in names})
    if kind == "item":
        return call("GET", f"/items/{draw.randint(1, 999)}")
    if kind == "search":
        more = {"page": str(draw.randint(1, 5))} if draw.random() < 0.5 else {}
        return call("GET", "/search", {"q": draw.choice(["tea", "red cup", "a b c"]), **more})
    if kind == "move":
        return call("PUT", f"/orders/{draw.randint(1, 99)}/address", body=address)
    if kind == "drop":
        return call("DELETE", f"/orders/{draw.randint(1, 99)}")
    lines = [
        {"item": draw.randint(1, 9), "count": draw.randint(1, 99)}
        for _ in range(draw.randint(1, 3))
    ]
    if draw.random() < 0.4:
        lines[0]["note"] = draw.choice(["gift", None])  # type: ignore[assignment]
    body = {"customer": draw.choice(["ada", "grace"]), "lines": lines, "address": address}
    return call(
        "POST", "/orders", body={**body, **({"express": True} if draw.random() < 0.5 else {})}
    )


def call(method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Call:
    return {"method": method, "path": path, "query": query or {}, "body": body}


def faults(made: Call, draw: random.Random) -> Iterator[tuple[str, Call]]:
    """The call with one fault, in each way that it can have one."""
    yield "slip in the path", {**made, "path": slip(made["path"], draw)}
    yield "another method", {**made, "method": draw.choice(["PATCH", "POST", "GET", "DELETE"])}
    if made["path"].rpartition("/")[2].isdigit():
        yield "a text for a number", {**made, "path": made["path"].rpartition("/")[0] + "/first"}
    for name, value in made["query"].items():
        rest = {key: one for key, one in made["query"].items() if key != name}
        yield "slip in a parameter", {**made, "query": {**rest, slip(name, draw): value}}
        yield "parameter dropped", {**made, "query": rest}
        yield (
            "bad parameter",
            {**made, "query": {**rest, name: draw.choice(["-1", "many", "", "9999"])}},
        )
    if made["body"] is not None:
        yield "no body", {**made, "body": None}
        for path in ways(made["body"]):
            for fault, change in CHANGES.items():
                body = copy.deepcopy(made["body"])
                place: Any = body
                for part in path[:-1]:
                    place = place[part]
                change(place, path[-1], draw)
                yield fault, {**made, "body": body}


def ways(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        yield (*at, key)
        yield from ways(one, (*at, key))


def _rename(place: Any, key: Any, draw: random.Random) -> None:
    if isinstance(key, str):
        place[slip(key, draw)] = place.pop(key)


def _drop(place: Any, key: Any, draw: random.Random) -> None:
    del place[key]


def _replace(place: Any, key: Any, draw: random.Random) -> None:
    place[key] = draw.choice([None, -5, "", "text", [], {}, 1.5])


CHANGES = {"slip in a key": _rename, "key dropped": _drop, "another value": _replace}


def slip(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word)) if len(word) > 1 else 0
    return draw.choice([word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]]) or "x"


def label(client: TestClient, made: Call, fault: str, plain: Call) -> tuple[str, str]:
    response = send(client, made)
    if response.status_code >= 400:
        return "wrong", f"{response.status_code}"
    if fault == "slip in a parameter":
        names = set(made["query"]) & set(plain["query"])
        without = {**made, "query": {name: made["query"][name] for name in names}}
        same = send(client, without).content == response.content
        return ("wrong", "the same without it") if same else ("", "")
    return "right", f"{response.status_code}"


def send(client: TestClient, made: Call) -> Any:
    return (
        client.request(made["method"], made["path"], params=made["query"], json=made["body"])
        if made["body"] is not None
        else client.request(made["method"], made["path"], params=made["query"])
    )


def make() -> None:
    draw = random.Random("http")
    client = TestClient(app)
    found: dict[str, list[Any]] = {"right": [], "wrong": []}
    seen = set()
    api = load_openapi(app.openapi())
    while min(map(len, found.values())) < 150:
        plain = right(draw)
        broken = list(faults(plain, draw))
        for fault, made in [("", plain), *draw.sample(broken, min(3, len(broken)))]:
            key = json.dumps(made, sort_keys=True)
            truth, said = label(client, made, fault, plain)
            if truth and key not in seen and len(found[truth]) < 170:
                found[truth].append({**made, "fault": fault, "real": said})
            seen.add(key)
            if truth == "right":
                answer = check_exchange(api, send(client, made))
                assert answer == Accepted(), (made, answer)
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "shop.json").write_text(json.dumps(app.openapi(), indent=1) + "\n", encoding="utf-8")
    parts = []
    for truth, cases in found.items():
        rows = ",\n".join(f"  {json.dumps(case)}" for case in cases)
        parts.append(f' "{truth}": [\n{rows}\n ]')
    (DATA / "calls.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def judge() -> None:
    from urllib.parse import urlencode

    api = load_openapi(DATA / "shop.json")
    data = json.loads((DATA / "calls.json").read_text(encoding="utf-8"))
    for truth, cases in data.items():
        tally: collections.Counter[str] = collections.Counter()
        for case in cases:
            url = case["path"] + (f"?{urlencode(case['query'])}" if case["query"] else "")
            answer = check_call(api, case["method"], url, body=case["body"])
            tally[type(answer).__name__] += 1
            if isinstance(answer, Breached) == (truth == "right"):
                print(truth, case, answer)
        print(truth, dict(tally))


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--judge", action="store_true", help="label nothing, judge what is there")
    if not reader.parse_args().judge:
        make()
    judge()


if __name__ == "__main__":
    main()
