"""The rules by which a call over a bad link becomes a verdict. Pure; see docs/measures/chaos.md."""

from __future__ import annotations

from refute.chaos.values import Verdict
from refute.trials.strained import Call, Raised

BLUNDERS = frozenset(
    {
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "BufferError",
        "ImportError",
        "LookupError",
        "MemoryError",
        "NameError",
        "RecursionError",
        "StopAsyncIteration",
        "StopIteration",
        "SystemError",
        "TypeError",
        "ValueError",
        "error",  # of the module struct, and of others in C
    }
)
"""Types that speak of a mistake in the program, not of what went wrong outside of it."""

OUTSIDE = frozenset({"OSError", "EOFError", "TimeoutError", "CancelledError"})
"""Types that speak of what went wrong outside, whatever else they are."""

_MOST_TIMES = 5.0
_LEAST_SECONDS = 10.0


def deadline(asked: float | None, usual: float) -> float:
    """Seconds that a call may take: as asked, or ten, and five times its usual ones at least."""
    return asked if asked is not None else max(_LEAST_SECONDS, _MOST_TIMES * usual)


def is_clear(error: Raised) -> bool:
    """Whether an error says that something outside of the program went wrong.

    What the project raises by a statement of its own, it means to say. Else it is the type that
    counts: a mistake that shows for the first time when a link is bad is no clear error.
    """
    if error.raised_by_project or OUTSIDE.intersection(error.bases):
        return True
    return not BLUNDERS.intersection(error.bases)


def judge(call: Call, allowed: float, *, used: bool) -> tuple[Verdict, str]:
    """The verdict on a call, and the line that says why.

    ``used`` tells whether anything went over the link, or would have. A call that hung is not
    asked for the invariant: its process was ended.
    """
    if call.outcome == "hung" or call.seconds > allowed:
        return Verdict.HUNG, call.words or f"it took {call.seconds:.1f} s"
    if call.invariant is False:
        return Verdict.CORRUPTED, call.words or "the invariant does not hold"
    match call.outcome:
        case "passed":
            return (Verdict.TOLERATED if used else Verdict.UNMET), ""
        case "skipped":
            return Verdict.UNCLEAR, "the test skipped itself"
        case "died" | "broken":
            return Verdict.UNCLEAR, call.words
    error = call.error
    if error is None:
        return Verdict.UNCLEAR, "it failed without an error"
    words = f"{error.type}: {error.message}" if error.message else error.type
    if error.by_assertion:
        return Verdict.WRONG, words
    return (Verdict.CLEAN if is_clear(error) else Verdict.UNCLEAR), words


def is_well(call: Call) -> bool:
    """Whether a test passed and nothing was found corrupted."""
    return call.outcome == "passed" and call.invariant is not False


def spoilt(verdict: Verdict, words: str, after: Call) -> tuple[Verdict, str, bool]:
    """The verdict once it is known how the test fares over good links again.

    A test that fails then fails on what was left behind: that is a corruption, unless a worse
    thing is said of it already.
    """
    if is_well(after):
        return verdict, words, False
    left = after.words or (after.error.message if after.error else after.outcome)
    if verdict is Verdict.CORRUPTED:
        return verdict, words, True
    return Verdict.CORRUPTED, f"the test fails from then on: {left}", True
