"""A cache whose entries grow old."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any

_shared: dict[str, TTLCache] = {}


class TTLCache:
    """Keeps values for some seconds, and at most so many of them."""

    def __init__(
        self, seconds: float, limit: int = 100, clock: Callable[[], float] | None = None
    ) -> None:
        if seconds <= 0:
            raise ValueError("an entry must live for some time")
        self._seconds = seconds
        self._limit = limit
        self._clock = clock or time.monotonic
        self._entries: dict[Hashable, tuple[float, Any]] = {}
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable, default: Any = None) -> Any:
        """The value, or the default if there is none or it is too old."""
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return default
        until, value = entry
        if self._clock() >= until:
            del self._entries[key]
            self.misses += 1
            return default
        self.hits += 1
        return value

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value; the one nearest to its end makes room."""
        if key not in self._entries and len(self._entries) >= self._limit:
            oldest = min(self._entries, key=lambda known: self._entries[known][0])
            del self._entries[oldest]
        self._entries[key] = (self._clock() + self._seconds, value)

    def fetch(self, key: Hashable, make: Callable[[Hashable], Any]) -> Any:
        """The kept value, or a new one, which is then kept."""
        missing = object()
        value = self.get(key, missing)
        if value is missing:
            value = make(key)
            self.put(key, value)
        return value

    def ratio(self) -> float:
        """Hits among all questions, 0 to 1."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0

    def refresh(self, make: Callable[[Hashable], Any]) -> int:
        """Make all values anew; how many could be made."""
        done = 0
        for key in list(self._entries):
            try:
                self.put(key, make(key))
                done += 1
            except Exception:
                del self._entries[key]
        return done


def shared(name: str) -> TTLCache:
    """The cache of that name, made when first asked for."""
    if name not in _shared:
        _shared[name] = TTLCache(60.0)
    return _shared[name]
