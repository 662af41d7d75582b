"""Keys of rooms, and the settings and values that carry them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from provisioner.cluster.values import Place, Wanted, release
from provisioner.domain import rooms
from provisioner.settings import Settings

ONE, TWO = UUID(int=1), UUID(int=2)
SECRET = "Hs2Gd6Fy4CakT5wq8Zr1Lx0Vb7Nm3Pj9"
GOOD = {
    "database_url": "postgresql://ann:pw@localhost/provisioner",
    "token_secret": "kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2Gd6Fy4Ca",
    "stripe_key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "stripe_webhook_secret": "whsec_Zp8bR2xKq4LmN7vT9wYc3sHd",
}
ROOMS = {"matrix_url": "http://matrix.test", "matrix_token": "syt_1", "room_secret": SECRET}


def made(**given: Any) -> Settings:
    return Settings(**{**GOOD, **given})


def test_key_is_the_same_each_time_and_nobody_elses() -> None:
    key = rooms.key(SECRET, ONE)
    assert key == rooms.key(SECRET, ONE)
    assert len({key, rooms.key(SECRET, TWO), rooms.key(SECRET + "x", ONE)}) == 3
    assert [len(part) for part in key.split("-")] == [5, 5, 5, 5]


def test_without_a_homeserver_there_is_no_key() -> None:
    assert made().room_key(ONE) == ""
    assert made(room_secret=SECRET).room_key(ONE) == ""
    assert made(**ROOMS).room_key(ONE) == rooms.key(SECRET, ONE)


@pytest.mark.parametrize("missing", ["matrix_token", "room_secret"])
def test_homeserver_wants_its_secrets(missing: str) -> None:
    given = {key: one for key, one in ROOMS.items() if key != missing}
    with pytest.raises(ValidationError, match="wants MATRIX_TOKEN and ROOM_SECRET"):
        made(**given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("matrix_url", "matrix.test"),
        ("matrix_url", "http://matrix.test/"),
        ("room_secret", "short"),
        ("instance_origin", "https://one-for-all.test"),
        ("instance_origin", "https://{host}/path"),
    ],
)
def test_what_is_wrong_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        made(**{**ROOMS, name: value})


def test_values_carry_the_room_where_there_are_rooms() -> None:
    wanted = Wanted(ONE, f"room-{ONE}", "free", "1.0.0", True)
    plain = release(wanted, Place("image", "rooms.test")).values
    assert "matrix" not in plain
    assert plain["origin"] == f"https://room-{ONE}.rooms.test"
    place = Place("image", "rooms.test", "http://{host}:81", "http://matrix.test", str)
    values = release(wanted, place).values
    assert values["origin"] == f"http://room-{ONE}.rooms.test:81"
    assert values["matrix"] == {
        "url": "http://matrix.test",
        "user": f"room-{ONE}",
        "password": str(ONE),
    }


def test_place_that_is_printed_keeps_its_secret() -> None:
    place = Place("image", "rooms.test", key=made(**ROOMS).room_key)
    assert SECRET not in repr(place)
    assert "syt_1" not in repr(made(**ROOMS))
