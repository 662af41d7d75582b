"""What the chart gives to an instance that has a room."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
import yaml

from provisioner.cluster.values import Place, Wanted, release
from tests.support import helm

CHART = Path(__file__).resolve().parents[2] / "chart"
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
ID = UUID("11111111-1111-4111-8111-111111111111")
KEY = "abcde-fghij-klmno-pqrst"
PLACE = Place("example/room", "rooms.test", "https://{host}", "https://m.test", lambda id: KEY)


def rendered(place: Place) -> list[dict[str, Any]]:
    given = release(Wanted(ID, f"room-{ID}", "free", "1.0.0", True), place).values
    done = subprocess.run(
        [helm.program(), "template", "room", str(CHART), "--values", "-"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def deployment(place: Place) -> dict[str, Any]:
    (found,) = [one for one in rendered(place) if one["kind"] == "Deployment"]
    template: dict[str, Any] = found["spec"]["template"]
    return template


def test_password_is_in_a_secret_alone() -> None:
    objects = rendered(PLACE)
    assert [one["kind"] for one in objects if KEY in json.dumps(one)] == ["Secret"]
    (container,) = deployment(PLACE)["spec"]["containers"]
    env = {one["name"]: one.get("value") or one["valueFrom"] for one in container["env"]}
    assert env == {
        "PORT": "8080",
        "INSTANCE": str(ID),
        "ORIGIN": f"https://room-{ID}.rooms.test",
        "MATRIX_URL": "https://m.test",
        "MATRIX_USER": f"room-{ID}",
        "MATRIX_PASSWORD": {"secretKeyRef": {"name": "room-matrix", "key": "password"}},
    }


def test_another_homeserver_replaces_the_pods() -> None:
    before, again = (deployment(PLACE)["metadata"]["annotations"] for _ in range(2))
    after = deployment(replace(PLACE, matrix_url="https://n.test"))["metadata"]["annotations"]
    assert before == again != after


def test_without_a_homeserver_there_is_nothing_of_it() -> None:
    objects = rendered(Place("example/room", "rooms.test"))
    assert "Secret" not in {one["kind"] for one in objects}
    assert "MATRIX" not in json.dumps(objects)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("matrix", {"url": "https://m.test", "user": "room"}),
        ("matrix", {"url": "m.test", "user": "room", "password": KEY}),
        ("matrix", {"url": "https://m.test", "user": "Room 1", "password": KEY}),
        ("matrix", {"url": "https://m.test", "user": "room", "password": "short"}),
        ("matrix", {"url": "https://m.test", "user": "room", "password": KEY, "more": 1}),
        ("origin", "https://rooms.test/path"),
    ],
)
def test_schema_refuses(name: str, bad: object) -> None:
    values = release(Wanted(ID, f"room-{ID}", "free", "1.0.0", True), PLACE).values
    jsonschema.validate(values, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**values, name: bad}, SCHEMA)
