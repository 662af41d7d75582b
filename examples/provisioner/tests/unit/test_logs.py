"""Log lines: one JSON object each, about what is going on, without secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from provisioner import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    taken = io.StringIO()
    logs.start("INFO", taken)
    yield taken
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line_has_what_was_said(stream: io.StringIO) -> None:
    logging.getLogger("a.b").warning("%d things\nhappened", 3, extra={"job": 7})
    (line,) = lines(stream)
    assert (line["level"], line["logger"], line["job"]) == ("warning", "a.b", 7)
    assert line["message"] == "3 things\nhappened"
    assert line["time"].endswith("+00:00")


def test_blocks_say_what_they_are_about(stream: io.StringIO) -> None:
    log = logging.getLogger("x")
    with logs.about(request="r"):
        with logs.about(job=1):
            log.info("inner")
        log.info("outer")
    log.info("none")
    kept = [{key: line[key] for key in ("request", "job") if key in line} for line in lines(stream)]
    assert kept == [{"request": "r", "job": 1}, {"request": "r"}, {}]


def test_secrets_are_masked_by_name(stream: io.StringIO) -> None:
    words = {"password": "p1", "stripe_secret": "p2", "Authorization": "p3", "api_key": "p4"}
    logging.getLogger("x").info("said", extra={**words, "token_id": "p5", "path": "/p6"})
    said = stream.getvalue()
    assert [f"p{number}" in said for number in range(1, 7)] == [False] * 5 + [True]


def test_errors_carry_their_traces(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    assert "ValueError: broken" in lines(stream)[0]["error"]


def test_level_and_chatty_libraries(stream: io.StringIO) -> None:
    logging.getLogger("x").debug("no")
    logging.getLogger("httpx2").info("no")
    logging.getLogger("stripe").warning("yes")
    assert [line["message"] for line in lines(stream)] == ["yes"]
