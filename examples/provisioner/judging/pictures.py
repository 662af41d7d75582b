"""The map of boundaries and the pyramid of each suite, as refute's own page draws them."""

from __future__ import annotations

from pathlib import Path

from refute.errors import RefuteError
from refute.real.browsing import browser

from judging.suites import ROOT, SUITES

FOLDER = ROOT / "results"


def take() -> list[Path]:
    """A picture of each suite's page; none where there is no browser, or no page."""
    made = []
    for suite in SUITES:
        page = suite.folder / "report.html"
        if not page.exists():
            continue
        try:
            with browser() as shown:
                shown.set_viewport_size({"width": 1100, "height": 900})
                shown.goto(f"{page.as_uri()}#/reality")
                shown.wait_for_selector("main svg", timeout=90_000)
                FOLDER.mkdir(exist_ok=True)
                target = FOLDER / f"boundaries-{suite.name}.png"
                shown.screenshot(path=str(target))
                made.append(target)
        except (RefuteError, ImportError) as error:
            print(f"No pictures: {error}")
            break
    return made
