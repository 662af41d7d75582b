"""Try again, a few times, with longer and longer pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class GaveUp(Exception):
    """All attempts failed; the last problem is the cause."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"gave up after {attempts} attempts")
        self.attempts = attempts


def pauses(attempts: int, first: float, factor: float = 2.0, ceiling: float = 60.0) -> list[float]:
    """How long to wait after each attempt but the last, in seconds."""
    if attempts < 1:
        raise ValueError("there must be an attempt")
    return [min(first * factor**number, ceiling) for number in range(attempts - 1)]


def retry(
    call: Callable[[], Any],
    attempts: int = 3,
    first: float = 0.5,
    on: tuple[type[Exception], ...] = (OSError,),
) -> Any:
    """What call returns, at last."""
    waits = pauses(attempts, first)
    problem: Exception | None = None
    for number in range(attempts):
        try:
            return call()
        except on as caught:
            problem = caught
            if number < len(waits):
                time.sleep(waits[number])
    raise GaveUp(attempts) from problem


@dataclass
class Breaker:
    """Stops asking after some failures in a row."""

    limit: int = 3
    failures: int = 0
    log: list[str] = field(default_factory=list)

    def call(self, work: Callable[[], Any], fallback: Any = None) -> Any:
        """What work returns, or the fallback."""
        if self.failures >= self.limit:
            self.log.append("open")
            return fallback
        try:
            value = work()
        except Exception as problem:
            self.failures += 1
            self.log.append(f"failed: {problem}")
            return fallback
        self.failures = 0
        return value
