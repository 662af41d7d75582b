"""Every way out of the process, patched."""

from __future__ import annotations

from unittest.mock import MagicMock, patch

import pytest

from provisioner.service import Provisioner


@pytest.fixture
def connect():
    """The database."""
    with patch("provisioner.store.psycopg.connect") as connect:
        connection = connect.return_value.__enter__.return_value
        connection.execute.return_value.rowcount = 1
        connection.execute.return_value.fetchone.return_value = {
            "name": "acme",
            "plan": "team",
            "status": "running",
            "detail": "",
        }
        yield connect


@pytest.fixture
def run():
    """kubectl and helm."""
    with patch("provisioner.cluster.subprocess.run") as run:
        run.return_value = MagicMock(
            returncode=0,
            stdout='{"spec": {"replicas": 1}, "status": {"availableReplicas": 1}}',
            stderr="",
        )
        yield run


@pytest.fixture(autouse=True)
def sleep():
    """Nobody wants to wait."""
    with patch("provisioner.cluster.time.sleep") as sleep:
        yield sleep


@pytest.fixture
def thread():
    """The background task."""
    with patch("provisioner.service.threading.Thread") as thread:
        yield thread


@pytest.fixture
def provisioner():
    """A provisioner on a store that takes everything."""
    store = MagicMock()
    store.get.return_value = {"name": "acme", "plan": "team", "status": "running", "detail": ""}
    return Provisioner(store)
