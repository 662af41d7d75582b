"""All of it at once, as `make up` starts it; without one of its parts these tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from local.stack import Stack, running
from refute.errors import RefuteError
from refute.real import browser


def _running(route: str) -> Iterator[Stack]:
    lease = running(route=route)
    try:
        stack = lease.__enter__()
    except (RefuteError, FileNotFoundError) as error:
        pytest.skip(f"can't be had here: {error}")
    try:
        yield stack
    finally:
        lease.__exit__(None, None, None)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The cluster is the stand-in whose pods are processes."""
    yield from _running("memory")


@pytest.fixture(params=["node", "control-plane"])
def real_stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The cluster is Kubernetes: with a node, or without one."""
    yield from _running(request.param)


@pytest.fixture
def page() -> Iterator[Any]:
    try:
        lease = browser()
        opened = lease.__enter__()
    except RefuteError as error:
        pytest.skip(f"no browser: {error.message}")
    try:
        yield opened
    finally:
        lease.__exit__(None, None, None)
