"""Tiers, statuses, usage, tokens, settings, logs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from unittest.mock import MagicMock, patch

import jwt
import pytest
from pydantic import ValidationError

from factories import ACCOUNT_ID, INSTANCE_ID, NOW, make_settings
from provisioner import logs
from provisioner.cluster.values import Place, Wanted, release
from provisioner.domain import usage
from provisioner.domain.problems import Problem
from provisioner.domain.status import Request, Status, allowed, requests_in
from provisioner.domain.tiers import TIERS
from provisioner.domain.tokens import Identity, Tokens
from provisioner.domain.usage import Month, Period

NOVEMBER = Month.of(2026, 11)


def test_tiers():
    assert list(TIERS) == ["free", "starter", "professional"]


def test_allowed():
    assert allowed(Status.PENDING, Status.PROVISIONING)
    assert not allowed(Status.DEPROVISIONED, Status.RUNNING)


def test_requests_in():
    assert Request.STOP in requests_in(Status.RUNNING)
    assert requests_in(Status.DEPROVISIONED) == []


def test_month():
    assert NOVEMBER.start == datetime(2026, 11, 1, tzinfo=UTC)
    assert NOVEMBER.end == datetime(2026, 12, 1, tzinfo=UTC)


def test_seconds_in():
    start = datetime(2026, 11, 2, tzinfo=UTC)
    period = Period(INSTANCE_ID, "starter", start, start + timedelta(hours=2))
    assert usage.seconds_in(period, NOVEMBER, NOW) == 7200


def test_lines():
    start = datetime(2026, 11, 2, tzinfo=UTC)
    period = Period(INSTANCE_ID, "starter", start, start + timedelta(hours=2))
    (line,) = usage.lines([period], NOVEMBER, NOW)
    assert (line.tier, line.seconds, line.extra_cents) == ("starter", 7200, 0)


def test_due():
    assert usage.due(["starter"], []) == 900


def test_release():
    wanted = Wanted(INSTANCE_ID, f"room-{INSTANCE_ID}", "starter", "1.0.0", running=True)
    made = release(wanted, Place("ghcr.io/example/room", "example.com"))
    assert made.namespace == f"room-{INSTANCE_ID}"
    assert made.values["tier"] == "starter"
    assert made.values["image"]["tag"] == "1.0.0"


class TestTokens:
    @pytest.fixture
    def encode(self):
        with patch("provisioner.domain.tokens.jwt.encode", return_value="a-token") as mock:
            yield mock

    @pytest.fixture
    def decode(self):
        with patch("provisioner.domain.tokens.jwt.decode") as mock:
            yield mock

    def test_issue(self, encode):
        token, until = Tokens("secret", timedelta(hours=1)).issue(Identity(ACCOUNT_ID, 0), NOW)
        assert token == "a-token"
        assert until == NOW + timedelta(hours=1)

    def test_read(self, decode):
        decode.return_value = {"sub": str(ACCOUNT_ID), "generation": 0}
        assert Tokens("secret", timedelta(hours=1)).read("x") == Identity(ACCOUNT_ID, 0)

    def test_read_expired(self, decode):
        decode.side_effect = jwt.ExpiredSignatureError
        with pytest.raises(Problem) as caught:
            Tokens("secret", timedelta(hours=1)).read("x")
        assert caught.value.slug == "token-expired"

    def test_read_nonsense(self, decode):
        decode.side_effect = jwt.InvalidTokenError
        with pytest.raises(Problem) as caught:
            Tokens("secret", timedelta(hours=1)).read("x")
        assert caught.value.slug == "bad-token"


class TestSettings:
    def test_defaults(self):
        made = make_settings()
        assert made.database_pool == 10
        assert made.sqlalchemy_url == "postgresql+psycopg://localhost/test"

    @pytest.mark.parametrize(
        "overrides",
        [
            {"token_secret": "short"},
            {"token_secret": "a" * 40},
            {"token_secret": "changeme-changeme-changeme-changeme"},
            {"stripe_key": "pk_test_4eC39HqLyjWDarjtT1zdp7dc"},
            {"database_url": "mysql://localhost/test"},
        ],
    )
    def test_refused(self, overrides):
        with pytest.raises(ValidationError):
            make_settings(**overrides)

    def test_prices(self):
        assert make_settings().price_of("starter") == "price_starter"


class TestLogs:
    def test_line(self):
        record = logging.makeLogRecord({"msg": "hello", "levelname": "INFO", "token": "x"})
        with logs.about(request="1"):
            said = json.loads(logs.JsonLines().format(record))
        assert said["message"] == "hello"
        assert said["token"] == "***"
        assert said["request"] == "1"

    def test_error(self):
        record = logging.makeLogRecord({"exc_info": (ValueError, ValueError("no"), None)})
        assert "ValueError" in json.loads(logs.JsonLines().format(record))["error"]

    def test_start(self):
        with patch("provisioner.logs.logging.getLogger") as get_logger:
            get_logger.return_value = MagicMock(handlers=[])
            logs.start("INFO")
        get_logger.return_value.setLevel.assert_called()
