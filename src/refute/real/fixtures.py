"""Real dependencies as pytest fixtures: `pytest_plugins = ["refute.real.fixtures"]`.

The dependencies that the collected tests ask for are started side by side while the first tests
run. When a test fails, the last lines of the dependencies it used are shown with it, and the
summary says what was started, by which route, and how long that took.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from refute.errors import RefuteError
from refute.real import client
from refute.real.browsing.session import folder_for, window
from refute.real.kubernetes import Cluster, local_k8s_cluster
from refute.real.kubernetes.telling import Telling
from refute.real.matrix_server import Homeserver, matrix
from refute.real.postgresql import Database, Migration, postgres
from refute.real.provider import Json
from refute.real.rabbitmq_server import VirtualHost, rabbitmq
from refute.real.redis_server import RedisDatabase, redis
from refute.real.s3_server import Bucket, s3
from refute.real.smtp_server import Mailbox, smtp
from refute.real.stripe import StripeAccount, stripe_account
from refute.real.toxiproxy import Toxiproxy
from refute.real.toxiproxy import toxiproxy as toxiproxy_links
from refute.real.using import TELLERS, USED, tell, use
from refute.real.wording import sentence

REQUIRED = "REFUTE_REAL_REQUIRED"
"""Set where every dependency has to be there, as in CI: then no test is skipped."""
_SKIPPED: pytest.StashKey[list[str]] = pytest.StashKey()
_TOLD: pytest.StashKey[list[Json]] = pytest.StashKey()
_OUTPUT = "refute_real"
"""In what a worker of pytest-xdist hands to the process that prints."""

_STARTED = {
    "postgres_database": "postgres",
    "k8s_namespace": "kubernetes",
    "redis_database": "redis",
    "mailbox": "smtp",
    "s3_bucket": "s3",
    "rabbitmq_vhost": "rabbitmq",
    "matrix_homeserver": "matrix",
    "toxiproxy": "toxiproxy",
    "stripe_business": "stripe",
}
"""Fixture to the dependency that it starts."""


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


@pytest.fixture
def redis_database(request: pytest.FixtureRequest) -> Iterator[RedisDatabase]:
    """An empty numbered database of the test's own on a Redis server."""
    with redis() as database:
        use(request.node, database.lease)
        yield database


@pytest.fixture
def mailbox(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    """A mailbox of the test's own on an SMTP server that delivers nowhere."""
    with smtp() as box:
        use(request.node, box.lease)
        yield box


@pytest.fixture
def s3_bucket(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    """An empty bucket of the test's own on an S3 server."""
    with s3() as bucket:
        use(request.node, bucket.lease)
        yield bucket


@pytest.fixture
def rabbitmq_vhost(request: pytest.FixtureRequest) -> Iterator[VirtualHost]:
    """A virtual host of the test's own on a RabbitMQ server."""
    with rabbitmq() as vhost:
        use(request.node, vhost.lease)
        yield vhost


@pytest.fixture
def matrix_homeserver(request: pytest.FixtureRequest) -> Iterator[Homeserver]:
    """A Matrix homeserver on which the test makes users of its own."""
    with matrix() as server:
        use(request.node, server.lease)
        yield server


@pytest.fixture
def toxiproxy(request: pytest.FixtureRequest) -> Iterator[Toxiproxy]:
    """Links of the test's own that can be made bad: `toxiproxy.proxy(NAME, "HOST:PORT")`."""
    with toxiproxy_links() as links:
        use(request.node, links.lease)
        yield links


@pytest.fixture
def browser_page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Playwright's page in a fresh context of Chromium; a failure names its picture and trace."""
    with window() as opened:

        def saved() -> str:
            return "\n".join(map(str, opened.save(folder_for(request.node.nodeid))))

        tell(request.node, "browser: saved for `playwright show-trace`", saved)
        yield opened.page


@pytest.fixture
def stripe_business(request: pytest.FixtureRequest) -> Iterator[StripeAccount]:
    """A Stripe account of the test's own; where it is a stand-in, the summary says so."""
    with stripe_account() as account:
        use(request.node, account.lease)
        yield account


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the servers of a failed test printed last."""
    report = yield
    if report.failed:
        for title, words_of in item.stash.get(TELLERS, []):
            report.sections.append((title, words_of()))
        for lease in item.stash.get(USED, []):
            try:
                words = lease.logs()
            except RefuteError as error:
                words = str(error)
            if words:
                report.sections.append((f"{lease.dependency} log", words))
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of our marker."""
    config.addinivalue_line(
        "markers",
        "real_or_skip: skip the test where a real dependency can't be had, and say why; "
        f"with {REQUIRED} in the environment it fails as others do",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """A marked test is skipped if a fixture of it could not get a dependency."""
    with _skipping(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A marked test is skipped if it could not get a dependency itself."""
    with _skipping(item):
        return (yield)


@contextmanager
def _skipping(item: pytest.Item) -> Iterator[None]:
    """What is not there skips a marked test; what does not start is an error for all."""
    try:
        yield
    except RefuteError as error:
        marked = item.get_closest_marker("real_or_skip") is not None
        if error.slug != "real-unavailable" or not marked or os.environ.get(REQUIRED):
            raise
        reason = f"{error.message}. {error.remedy}".strip()
        item.config.stash.setdefault(_SKIPPED, []).append(reason)
        pytest.skip(reason)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Start what the tests will ask for, all at a time."""
    if session.config.option.collectonly:
        return
    names = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for fixture in sorted(_STARTED.keys() & names):
        client.warm(_STARTED[fixture])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Ask what was started; a worker of pytest-xdist leaves the saying of it to its controller."""
    line = client.current()
    if line is not None:
        with suppress(RefuteError):
            session.config.stash[_TOLD] = line.ask(do="told")
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        stash = session.config.stash
        output[_OUTPUT] = {"told": stash.get(_TOLD, []), "skipped": stash.get(_SKIPPED, [])}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker hands on. All of them share one broker: who asked last knows all."""
    said = getattr(node, "workeroutput", {}).get(_OUTPUT, {"told": [], "skipped": []})
    stash = node.config.stash
    stash.setdefault(_SKIPPED, []).extend(said["skipped"])
    if len(said["told"]) >= len(stash.get(_TOLD, [])):
        stash[_TOLD] = said["told"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was started, and how, and for want of what tests were skipped."""
    reasons: list[str] = terminalreporter.config.stash.get(_SKIPPED, [])
    for reason, times in Counter(reasons).items():
        tests = "1 test was" if times == 1 else f"{times} tests were"
        terminalreporter.write_line(f"{tests} skipped: {reason}")
    for told in terminalreporter.config.stash.get(_TOLD, []):
        terminalreporter.write_line(sentence(told))
