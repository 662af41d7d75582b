"""The real things: a database, a cluster's API, and the programs that talk to it."""

from __future__ import annotations

import os
import shutil
import threading
import uuid

import kube
import postgres
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from provisioner.service import Provisioner
from provisioner.store import Store


@pytest.fixture(scope="session")
def server_dsn():
    """A PostgreSQL server: the one of PROVISIONER_TEST_DSN, or one of our own."""
    given = os.environ.get("PROVISIONER_TEST_DSN")
    if given:
        yield given
        return
    try:
        with postgres.server() as dsn:
            yield dsn
    except postgres.NoServer as error:
        pytest.skip(f"no PostgreSQL: {error}; or set PROVISIONER_TEST_DSN")


@pytest.fixture
def store(server_dsn):
    """A store in a schema of its own, which is dropped after the test."""
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        store = Store(make_conninfo(server_dsn, options=f"-c search_path={schema}"))
        store.create_schema()
        yield store
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A cluster's API, which kubectl and helm are configured for; all their files in tmp_path."""
    for variable, program in (("KUBECTL", "kubectl"), ("HELM", "helm")):
        if shutil.which(os.environ.get(variable, program)) is None:
            pytest.skip(f"no {program}: put it on the PATH, or its path into {variable}")
    with kube.Server() as server:
        worker = threading.Thread(target=server.serve_forever, args=(0.01,))
        worker.start()
        config = tmp_path / "kubeconfig"
        server.write_kubeconfig(config)
        for name in list(os.environ):
            if name.startswith(("HELM_", "XDG_", "KUBE")) and name != "KUBECTL":
                monkeypatch.delenv(name)
        monkeypatch.setenv("KUBECONFIG", str(config))
        monkeypatch.setenv("HOME", str(tmp_path))
        yield server.cluster
        server.shutdown()
        worker.join()


@pytest.fixture
def provisioner(store, cluster):
    """The service, with nothing replaced."""
    return Provisioner(store, version="1.10", timeout=20)
