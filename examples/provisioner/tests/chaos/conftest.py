"""Each link of the service through a proxy that makes it bad: the kernel's own packets are lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from refute.real import Database as RealDatabase
from refute.real.toxiproxy import Toxiproxy, toxiproxy

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.billing.gateway import Gateway
from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.domain.passwords import Passwords
from provisioner.worker import Worker
from tests.conftest import settings_of
from tests.support import kube
from tests.support.stripe_api import StripeStandIn


@pytest.fixture
def links() -> Iterator[Toxiproxy]:
    """Only this route loses packets, and partitions."""
    with toxiproxy(route="ours") as made:
        yield made


@pytest.fixture
def bad_database(
    links: Toxiproxy, postgres_database: RealDatabase, environment: dict[str, str]
) -> Iterator[Database]:
    """The database by the link ``db``, as the service itself would reach it."""
    there = f"{postgres_database.host}:{postgres_database.port}"
    link = links.proxy("db", there)
    dsn = postgres_database.dsn.replace(there, f"{link.host}:{link.port}")
    made = Database.of(settings_of({**environment, "PROVISIONER_DATABASE_URL": dsn}))
    yield made
    made.close()


@pytest.fixture
def bad_api(
    links: Toxiproxy,
    parts: Parts,
    bad_database: Database,
    stripe: StripeStandIn,
    passwords: Passwords,
) -> Iterator[TestClient]:
    """The API with its database and Stripe by links, ``db`` and ``stripe``."""
    link = links.proxy("stripe", stripe.url.removeprefix("http://"))
    given = parts.settings.model_copy(update={"stripe_api": f"http://{link.host}:{link.port}"})
    bad = Parts(given, bad_database, passwords, parts.tokens, Gateway(given))
    with TestClient(build(bad), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def bad_worker(
    links: Toxiproxy, bad_database: Database, server: kube.Kube, environment: dict[str, str]
) -> Iterator[Worker]:
    """A worker with its database and the Kubernetes API by links, ``db`` and ``kube``."""
    link = links.proxy("kube", server.url.removeprefix("http://"))
    file = Path(environment["PROVISIONER_KUBECONFIG"])
    file.write_text(file.read_text().replace(server.url, f"http://{link.host}:{link.port}"))
    given = settings_of(environment, lease_seconds="2")
    cluster = KubeCluster.of(given)
    yield Worker(bad_database, cluster, given)
    cluster.close()
