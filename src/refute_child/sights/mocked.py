"""What mocks were really sent, as assertions that ``unittest.mock`` has for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from .literals import Literals

Named = Mapping[int, str]
"""The identity of an object -> what it is called where the assertion will stand."""

ANY, CALL = "\x00ANY\x00", "\x00call\x00"
"""In literals: what unittest.mock calls ``ANY`` and ``call``, whatever the test file does."""

_CHILDREN = 8
_CALLS = 4
_DEEPEST = 3


def call_views(mock: Any, literals: Literals, named: Named) -> Iterator[tuple[str, str]]:
    """Views of a mock and of those that hang on it. One that was never called at all has the
    view that it was not.
    """
    if not _touched(mock) and callable(mock):
        yield "! {}.assert_not_called", ""
        return
    yield from _of(mock, "{}", literals, named, _DEEPEST)


def _touched(mock: Any) -> bool:
    return bool(mock.call_count or mock.mock_calls or mock.method_calls)


def _of(
    mock: Any, way: str, literals: Literals, named: Named, depth: int
) -> Iterator[tuple[str, str]]:
    if mock.call_count:
        yield from _calls(mock, way, literals, named)
    if depth == 0:
        return
    children: dict[str, Any] = dict(getattr(mock, "_mock_children", {}))
    for name, child in list(children.items())[:_CHILDREN]:
        if name == "()" or not hasattr(child, "call_count") or name.startswith("_"):
            continue
        if _touched(child):
            yield from _of(child, f"{way}.{name}", literals, named, depth - 1)
    given = children.get("()")
    if given is None:
        given = vars(mock).get("_mock_return_value")
    if hasattr(given, "mock_calls") and _touched(given):
        yield from _of(given, f"{way}.return_value", literals, named, depth - 1)


def _calls(mock: Any, way: str, literals: Literals, named: Named) -> Iterator[tuple[str, str]]:
    # Any other mock has whatever it is asked for.
    awaited = hasattr(type(mock), "assert_awaited") and mock.await_count
    verb = "awaited" if awaited else "called"
    calls = mock.await_args_list if awaited else mock.call_args_list
    texts = [_arguments(call, literals, named) for call in calls[:_CALLS]]
    if len(calls) == 1:
        if texts[0] is not None:
            yield f"! {way}.assert_{verb}_once_with", texts[0]
        else:
            yield f"! {way}.assert_{verb}_once", ""
        return
    if len(calls) <= _CALLS and None not in texts:
        listed = ", ".join(f"{CALL}({text})" for text in texts)
        yield f"= {way}.{'await' if awaited else 'call'}_args_list", f"[{listed}]"
    yield f"= {way}.{'await' if awaited else 'call'}_count", repr(len(calls))


def _arguments(call: Any, literals: Literals, named: Named) -> str | None:
    """The arguments of one call; what is no literal by its name, or as ANY. None where nothing
    of them can be said.
    """
    said = 0
    any_of = getattr(sys.modules.get("unittest.mock"), "ANY", None)

    def foreign(value: object) -> str | None:
        if value is any_of:
            return None
        return named.get(id(value))

    parts: list[str] = []
    for name, value in [*(("", value) for value in call.args), *call.kwargs.items()]:
        text = literals.of(value, name, foreign)
        said += text is not None
        parts.append(f"{name}={text or ANY}" if name else text or ANY)
    return ", ".join(parts) if said or not parts else None
