"""The API answers as its own OpenAPI document says, to right and to wrong requests."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from refute.contracts.http import check_app

from provisioner.api.app import build
from provisioner.api.parts import Parts, signed_in
from provisioner.db import Database
from provisioner.models import Account
from tests.support.people import Person

pytest.importorskip("schemathesis", reason="requests are made up by schemathesis")

_EXAMPLES = 3
"""For each operation: enough for each kind of wrong request, in some seconds for all."""


def test_api_keeps_to_its_document(
    parts: Parts, client: TestClient, admin: Person, database: Database
) -> None:
    """By an administrator, so that no door is closed."""
    application = build(parts)

    def account() -> Account:
        with database.service() as session:
            return session.get_one(Account, admin.id)

    application.dependency_overrides[signed_in] = account
    answer = check_app(application, examples=_EXAMPLES)
    assert answer.failing == ()
    assert answer.unchecked == ()
    assert answer.operations >= 25
