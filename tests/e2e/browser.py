"""A real Chromium for tests of the HTML page; skips with the reason where there is none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.chromium import chromium as find_chromium
from tests.chromium import environment

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60
"""Seconds after which something that does not come is given up."""
SIZES = {"wide": (1440, 900), "middle": (1000, 800), "phone": (390, 844)}


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of playwright's."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here: refute real install browser")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=list(SWITCHES),
            env={**os.environ, **environment(path)},
        )
        try:
            yield browser
        finally:
            browser.close()


class Reader:
    """A page in the browser, and all that went wrong in it."""

    def __init__(self, browser: Any, file: Path, size: str = "wide", theme: str = "light") -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
        )
        self.file = file.as_uri()
        self.page = self.context.new_page()
        self.trouble: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", lambda said: self.trouble.append(said.text))
        self.page.on("dialog", lambda dialog: self.trouble.append(f"dialog {dialog.message}"))
        self.page.on("request", lambda request: self.asked.append(request.url.partition("#")[0]))

    def go(self, address: str = "#/") -> Any:
        """Open the file anew at an address, and wait until it is drawn."""
        self.page.goto("about:blank")
        self.page.goto(self.file + address)
        self.page.wait_for_selector("#main h1")
        return self.page

    @property
    def address(self) -> str:
        """What stands behind the file in the address."""
        return str(self.page.evaluate("location.hash"))

    def count(self, selector: str) -> int:
        """How many elements there are."""
        return int(self.page.locator(selector).count())

    def texts(self, selector: str) -> list[str]:
        """The texts of elements, as they are in the document."""
        return list(self.page.locator(selector).all_text_contents())

    def focused(self) -> str:
        """The text of what holds the focus."""
        return str(self.page.evaluate("document.activeElement.textContent"))

    def until(self, expression: str) -> None:
        """Wait until an expression is true.

        Playwright's own ``wait_for_function`` calls ``eval`` in the page where the expression is
        not true at once, and the page's policy forbids that.
        """
        ends = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < ends, expression
            self.page.wait_for_timeout(20)

    def close(self) -> None:
        """End it; nothing may have gone wrong, and nobody else was asked for anything."""
        self.context.close()
        assert self.trouble == []
        assert set(self.asked) <= {self.file, "about:blank"}
