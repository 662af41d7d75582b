"""Traces and metrics by OpenTelemetry; sent where OpenTelemetry's own variables say, or nowhere.

FastAPI itself measures requests and makes spans of them. A request's trace goes on in the worker:
the job that a request writes carries it in its row.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import Span, SpanKind

_WANTED = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
_tracer = trace.get_tracer("provisioner")
_meter = metrics.get_meter("provisioner")
steps = _meter.create_histogram(
    "provisioner.step.duration", "s", "How long steps of jobs took, by kind, step and outcome."
)
jobs = _meter.create_counter(
    "provisioner.jobs", "{job}", "Jobs that came to an end, by kind and outcome."
)


def start(service: str) -> Callable[[], None]:
    """Begin to send, if the environment names a collector; what ends it, and sends the rest."""
    if not any(os.environ.get(name) for name in _WANTED):
        return lambda: None
    # Large, and of no use where nothing is sent.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = Resource.create({"service.name": service})
    spans = TracerProvider(resource=about)
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    numbers = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], about)
    trace.set_tracer_provider(spans)
    metrics.set_meter_provider(numbers)

    def end() -> None:
        spans.shutdown()
        numbers.shutdown()

    return end


@contextmanager
def working(name: str, carried: str, **about: str | int) -> Iterator[Span]:
    """Work on a job, within the trace of the request that wrote it."""
    before = propagate.extract({"traceparent": carried}) if carried else None
    with _tracer.start_as_current_span(name, before, SpanKind.CONSUMER, about) as span:
        yield span


@contextmanager
def inside(name: str, **about: str | bool) -> Iterator[Span]:
    """A part of the work; an error that leaves the block is noted."""
    with _tracer.start_as_current_span(name, attributes=about) as span:
        yield span


def carried() -> str:
    """What takes the current trace elsewhere (W3C ``traceparent``); empty without one."""
    given: dict[str, str] = {}
    propagate.inject(given)
    return given.get("traceparent", "")


def trace_id() -> str:
    """The current trace's id, for logs; empty without one."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
