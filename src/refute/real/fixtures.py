"""Real dependencies as pytest fixtures: `pytest_plugins = ["refute.real.fixtures"]`.

The dependencies that the collected tests ask for are started side by side while the first tests
run. When a test fails, the last lines of the dependencies it used are shown with it, and the
summary says what was started, by which route, and how long that took.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Protocol

import pytest

from refute.errors import RefuteError
from refute.real import client
from refute.real.kubernetes import Cluster, local_k8s_cluster
from refute.real.kubernetes.telling import Telling
from refute.real.postgresql import Database, Migration, postgres
from refute.real.wording import sentence

_STARTED = {"postgres_database": "postgres", "k8s_namespace": "kubernetes"}
"""Fixture to the dependency that it starts."""

_told: pytest.StashKey[dict[str, Any]] = pytest.StashKey()
_used: pytest.StashKey[list[Words]] = pytest.StashKey()


@pytest.fixture(scope="session")
def postgres_migration() -> Migration | None:
    """To be overridden: brings an empty database to its shape, once a run."""
    return None


@pytest.fixture(scope="session")
def postgres_options() -> dict[str, Any]:
    """To be overridden: what else `refute.real.postgres` is told."""
    return {}


@pytest.fixture
def postgres_database(
    request: pytest.FixtureRequest,
    postgres_migration: Migration | None,
    postgres_options: dict[str, Any],
) -> Iterator[Database]:
    """A PostgreSQL database of the test's own, migrated."""
    with postgres(postgres_migration, **postgres_options) as database:
        use(request.node, database.lease)
        yield database


@pytest.fixture
def k8s_namespace(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A namespace of the test's own in a real Kubernetes."""
    with local_k8s_cluster() as cluster:
        use(request.node, Telling(cluster))
        yield cluster


class Words(Protocol):
    """Something that was used by a test and has something to say when that fails."""

    @property
    def dependency(self) -> str:
        """What it is a part of."""

    def logs(self) -> str:
        """Its last lines. Raises RefuteError."""


def use(node: Any, lease: Words) -> None:
    """Note that a test used a part: its server's words are shown when the test fails."""
    node.stash.setdefault(_used, []).append(lease)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the servers of a failed test printed last."""
    report = yield
    if report.failed:
        for lease in item.stash.get(_used, []):
            try:
                words = lease.logs()
            except RefuteError as error:
                words = str(error)
            if words:
                report.sections.append((f"{lease.dependency} log", words))
    return report


def pytest_runtestloop(session: pytest.Session) -> None:
    """Start what the tests will ask for, all at a time."""
    if session.config.option.collectonly:
        return
    names = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for fixture in sorted(_STARTED.keys() & names):
        client.warm(_STARTED[fixture])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was started, and how."""
    line = client.current()
    if line is None:
        return
    for told in line.ask(do="told"):
        terminalreporter.write_line(sentence(told))
