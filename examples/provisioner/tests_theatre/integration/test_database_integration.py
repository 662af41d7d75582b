"""Integration: the database, its sessions and migrations."""

from __future__ import annotations

from unittest.mock import MagicMock, patch

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from factories import ACCOUNT_ID, make_settings
from provisioner import db, migrations
from provisioner.db import Busy, Database
from provisioner.migrations.versions import r0001_tables, r0002_row_security

pytestmark = pytest.mark.integration


@pytest.fixture
def engine():
    with patch("provisioner.db.create_engine") as mock:
        yield mock


@pytest.fixture
def session():
    with patch("provisioner.db.Session") as mock:
        yield mock.return_value


class TestDatabase:
    def test_of_settings(self, engine):
        Database.of(make_settings())
        engine.assert_called_once()

    def test_account(self, engine, session):
        with Database("postgresql://").account(ACCOUNT_ID) as given:
            assert given is session
        assert session.execute.call_count == 2
        session.close.assert_called_once_with()

    def test_service(self, engine, session):
        with Database("postgresql://").service() as given:
            assert given is session
        assert session.execute.call_count == 2

    def test_anonymous(self, engine, session):
        with Database("postgresql://").anonymous() as given:
            assert given is session

    def test_pool_is_full(self, engine, session):
        session.begin.side_effect = PoolTimeout()
        with pytest.raises(Busy), Database("postgresql://").service():
            pass

    def test_server_is_full(self, engine, session):
        session.begin.side_effect = OperationalError("", {}, Exception("too many connections"))
        with pytest.raises(Busy), Database("postgresql://").service():
            pass

    def test_server_is_down(self, engine, session):
        session.begin.side_effect = OperationalError("", {}, Exception("connection refused"))
        with pytest.raises(OperationalError), Database("postgresql://").service():
            pass

    def test_close(self, engine):
        Database("postgresql://").close()
        engine.return_value.dispose.assert_called_once_with()

    def test_constraint(self):
        error = MagicMock()
        error.orig.diag.constraint_name = "accounts_email_unique"
        assert db.constraint(error) == "accounts_email_unique"


class TestMigrations:
    @pytest.fixture
    def command(self):
        with (
            patch("provisioner.migrations.command") as mock,
            patch("provisioner.migrations.create_engine"),
        ):
            yield mock

    def test_upgrade(self, command):
        migrations.upgrade("postgresql://localhost/test")
        command.upgrade.assert_called_once()

    def test_downgrade(self, command):
        migrations.downgrade("postgresql://localhost/test")
        command.downgrade.assert_called_once()

    def test_newest(self):
        with patch("provisioner.migrations.ScriptDirectory") as script:
            script.from_config.return_value.get_current_head.return_value = "0002"
            assert migrations.newest() == "0002"

    def test_current(self):
        with patch("provisioner.migrations.MigrationContext") as context:
            context.configure.return_value.get_current_revision.return_value = "0002"
            assert migrations.current(MagicMock()) == "0002"

    def test_tables(self):
        with patch("provisioner.migrations.versions.r0001_tables.op") as op:
            r0001_tables.upgrade()
            assert op.execute.call_count == 5
            r0001_tables.downgrade()
            assert op.execute.call_count == 6

    def test_row_security(self):
        with patch("provisioner.migrations.versions.r0002_row_security.op") as op:
            r0002_row_security.upgrade()
            r0002_row_security.downgrade()
        assert op.execute.called
