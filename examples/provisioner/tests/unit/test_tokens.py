"""Tokens: what is signed by us and still good is read, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem
from provisioner.domain.tokens import Identity, Tokens

SECRET = "a secret of the tests, which is long enough for every one of them"
WHO = Identity(UUID(int=7), 3)
TOKENS = Tokens(SECRET, timedelta(minutes=30))


def test_there_and_back() -> None:
    now = datetime.now(UTC)
    token, until = TOKENS.issue(WHO, now)
    assert TOKENS.read(token) == WHO
    assert until == now + timedelta(minutes=30)
    assert jwt.decode(token, options={"verify_signature": False})["role"] == "authenticated"


def test_each_is_another() -> None:
    now = datetime.now(UTC)
    assert TOKENS.issue(WHO, now)[0] != TOKENS.issue(WHO, now)[0]


def test_expired() -> None:
    token, _ = TOKENS.issue(WHO, datetime.now(UTC) - timedelta(minutes=31))
    with pytest.raises(Problem) as caught:
        TOKENS.read(token)
    assert (caught.value.slug, caught.value.status) == ("token-expired", 401)


def forged(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": str(WHO.account),
        "aud": "authenticated",
        "iss": "provisioner",
        "iat": now,
        "exp": now + timedelta(hours=1),
        "generation": 3,
        **changes,
    }
    kept = {key: value for key, value in claims.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def test_the_forger_knows_how_to_make_a_good_one() -> None:
    assert TOKENS.read(forged()) == WHO


FORGERIES = {
    "another secret": forged("another secret that is long enough too"),
    "no signature": forged("", "none"),
    "another algorithm": forged(algorithm="HS512"),
    "another audience": forged(aud="anon"),
    "another issuer": forged(iss="somebody"),
    "no account": forged(sub="not-an-id"),
    "no number": forged(generation="x"),
    "without sub": forged(sub=None),
    "without exp": forged(exp=None),
    "without iat": forged(iat=None),
    "without aud": forged(aud=None),
    "without iss": forged(iss=None),
    "without generation": forged(generation=None),
    "from the future": forged(iat=datetime.now(UTC) + timedelta(hours=2)),
    "empty": "",
    "nonsense": "x.y.z",
}


@pytest.mark.parametrize("how", list(FORGERIES))
def test_what_is_not_ours(how: str) -> None:
    with pytest.raises(Problem) as caught:
        TOKENS.read(FORGERIES[how])
    assert caught.value.slug == "bad-token"
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}


def test_passwords_are_right_or_wrong() -> None:
    passwords = Passwords(cost=1, memory=8)
    kept = passwords.hash("ten letters")
    assert passwords.right(kept, "ten letters")
    assert not passwords.right(kept, "Ten letters")
    assert not passwords.right(None, "nobody has this password")
    assert not passwords.right("damaged", "ten letters")
    assert not passwords.outdated(kept)
    assert Passwords(cost=2, memory=8).outdated(kept)


@pytest.mark.parametrize(
    ("password", "email"),
    [
        ("123456789", ""),
        ("", ""),
        ("Ann.Example@x.org", "ann.example@x.org"),
        ("ann.example", "Ann.Example@x.org"),
        ("ann.example@x.org", "Ann.Example@x.org"),
    ],
)
def test_passwords_that_are_none(password: str, email: str) -> None:
    with pytest.raises(Problem) as caught:
        Passwords(cost=1, memory=8).hash(password, email)
    assert caught.value.slug == "weak-password"


def test_shortest_password() -> None:
    passwords = Passwords(cost=1, memory=8)
    assert passwords.right(passwords.hash("1234567890", "ann@example.com"), "1234567890")
