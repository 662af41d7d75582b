"""Integration: administrators, health, errors, and the command line."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock, patch

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from factories import ACCOUNT_ID, INSTANCE_ID, NOW, make_account
from provisioner import cli
from provisioner.cluster.access import NoAccess
from provisioner.db import Busy

pytestmark = pytest.mark.integration


def make_job(**overrides):
    values = {
        "id": 1,
        "kind": "provision",
        "instance_id": INSTANCE_ID,
        "account_id": ACCOUNT_ID,
        "state": "queued",
        "step": 0,
        "amending": False,
        "attempts": 0,
        "worker": "",
        "error": "",
        "created_at": NOW,
        "finished_at": None,
    }
    return SimpleNamespace(**{**values, **overrides})


class TestAdmin:
    def test_accounts(self, admin_client, session):
        session.scalars.return_value = [make_account()]
        assert len(admin_client.get("/v1/admin/accounts").json()) == 1

    def test_not_for_customers(self, client):
        assert client.get("/v1/admin/accounts").status_code == 403

    def test_close_account(self, admin_client, session, gateway):
        with patch("provisioner.api.routes.admin.accounts.close", return_value=["sub_1"]):
            answer = admin_client.delete(f"/v1/admin/accounts/{ACCOUNT_ID}")
        assert answer.status_code == 204
        gateway.cancel.assert_called_once_with("sub_1")

    def test_close_account_not_found(self, admin_client, session):
        session.get.return_value = None
        assert admin_client.delete(f"/v1/admin/accounts/{ACCOUNT_ID}").status_code == 404

    def test_audit(self, admin_client, session):
        session.scalars.return_value = []
        assert admin_client.get("/v1/admin/audit").json() == []

    def test_jobs(self, admin_client, session):
        session.scalars.return_value = [make_job()]
        assert admin_client.get("/v1/admin/jobs?state=queued").json()[0]["kind"] == "provision"

    def test_hurry(self, admin_client, session):
        session.scalars.return_value.one_or_none.return_value = make_job()
        assert admin_client.post("/v1/admin/jobs/1/hurry").status_code == 202

    def test_hurry_nothing(self, admin_client, session):
        session.scalars.return_value.one_or_none.return_value = None
        assert admin_client.post("/v1/admin/jobs/1/hurry").status_code == 409

    def test_publish(self, admin_client, session):
        version = SimpleNamespace(version="1.1.0", published_at=NOW)
        session.scalars.return_value.one.return_value = version
        answer = admin_client.post("/v1/admin/versions", json={"version": "1.1.0"})
        assert answer.status_code == 201
        assert answer.json()["version"] == "1.1.0"

    def test_withdraw(self, admin_client):
        assert admin_client.delete("/v1/admin/versions/1.0.0").status_code == 204

    def test_withdraw_not_found(self, admin_client, session):
        session.scalars.return_value.one_or_none.return_value = None
        assert admin_client.delete("/v1/admin/versions/1.0.0").status_code == 404


class TestHealth:
    def test_alive(self, client):
        assert client.get("/healthz").json() == {"status": "alive"}

    @pytest.fixture
    def migrations(self):
        with patch("provisioner.api.routes.health.migrations") as mock:
            mock.newest.return_value = "0002"
            mock.current.return_value = "0002"
            yield mock

    def test_ready(self, client, migrations):
        assert client.get("/readyz").json() == {"status": "ready", "database": "0002"}

    def test_old_database(self, client, migrations):
        migrations.current.return_value = "0001"
        assert client.get("/readyz").status_code == 503

    def test_database_is_down(self, client, migrations):
        migrations.current.side_effect = OperationalError("", {}, Exception("down"))
        assert client.get("/readyz").status_code == 503


class TestErrors:
    def test_busy(self, client, database):
        database.account.side_effect = Busy("full")
        answer = client.get("/v1/instances")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"

    def test_broken(self, app, database):
        database.account.side_effect = RuntimeError("oops")
        answer = TestClient(app, raise_server_exceptions=False).get("/v1/instances")
        assert answer.status_code == 500
        assert "oops" not in answer.text

    def test_request_id(self, client):
        assert client.get("/healthz").headers["X-Request-Id"]


class TestCommandLine:
    @pytest.fixture(autouse=True)
    def environment(self, settings):
        with (
            patch("provisioner.cli.Settings", return_value=settings),
            patch("provisioner.cli.logs.start"),
        ):
            yield

    @pytest.fixture
    def database(self):
        with patch("provisioner.cli.Database") as mock:
            yield mock.of.return_value

    def test_api(self):
        with patch("uvicorn.run") as run, patch("provisioner.api.parts.Parts.of"):
            assert cli.main(["api", "--port", "9000"]) == 0
        assert run.call_args.kwargs["port"] == 9000

    def test_worker(self, database):
        with (
            patch("provisioner.cluster.kube.KubeCluster.of") as cluster,
            patch("provisioner.worker.Worker") as worker,
            patch("provisioner.cli.signal.signal"),
        ):
            assert cli.main(["worker"]) == 0
        worker.return_value.run.assert_called_once()
        cluster.return_value.close.assert_called_once_with()

    def test_worker_without_a_cluster(self, database, capsys):
        with patch("provisioner.cluster.kube.KubeCluster.of", side_effect=NoAccess("nothing")):
            assert cli.main(["worker"]) == 2
        assert "nothing" in capsys.readouterr().err

    def test_migrate(self):
        with patch("provisioner.cli.migrations.upgrade") as upgrade:
            assert cli.main(["migrate"]) == 0
        upgrade.assert_called_once()

    def test_make_admin(self, database):
        with patch("provisioner.cli.audit.note") as note:
            assert cli.main(["make-admin", "ann@example.com"]) == 0
        note.assert_called_once()

    def test_make_admin_of_nobody(self, database):
        session = MagicMock()
        session.scalars.return_value.one_or_none.return_value = None
        database.service.return_value.__enter__.return_value = session
        database.service.return_value.__exit__.return_value = False
        assert cli.main(["make-admin", "nobody@example.com"]) == 1
