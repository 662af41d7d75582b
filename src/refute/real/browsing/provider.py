"""The browser's routes, and how it is installed. It runs beside the test, not in the broker."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from refute.errors import fail
from refute.real.debian import install_debian, libraries
from refute.real.install import Installed, Say, installed
from refute.real.provider import Json, Running, Start
from refute.real.routes import Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OWN = "PLAYWRIGHT_BROWSERS_PATH"


class BrowserProvider:
    """See `refute.real.provider.Provider`."""

    name = "browser"

    def routes(self, options: Json) -> list[Route]:
        """The machine's Chromium, the one that Playwright has downloaded, Debian's in the cache."""
        if find_spec("playwright") is None:
            return [
                Route(
                    "playwright",
                    False,
                    "playwright is not installed beside refute",
                    "pip install 'refute[browser]'",
                )
            ]
        return [
            _program("path", on_path()),
            _program("playwright", playwrights_own()),
            _program("installed", in_cache()),
        ]

    def start(self, start: Start) -> Running:
        """Always refused: see `refute.real.browser`."""
        fail("real-unavailable", "a browser runs beside its test, not in the broker", remedy="")


def install(say: Say) -> Installed:
    """Keep Debian's Chromium in the cache. Raises RefuteError ``real-unavailable``."""
    # Its data has to lie beside the program, also where the machine has them elsewhere.
    return install_debian("browser", ["chromium", "chromium-common"], say)


def on_path() -> Path | None:
    """The browser that the machine has."""
    found = next((each for each in map(shutil.which, PROGRAMS) if each), None)
    return Path(found) if found else None


def playwrights_own() -> Path | None:
    """The newest Chromium that `playwright install` has downloaded."""
    given = os.environ.get(_OWN)
    folder = Path(given) if given else Path.home() / ".cache" / "ms-playwright"
    found = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None


def in_cache() -> Path | None:
    """The browser that was installed."""
    kept = installed("browser")
    return kept.folder / "usr" / "lib" / "chromium" / "chromium" if kept else None


def environment(program: Path) -> dict[str, str]:
    """What a browser from the cache needs to find its libraries."""
    kept = installed("browser")
    inside = kept is not None and program.is_relative_to(kept.folder)
    return libraries(kept.folder) if kept is not None and inside else {}


def _program(name: str, program: Path | None) -> Route:
    if program is None:
        remedy = {"installed": "refute real install browser", "path": ""}.get(name, "")
        return Route(name, False, "no Chromium", remedy)
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **environment(program)},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Route(name, False, f"{program} does not start: {error}")
    if done.returncode:
        return Route(name, False, (done.stderr.splitlines() or [f"{program} fails"])[-1])
    return Route(name, True, f"{done.stdout.strip()}, {program}")
