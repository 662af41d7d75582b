"""The catalogue of everything that refute stops for or warns of, each under a stable slug.

docs/messages/ is generated from it, one page a slug, by tools/docs.py.
"""

from __future__ import annotations

from refute.messages import contracts, real, running, suite, usage
from refute.messages.entry import ExitCode, Message

__all__ = ["MESSAGES", "ExitCode", "Message"]

MESSAGES: dict[str, Message] = {
    entry.slug: entry for part in (usage, suite, running, real, contracts) for entry in part.ENTRIES
}
"""Slug to entry, in the order of a run."""
