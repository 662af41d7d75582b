"""A call on its way through a fake of a library: what comes back is noted, or made wrong."""

from __future__ import annotations

from typing import Any, Protocol

from .messages import changed_response, summary
from .records import Book, Call

RESPONSE = "response"
"""The kind of what a fake of an HTTP client hands back."""
INJECTED = "injected by refute"


class Fault(Protocol):
    """What is to be changed, and how often it was: see ``callsites.Disturbance``."""

    path: str
    change: str
    effects: int


class Visit:
    """One request on its way through a fake."""

    def __init__(self, book: Book, *, streamed: bool) -> None:
        self._book = book
        self._streamed = streamed
        self.call: Call | None = None
        self.fault: Fault | None = None

    def answered(self, response: Any) -> Any:
        """What the project is to get."""
        if self.call is not None and not self.call.result:
            words = self._book.safely(summary, response, self._streamed)
            self.call.result, self.call.returned = RESPONSE, words or "?"
        fault = self.fault
        if fault is None:
            return response
        if fault.change == "raises":
            fault.effects += 1
            raise RuntimeError(INJECTED)
        made = self._book.safely(changed_response, response, fault.change)
        if made is None:
            return response
        fault.effects += 1
        return made

    def gave(self, value: Any) -> Any:
        """The same for what is no response of an HTTP client's."""
        if self.call is not None:
            self._book.safely(self._book.returned, self.call, value)
        fault = self.fault
        if fault is not None and fault.change == "raises":
            fault.effects += 1
            raise RuntimeError(INJECTED)
        return value

    def failed(self, error: Exception) -> None:
        """The fake refused the request, or was told to fail."""
        if self.call is not None and not self.call.result:
            self.call.result, self.call.returned = "raises", type(error).__name__
