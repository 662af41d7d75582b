"""A real PostgreSQL for each test that asks, the API on it, and a worker with real Helm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from refute.real import Database as RealDatabase
from sqlalchemy import insert

from provisioner import migrations
from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.billing.gateway import Gateway
from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.domain.passwords import Passwords
from provisioner.domain.tokens import Tokens
from provisioner.models import Account, Version
from provisioner.settings import Settings
from provisioner.worker import Worker
from tests.support import helm, kube, kube_http, stripe_api
from tests.support.people import WEBHOOK, Person, join

pytest_plugins = ["refute.real.fixtures"]

SECRET = "kT5wq8Zr1Lx0Vb7Nm3Pj9Hs2Gd6Fy4Ca"
STRIPE_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"


def migrated(database: RealDatabase) -> None:
    """The newest shape, and one version that instances can run."""
    migrations.upgrade(database.url("psycopg"))
    ours = Database(database.url("psycopg"))
    with ours.service() as session:
        session.execute(insert(Version).values(version="1.0.0"))
    ours.close()


@pytest.fixture(scope="session")
def postgres_migration() -> Callable[[RealDatabase], None]:
    return migrated


@pytest.fixture(scope="session")
def postgres_options() -> dict[str, Any]:
    return {"supabase": True}


@pytest.fixture
def stripe() -> Iterator[stripe_api.StripeStandIn]:
    with stripe_api.serving() as serving:
        yield serving


@pytest.fixture
def environment(
    postgres_database: RealDatabase, stripe: stripe_api.StripeStandIn, tmp_path: Path
) -> dict[str, str]:
    """What a process of the service finds in its environment."""
    return {
        "PROVISIONER_DATABASE_URL": postgres_database.dsn,
        "PROVISIONER_DATABASE_POOL": "4",
        "PROVISIONER_TOKEN_SECRET": SECRET,
        "PROVISIONER_STRIPE_KEY": STRIPE_KEY,
        "PROVISIONER_STRIPE_WEBHOOK_SECRET": WEBHOOK,
        "PROVISIONER_STRIPE_API": stripe.url,
        "PROVISIONER_KUBECONFIG": str(tmp_path / "kubeconfig"),
        "PROVISIONER_POLL_SECONDS": "0.01",
        "PROVISIONER_RATE_ANONYMOUS": "1000",
        "PROVISIONER_RATE_ACCOUNT": "1000",
    }


def settings_of(environment: dict[str, str], **others: Any) -> Settings:
    """Settings as the service itself would read them."""
    given = {key.removeprefix("PROVISIONER_").lower(): one for key, one in environment.items()}
    return Settings(**{**given, **others})


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return settings_of(environment)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    made = Database.of(settings)
    yield made
    made.close()


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Argon2 at its cheapest."""
    return Passwords(cost=1, memory=8)


@pytest.fixture
def parts(settings: Settings, database: Database, passwords: Passwords) -> Parts:
    tokens = Tokens(SECRET, timedelta(minutes=60))
    return Parts(settings, database, passwords, tokens, Gateway(settings))


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with TestClient(build(parts)) as made:
        yield made


@pytest.fixture
def ann(client: TestClient) -> Person:
    return join(client, "ann@example.com")


@pytest.fixture
def ben(client: TestClient) -> Person:
    return join(client, "ben@example.com")


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[kube.Kube]:
    """The stand-in for an API server (see there what is not real), reached by real Helm."""
    environment["PROVISIONER_HELM"] = helm.program()
    with kube_http.serving() as serving:
        Path(environment["PROVISIONER_KUBECONFIG"]).write_text(serving.kubeconfig())
        yield serving


@pytest.fixture
def cluster(server: kube.Kube, environment: dict[str, str]) -> Iterator[KubeCluster]:
    made = KubeCluster.of(settings_of(environment))
    yield made
    made.close()


@pytest.fixture
def worker(database: Database, cluster: KubeCluster, environment: dict[str, str]) -> Worker:
    return Worker(database, cluster, settings_of(environment))


@pytest.fixture
def make_worker(
    server: kube.Kube, environment: dict[str, str]
) -> Iterator[Callable[[], tuple[Worker, Database]]]:
    """Makes a worker by what the environment says by then."""
    with ExitStack() as stack:

        def make() -> tuple[Worker, Database]:
            given = settings_of(environment)
            database, cluster = Database.of(given), KubeCluster.of(given)
            stack.callback(database.close)
            stack.callback(cluster.close)
            return Worker(database, cluster, given), database

        yield make


@pytest.fixture
def publish(database: Database) -> Callable[[str], None]:
    """Lets instances run another version, which is the newest then."""

    def do(version: str) -> None:
        with database.service() as session:
            session.execute(insert(Version).values(version=version))

    return do


@pytest.fixture
def admin(client: TestClient, database: Database) -> Person:
    person = join(client, "admin@example.com")
    with database.service() as session:
        session.get_one(Account, person.id).is_admin = True
    return person
