"""Responses of an application against its own OpenAPI document, by requests made up for it.

Requests come from schemathesis, and go to the application in this process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from refute.errors import fail


@dataclass(frozen=True, slots=True)
class Failing:
    """An operation whose response the document does not let out."""

    #: As in ``GET /items/{item}``.
    operation: str
    message: str
    #: The request that shows it, as a command for curl.
    reproduce: str


@dataclass(frozen=True, slots=True)
class AppAnswer:
    """What was asked, and what the application should not have answered."""

    operations: int
    failing: tuple[Failing, ...]
    #: Operations that could not be asked, with the reason.
    unchecked: tuple[str, ...] = ()


def check_app(
    app: Any,
    document: str = "/openapi.json",
    *,
    examples: int = 30,
    seed: int = 0,
    asgi: bool = True,
) -> AppAnswer:
    """Send made-up requests to an application, and hold its responses against its document.

    ``app`` is an ASGI application, or a WSGI one with ``asgi=False``; ``document`` is where it
    serves its OpenAPI document. Right and wrong requests are made, ``examples`` for each
    operation: a server error, a status, type or body that the document does not have, all fail.
    The requests are real for the application: give it a database of its own. Raises RefuteError
    ``contracts-extra`` when schemathesis is not installed.
    """
    try:
        import schemathesis
        from schemathesis.core.result import Err
    except ImportError:
        fail("contracts-extra", "Asking an application needs schemathesis.")
    load = schemathesis.openapi.from_asgi if asgi else schemathesis.openapi.from_wsgi
    schema: Any = load(document, app)
    failing, unchecked, count = [], [], 0
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            unchecked.append(" ".join(str(result.err()).split()))
            continue
        count += 1
        failing += _ask(result.ok(), examples, seed)
    return AppAnswer(count, tuple(failing), tuple(unchecked))


def _ask(operation: Any, examples: int, seed: int) -> list[Failing]:
    """The first failure of an operation, made as small as can be."""
    import hypothesis
    import hypothesis.errors
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    # Not those of what an application should refuse: its document does not say.
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    name = operation.label
    last: list[Failing] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        try:
            case.validate_response(case.call(), checks=checks)
        except (Failure, FailureGroup) as error:
            found = error.exceptions if isinstance(error, FailureGroup) else [error]
            message = "; ".join(" ".join(str(one).split()) for one in found)
        except Exception as error:
            # Clients of tests let out what a server would make a 500 of.
            message = f"it raises {type(error).__name__}: {error}"
        else:
            return
        last[:] = [Failing(name, message, case.as_curl_command())]
        raise _Found

    try:
        ask()
    except _Found:
        return last
    except hypothesis.errors.Flaky:
        # The application answered otherwise when it was asked the same again.
        return [replace(one, message=f"not each time: {one.message}") for one in last]
    return []


class _Found(Exception):
    """Ends one attempt; hypothesis looks for a smaller one."""
