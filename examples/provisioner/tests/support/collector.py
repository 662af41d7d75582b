"""A collector of OpenTelemetry's protocol (OTLP over HTTP): it keeps what it is sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(slots=True)
class Collector:
    """What has come."""

    url: str = ""
    #: Spans, with the service that sent them.
    spans: list[tuple[str, Any]] = field(default_factory=list)
    #: Names of metrics, with the service.
    metrics: set[tuple[str, str]] = field(default_factory=set)

    def take(self, path: str, body: bytes) -> None:
        """One request."""
        if path == "/v1/traces":
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                name = _service(one.resource)
                self.spans += [(name, span) for scope in one.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for each in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                name = _service(each.resource)
                self.metrics |= {
                    (name, metric.name) for scope in each.scope_metrics for metric in scope.metrics
                }


def _service(resource: Any) -> str:
    said = {one.key: one.value.string_value for one in resource.attributes}
    return str(said["service.name"])


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens on the loopback."""
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not printed."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            kept.take(self.path, gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
