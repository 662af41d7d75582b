"""The room's page, as far as it needs no homeserver: its settings, and who is signed in."""

from __future__ import annotations

import pytest

from provisioner_instance.matrix import Person
from provisioner_instance.settings import Settings, Wrong
from provisioner_instance.visits import LIFETIME, MOST, Visits

WHOLE = {
    "INSTANCE": "1",
    "ORIGIN": "https://room.test/",
    "MATRIX_URL": "http://matrix.test/",
    "MATRIX_USER": "room-1",
    "MATRIX_PASSWORD": "kept to oneself",
}
ADA = Person("@ada:test", "token")


def test_settings_are_read_whole() -> None:
    read = Settings.of({**WHOLE, "PORT": "9000"})
    assert (read.origin, read.matrix_url, read.port) == (
        "https://room.test",
        "http://matrix.test",
        9000,
    )
    assert "kept to oneself" not in repr(read)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(Wrong, match=f"^{name} is not set$"):
        Settings.of({**WHOLE, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORIGIN", "room.test"),
        ("MATRIX_URL", "ftp://x"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "x"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(Wrong, match=f"^{name} is not"):
        Settings.of({**WHOLE, name: value})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Wrong) as said:
        Settings.of({"PORT": "none"})
    assert len(said.value.lines) == 6


def test_visit_ends_after_its_time() -> None:
    now = [0.0]
    visits = Visits(lambda: now[0])
    cookie = visits.begin(ADA)
    now[0] = LIFETIME - 1
    found = visits.find(cookie)
    assert found is not None
    assert found.person == ADA
    assert found.sent_by(found.word)
    assert not found.sent_by(found.word + "x")
    now[0] = LIFETIME
    assert visits.find(cookie) is None
    assert visits.end(cookie) is None


def test_visits_are_told_apart_and_bounded() -> None:
    visits = Visits()
    cookies = [visits.begin(ADA) for _ in range(MOST)]
    assert len(set(cookies)) == MOST
    assert visits.find(cookies[0]) is not None
    visits.begin(ADA)
    assert visits.find(cookies[1]) is None
    assert visits.find(cookies[0]) is not None
    assert visits.find("") is None
