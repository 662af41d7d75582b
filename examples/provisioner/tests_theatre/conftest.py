"""Fixtures shared by all tests: settings, a mocked database, a client."""

from __future__ import annotations

from contextlib import contextmanager
from unittest.mock import MagicMock

import pytest
from fastapi.testclient import TestClient

from factories import NOW, make_account, make_instance, make_settings, make_subscription
from provisioner.api.app import build
from provisioner.api.parts import Parts, limited, signed_in


@pytest.fixture
def settings():
    return make_settings()


@pytest.fixture
def session():
    """A database session."""
    return MagicMock(name="session")


@pytest.fixture
def database(session):
    """A database whose transactions all use the mocked session."""
    mock = MagicMock(name="database")

    @contextmanager
    def transaction(*args):
        yield session

    mock.account.side_effect = transaction
    mock.service.side_effect = transaction
    mock.anonymous.side_effect = transaction
    return mock


@pytest.fixture
def cluster():
    """A Kubernetes cluster where everything works."""
    mock = MagicMock(name="cluster")
    mock.vanished.return_value = True
    return mock


@pytest.fixture
def gateway():
    """Stripe."""
    mock = MagicMock(name="gateway")
    mock.checkout.return_value = "https://checkout.stripe.com/c/pay/test"
    return mock


@pytest.fixture
def passwords():
    mock = MagicMock(name="passwords")
    mock.hash.return_value = "hashed"
    mock.right.return_value = True
    mock.outdated.return_value = False
    return mock


@pytest.fixture
def tokens():
    mock = MagicMock(name="tokens")
    mock.issue.return_value = ("a-token", NOW)
    return mock


@pytest.fixture
def parts(settings, database, passwords, tokens, gateway):
    return Parts(settings, database, passwords, tokens, gateway, now=lambda: NOW)


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def app(parts, account):
    application = build(parts)
    application.dependency_overrides[signed_in] = lambda: account
    application.dependency_overrides[limited] = lambda: None
    return application


@pytest.fixture
def client(app):
    """A client that is signed in."""
    with TestClient(app) as test_client:
        yield test_client


@pytest.fixture
def admin_client(client, account):
    account.is_admin = True
    return client


@pytest.fixture
def subscription():
    return make_subscription()


@pytest.fixture
def instance():
    return make_instance()
