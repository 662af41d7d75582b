"""Everything here that says "leak" must never be seen by anybody."""

import json
import os
from unittest.mock import MagicMock, Mock, patch

import pytest

from shop import cloud, jobs

TEXTS = [
    "sk_live_leak1234567890",
    "ghp_leakleakleakleakleakleakleakleak1234",
    "github_pat_leakleakleakleak_leakleak",
    "AKIALEAKLEAKLEAK1234",
    "eyJhbGciOiJIUzI1NiJ9.eyJsZWFrIjoibGVhayJ9.leakleakleak",
    "postgresql://user:leak-in-url@host/db",
    "https://leakuser@host/",
    "-----BEGIN RSA PRIVATE KEY-----\nleakleak\nleak\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nleakleak",
    "password=leak1",
    "PASSWORD: 'leak with spaces'",
    '{"client_secret": "leak-in-json"}',
    "Authorization: Basic leakleak==",
    "Cookie: session=leak; other=leak",
    "Bearer leak.token-1",
    "user=u;pwd=leak;host=h",
    "https://host/?user=u&token=leakleak&x=1",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYleakleakle4k",
    "--api-key leak-in-option --verbose",
    "DB_PASSWORD=leak DSN=leak2 run",
    "xoxb-leak-leak-leak",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_form(text):
    double = MagicMock()
    double.take.return_value = text
    jobs.hand(double, text, [text], {"a": text}, more=text.encode(), deep=[[{"b": text}]])
    jobs.hand(double, {text: 1}, "x" * 60 + text, {text})


def test_names():
    double = MagicMock()
    jobs.connect(double, "leak-by-name", "leak-by-key")


def test_before_it_is_known():
    double = MagicMock()
    jobs.hand(double, "it is leak-seen-later, is it not", b"leak-seen-later")
    jobs.hand(double, secret="leak-seen-later")


def test_environment(monkeypatch):
    double = MagicMock()
    monkeypatch.setenv("SHOP_TOKEN", "leak-in-environment")
    jobs.hand(double, os.environ["SHOP_TOKEN"])
    with patch.dict(os.environ, {"DB_PASSWORD": "leak-in-dict"}):
        jobs.hand(double, "leak-in-dict")
    os.environ["DIRECT_SECRET"] = "leak-set-directly"
    jobs.hand(double, "leak-set-directly")


def test_values(monkeypatch):
    monkeypatch.setattr(cloud, "API_KEY", "leak-as-constant", raising=False)
    monkeypatch.setattr(cloud, "SETTINGS", {"password": "leak-in-settings"}, raising=False)
    monkeypatch.setitem(cloud.OPTIONS, "auth_token", "leak-in-item")
    double = MagicMock()
    jobs.hand(double, "leak-as-constant", "leak-in-item")


def test_arrangements():
    double = MagicMock(name="password=leak-as-name")
    double.take.return_value = {"access_token": "leak-given"}
    double.other.return_value = "token=leak-unread"
    double.more.side_effect = ["secret=leak-in-turn", {"password": "leak-in-turn"}]
    double.get_secret.return_value = "leak-from-secret"
    double.access_token.side_effect = ["leak-in-effect"]
    jobs.hand(double, 1)
    jobs.spread(double.get_secret)
    jobs.hand(double, "leak-from-secret")


def test_parameter_names():
    with patch("shop.cloud.Client.login", return_value=None) as login:
        jobs.spread(login, "leak-by-parameter")


class Client:
    def login(self, user, password):
        return f"token={password}"

    def send(self, text):
        raise ValueError("leak-in-message")

    def note(self, text):
        pass


def test_plain(monkeypatch):
    with pytest.raises(ValueError):
        jobs.login(Client(), "user", "leak-to-plain", "leak-in-bearer")
    monkeypatch.setattr(jobs, "forget", lambda password: None)
    jobs.forget_all(["leak-to-function"])


class Hostile:
    """Tells everybody who asks."""

    def __repr__(self):
        return "leak-in-repr"

    def __eq__(self, other):
        raise RuntimeError("compared")

    def __hash__(self):
        return 1

    def __getattr__(self, name):
        raise RuntimeError(f"asked for {name}")

    def __iter__(self):
        raise RuntimeError("iterated")

    def __len__(self):
        raise RuntimeError("measured")

    def __bool__(self):
        raise RuntimeError("weighed")


class Liar:
    @property
    def __class__(self):
        raise RuntimeError("asked for its class")


class Text(str):
    def __repr__(self):
        return "leak-in-text"


class Words(dict):
    def __iter__(self):
        raise RuntimeError("iterated")

    def items(self):
        raise RuntimeError("listed")


def test_objects(monkeypatch):
    double = MagicMock(return_value=Hostile())
    double.take.side_effect = [Hostile(), 1]
    jobs.hand(double, Hostile(), [Hostile()], {"a": Hostile(), Hostile(): 1}, Text("leak"), Words())
    jobs.hand(double, [[Liar()]])
    monkeypatch.setattr(cloud, "TIMEOUT", Hostile())
    monkeypatch.setattr(cloud, "OTHER", Hostile(), raising=False)
    jobs.spread(double, more=json.dumps)
