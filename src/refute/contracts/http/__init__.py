"""HTTP: calls and responses against an OpenAPI document."""

from __future__ import annotations

from refute.contracts.http.document import OpenApi, load_openapi
from refute.contracts.http.exchanges import (
    Breach,
    Breached,
    HttpAnswer,
    check_call,
    check_exchange,
    check_response,
)
from refute.contracts.http.fuzzing import AppAnswer, Failing, check_app

__all__ = [
    "AppAnswer",
    "Breach",
    "Breached",
    "Failing",
    "HttpAnswer",
    "OpenApi",
    "check_app",
    "check_call",
    "check_exchange",
    "check_response",
    "load_openapi",
]
