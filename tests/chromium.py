"""Where tests that drive a browser themselves find one: as `refute.real` does."""

from __future__ import annotations

from pathlib import Path

from refute.real.browsing.provider import environment, in_cache, on_path, playwrights_own

__all__ = ["chromium", "environment"]


def chromium() -> Path | None:
    """The machine's, Playwright's own, or the one that `refute real install browser` fetched."""
    return on_path() or playwrights_own() or in_cache()
