"""Traces and metrics, from real processes to a real receiver of OpenTelemetry's protocol."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tests.support.collector import collecting
from tests.support.kube import Kube
from tests.support.people import PASSWORD
from tests.support.working import PATIENCE

TRACE = "0af7651916cd43dd8448eb211c80319c"


@contextmanager
def running(environment: dict[str, str], *words: str) -> Iterator[None]:
    """A command, asked to stop at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "provisioner", *words],
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()


def answering(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)


def test_trace_of_a_request_goes_on_in_the_worker(
    environment: dict[str, str], server: Kube
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with collecting() as collector:
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        with running(environment, "api", "--port", str(port)), running(environment, "worker"):
            answering(url)
            with httpx2.Client(base_url=url, timeout=PATIENCE) as client:
                given = {"email": "ann@example.com", "password": PASSWORD}
                client.post("/v1/accounts", json=given).raise_for_status()
                token = client.post("/v1/sessions", json=given).json()["token"]
                client.headers["Authorization"] = f"Bearer {token}"
                bought = client.post("/v1/subscriptions", json={"tier": "free"}).json()["id"]
                parent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
                wanted = {"subscription": bought, "name": "mine"}
                made = client.post("/v1/instances", json=wanted, headers=parent).json()
                deadline = time.monotonic() + PATIENCE
                while client.get(f"/v1/instances/{made['id']}").json()["status"] != "running":
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
    ours = [(who, span) for who, span in collector.spans if span.trace_id.hex() == TRACE]
    named = {(who, span.name) for who, span in ours}
    assert ("provisioner-api", "POST /v1/instances") in named
    assert {name for who, name in named if who == "provisioner-worker"} == {
        "job provision",
        *(f"step {name}" for name in ("begin", "claim", "apply", "ready", "running")),
    }
    (request,) = [span for who, span in ours if span.name == "POST /v1/instances"]
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    begun = {span.parent_span_id for _, span in ours if span.name == "job provision"}
    assert begun == {request.span_id}
    assert collector.metrics >= {
        ("provisioner-api", "http.server.request.duration"),
        ("provisioner-worker", "provisioner.step.duration"),
        ("provisioner-worker", "provisioner.jobs"),
    }
