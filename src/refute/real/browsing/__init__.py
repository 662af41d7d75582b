"""A browser for tests: Chromium, driven by Playwright beside the test, a fresh context for each."""

from __future__ import annotations

from refute.real.browsing.session import Window, browser

__all__ = ["Window", "browser"]
