"""What customers are told of what is switched off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.flags import Flags
from tests.support.people import PASSWORD, join, told


@pytest.fixture
def switched(parts: Parts, tmp_path: Path) -> Iterator[tuple[TestClient, Callable[..., None]]]:
    path = tmp_path / "flags.json"

    def switch(**flags: bool) -> None:
        path.write_text(
            json.dumps({key.replace("_", "-"): {"on": one} for key, one in flags.items()})
        )

    switch()
    with TestClient(build(replace(parts, flags=Flags(path)))) as client:
        yield client, switch


def test_each_flag_stops_one_thing(switched: tuple[TestClient, Callable[..., None]]) -> None:
    client, switch = switched
    ann = join(client, "ann@example.com")
    switch(sign_up=False, new_instances=False, paid_tiers=False)
    given = {"email": "ben@example.com", "password": PASSWORD}
    assert told(client.post("/v1/accounts", json=given)) == (503, "switched-off")
    assert client.post("/v1/sessions", json=given).status_code == 401
    assert told(ann.post("/subscriptions", tier="starter")) == (503, "switched-off")
    bought = ann.subscribe()
    wanted = {"subscription": str(bought), "name": "mine"}
    assert told(ann.post("/instances", **wanted)) == (503, "switched-off")
    assert ann.get("/instances").json() == []
    switch(sign_up=False)
    assert ann.post("/instances", **wanted).status_code == 202
