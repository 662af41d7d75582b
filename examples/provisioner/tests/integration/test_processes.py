"""The service's own commands, as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import httpx2
import pytest
from refute.real import Database as RealDatabase

from provisioner.db import Database
from provisioner.models import Account
from tests.support.kube import Kube
from tests.support.people import Person
from tests.support.working import PATIENCE


def command(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "provisioner", *words],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_migrate_brings_a_database_to_its_shape(
    environment: dict[str, str], postgres_database: RealDatabase
) -> None:
    process = command(environment, "migrate")
    _, said = process.communicate()
    assert process.returncode == 0, said


def test_wrong_settings_are_named_and_secrets_are_not(environment: dict[str, str]) -> None:
    environment["PROVISIONER_TOKEN_SECRET"] = "too-short-but-private"
    environment["PROVISIONER_DATABASE_URL"] = "mysql://nobody"
    process = command(environment, "worker")
    _, said = process.communicate()
    assert process.returncode == 2
    assert "PROVISIONER_TOKEN_SECRET" in said
    assert "PROVISIONER_DATABASE_URL" in said
    assert "too-short-but-private" not in said


def test_worker_without_a_cluster_does_not_begin(environment: dict[str, str]) -> None:
    process = command(environment, "worker")
    _, said = process.communicate()
    assert (process.returncode, said.startswith("No cluster: ")) == (2, True)


def test_worker_works_and_stops_when_asked(
    environment: dict[str, str], ann: Person, server: Kube
) -> None:
    id = ann.make()
    process = command(environment, "worker")
    deadline = time.monotonic() + PATIENCE
    while ann.status(id) != "running":
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
    steps = [line["step"] for line in lines if line["message"] == "step done"]
    assert steps == ["begin", "claim", "apply", "ready", "running"]
    assert {line["instance"] for line in lines if "step" in line} == {str(id)}
    assert lines[-1]["message"] == "has stopped"


def test_api_serves_and_finishes_what_it_began(environment: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = command(environment, "api", "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline
        assert process.poll() is None
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                break
        except httpx2.TransportError:
            time.sleep(0.05)
    assert httpx2.get(f"{url}/v1/tiers").json()[0]["name"] == "free"
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    # uvicorn passes the signal on when it has closed all, as a well-behaved program does.
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["status"] for line in lines if line.get("path") == "/v1/tiers"] == [200]


@pytest.mark.parametrize(("email", "code"), [("ANN@example.com", 0), ("no@example.com", 1)])
def test_administrators_are_made_by_hand(
    email: str, code: int, environment: dict[str, str], ann: Person, database: Database
) -> None:
    process = command(environment, "make-admin", email)
    process.communicate()
    assert process.returncode == code
    with database.service() as session:
        assert session.get_one(Account, ann.id).is_admin == (code == 0)
