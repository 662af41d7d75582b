"""Integration: accounts, from the request to the database."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock, patch

import pytest
from fastapi.security import HTTPAuthorizationCredentials

from factories import ACCOUNT_ID, NOW, SUBSCRIPTION_ID, make_account, make_settings
from provisioner.api import parts as api_parts
from provisioner.api.parts import Parts, administrator, limited, signed_in
from provisioner.domain import accounts, audit, limits
from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem
from provisioner.domain.tokens import Identity

pytestmark = pytest.mark.integration

GIVEN = {"email": "ann@example.com", "password": "correct horse battery"}


def test_register(session, passwords, account):
    session.scalars.return_value.one.return_value = account
    made = accounts.register(session, passwords, "Ann@example.com", "correct horse battery")
    assert made is account
    passwords.hash.assert_called_once_with("correct horse battery", "ann@example.com")


def test_sign_in(session, passwords, account):
    session.scalars.return_value.one_or_none.return_value = account
    identity = accounts.sign_in(session, passwords, "ann@example.com", "correct horse battery")
    assert identity == Identity(ACCOUNT_ID, 0)


def test_sign_in_with_the_wrong_password(session, passwords, account):
    session.scalars.return_value.one_or_none.return_value = account
    passwords.right.return_value = False
    with pytest.raises(Problem) as caught:
        accounts.sign_in(session, passwords, "ann@example.com", "wrong")
    assert caught.value.slug == "wrong-credentials"


def test_sign_in_hashes_again_what_is_outdated(session, passwords, account):
    session.scalars.return_value.one_or_none.return_value = account
    passwords.outdated.return_value = True
    accounts.sign_in(session, passwords, "ann@example.com", "correct horse battery")
    passwords.hash.assert_called_once()


def test_holder(session, account):
    session.get.return_value = account
    assert accounts.holder(session, Identity(ACCOUNT_ID, 0)) is account


@pytest.mark.parametrize("overrides", [{"closed_at": NOW}, {"token_generation": 1}])
def test_holder_of_a_token_that_has_ended(session, overrides):
    session.get.return_value = make_account(**overrides)
    with pytest.raises(Problem):
        accounts.holder(session, Identity(ACCOUNT_ID, 0))


def test_holder_that_is_not_there(session):
    session.get.return_value = None
    with pytest.raises(Problem):
        accounts.holder(session, Identity(ACCOUNT_ID, 0))


def test_sign_out_everywhere(session):
    accounts.sign_out_everywhere(session, ACCOUNT_ID)
    assert session.execute.called


def test_close(session):
    paid = SimpleNamespace(id=SUBSCRIPTION_ID, stripe_subscription_id="sub_1")
    session.scalars.return_value.all.return_value = [paid]
    with patch("provisioner.domain.accounts.instances.take_down") as take_down:
        assert accounts.close(session, ACCOUNT_ID) == ["sub_1"]
    take_down.assert_called_once_with(session, SUBSCRIPTION_ID)


def test_audit_note(session):
    audit.note(session, ACCOUNT_ID, "account.registered")
    session.execute.assert_called_once()


def test_audit_note_for_somebody(session):
    audit.note_for(session, ACCOUNT_ID, ACCOUNT_ID, "admin.account-closed")
    session.execute.assert_called_once()


def test_rate_limit(session):
    session.execute.return_value.scalar_one.return_value = 10.0
    limits.take(session, "account:1", 60)
    assert session.execute.call_count == 2


def test_rate_limit_is_exceeded(session):
    session.execute.return_value.scalar_one.return_value = 0.5
    with pytest.raises(Problem) as caught:
        limits.take(session, "account:1", 60)
    assert caught.value.status == 429
    assert "Retry-After" in caught.value.headers


def test_rate_limit_sweep(session):
    session.execute.return_value.scalar_one.return_value = 3
    assert limits.sweep(session) == 3


class TestPasswords:
    @pytest.fixture
    def hasher(self):
        with patch("provisioner.domain.passwords.PasswordHasher") as mock:
            mock.return_value.hash.return_value = "hashed"
            yield mock.return_value

    def test_hash(self, hasher):
        assert Passwords().hash("correct horse battery") == "hashed"

    @pytest.mark.parametrize("password", ["short", "ann@example.com"])
    def test_weak(self, hasher, password):
        with pytest.raises(Problem):
            Passwords().hash(password, "ann@example.com")

    def test_right(self, hasher):
        hasher.verify.return_value = True
        assert Passwords().right("hashed", "correct horse battery")

    def test_outdated(self, hasher):
        hasher.check_needs_rehash.return_value = True
        assert Passwords().outdated("hashed")


class TestSignedIn:
    def test_signed_in(self, parts, session, tokens, account):
        tokens.read.return_value = Identity(ACCOUNT_ID, 0)
        session.get.return_value = account
        given = HTTPAuthorizationCredentials(scheme="Bearer", credentials="a-token")
        with patch("provisioner.api.parts.limits.take") as take:
            assert signed_in(parts, given) is account
        take.assert_called_once()

    def test_without_a_token(self, parts):
        with pytest.raises(Problem) as caught:
            signed_in(parts, None)
        assert caught.value.status == 401

    def test_limited(self, parts):
        request = MagicMock()
        request.client.host = "10.0.0.1"
        with patch("provisioner.api.parts.limits.take") as take:
            limited(request, parts)
        take.assert_called_once()

    def test_administrator(self, account):
        account.is_admin = True
        assert administrator(account) is account

    def test_not_an_administrator(self, account):
        with pytest.raises(Problem) as caught:
            administrator(account)
        assert caught.value.status == 403

    def test_parts_of_settings(self):
        with (
            patch.object(api_parts, "Database") as database,
            patch.object(api_parts, "Passwords"),
            patch.object(api_parts, "Gateway"),
        ):
            made = Parts.of(make_settings())
        assert made.database is database.of.return_value


class TestApi:
    def test_register(self, client, account):
        with patch("provisioner.api.routes.accounts.accounts.register", return_value=account):
            answer = client.post("/v1/accounts", json=GIVEN)
        assert answer.status_code == 201
        assert answer.json()["email"] == "ann@example.com"

    def test_register_with_a_bad_address(self, client):
        answer = client.post("/v1/accounts", json={**GIVEN, "email": "nobody"})
        assert answer.status_code == 422
        assert answer.json()["type"] == "bad-request"

    def test_sign_in(self, client):
        with patch("provisioner.api.routes.accounts.accounts.sign_in"):
            answer = client.post("/v1/sessions", json=GIVEN)
        assert answer.status_code == 201
        assert answer.json()["token"] == "a-token"

    def test_sign_out(self, client):
        with patch("provisioner.api.routes.accounts.accounts.sign_out_everywhere") as sign_out:
            assert client.delete("/v1/sessions").status_code == 204
        sign_out.assert_called_once()

    def test_own_account(self, client):
        assert client.get("/v1/account").json()["id"] == str(ACCOUNT_ID)

    def test_close(self, client, gateway):
        with patch("provisioner.api.routes.accounts.accounts.close", return_value=["sub_1"]):
            assert client.delete("/v1/account").status_code == 204
        gateway.cancel.assert_called_once_with("sub_1")

    def test_audit(self, client, session):
        entry = SimpleNamespace(
            id=1,
            account_id=ACCOUNT_ID,
            actor=str(ACCOUNT_ID),
            action="account.registered",
            subject="",
            detail={},
            at=NOW,
        )
        session.scalars.return_value = [entry]
        assert client.get("/v1/account/audit").json()[0]["action"] == "account.registered"
