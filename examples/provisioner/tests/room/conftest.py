"""The room's page behind a real port, on a real Synapse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from refute.errors import RefuteError
from refute.real import Homeserver, MatrixUser
from refute.real.matrix_server import matrix

from provisioner_instance.app import build
from provisioner_instance.settings import Settings
from tests.support.serving import listening, served


@pytest.fixture
def homeserver() -> Iterator[Homeserver]:
    """Synapse; without one these tests are skipped, and say so."""
    try:
        lease = matrix()
        server = lease.__enter__()
    except RefuteError as error:
        pytest.skip(f"no homeserver (`make matrix` fetches one): {error.message}")
    try:
        yield server
    finally:
        lease.__exit__(None, None, None)


@pytest.fixture
def owner(homeserver: Homeserver) -> MatrixUser:
    """The account that the room is made by."""
    return homeserver.user("room")


@pytest.fixture
def settings(homeserver: Homeserver, owner: MatrixUser) -> Settings:
    return Settings(
        instance=homeserver.prefix.strip("-"),
        origin="http://127.0.0.1",
        matrix_url=homeserver.url,
        matrix_user=owner.id[1:].partition(":")[0],
        matrix_password=owner.password,
    )


@pytest.fixture
def room(settings: Settings) -> Iterator[str]:
    """Where the room's page is."""
    with listening() as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        given = Settings(
            settings.instance,
            origin,
            settings.matrix_url,
            settings.matrix_user,
            settings.matrix_password,
        )
        with served(build(given), taken) as url:
            yield url
