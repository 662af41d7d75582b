"""The documentation as a site: built with warnings as errors, complete, readable without a network.

Skips where Sphinx is not installed; `make site` and `make test` install it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.browser import SIZES, Reader, chromium

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = ("index", "tutorial", "comparison", "messages/README", "commands/run")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    for package in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(package, reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("site")
    words = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", str(DOCS), str(folder)]
    # In a process of its own: Sphinx changes much in the one that it runs in.
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def test_every_page_is_there(site: Path) -> None:
    pages = {page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")}
    inside = {page for page in pages if page.parts[0] != "tutorial"}
    assert {page for page in inside if not (site / page).exists()} == set()


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"([^\"]+)", text)
        assert [one for one in loaded if "//" in one] == [], page.name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_and_ask_nobody(site: Path, browser: Any, size: str, theme: str) -> None:
    for name in SHOWN:
        reader = Reader(browser, site / f"{name}.html", size, theme)
        reader.page.goto(reader.file)
        assert reader.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert [address for address in reader.asked if not address.startswith("file:")] == []
        assert reader.trouble == []
        reader.context.close()


def test_the_search_works_from_disk(site: Path, browser: Any) -> None:
    reader = Reader(browser, site / "search.html")
    reader.page.goto(reader.file + "?q=blind+place")
    reader.page.wait_for_selector("#search-results a")
    assert reader.count("#search-results li") > 3
    assert reader.trouble == []
    reader.context.close()
