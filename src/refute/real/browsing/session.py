"""One browser a test process, and a fresh window of it for each test."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
import time
from asyncio.events import _get_running_loop, _set_running_loop
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail
from refute.real.browsing.provider import (
    BrowserProvider,
    environment,
    in_cache,
    on_path,
    playwrights_own,
)
from refute.real.keeper import MARK
from refute.real.keeping import Keeper
from refute.real.routes import Route, choose

ARTIFACTS = "REFUTE_REAL_ARTIFACTS"
"""A folder in which traces and screenshots of failed tests are kept."""
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that talks to nobody but the pages it is shown."""
_PROGRAMS = {"path": on_path, "playwright": playwrights_own, "installed": in_cache}


@dataclass(frozen=True, slots=True)
class Window:
    """A page in a context of its own: no cookies, no storage, no cache of other tests'."""

    #: Playwright's `Page`, of its sync API.
    page: Any
    route: Route
    #: Until the browser could be used, in seconds; 0 where it ran already.
    seconds: float

    def save(self, folder: Path) -> list[Path]:
        """Write a screenshot of what is to be seen, and the trace until now, into a folder.

        The trace is read by `playwright show-trace FILE`. What can't be had any more (the page
        has crashed) is left out.
        """
        from playwright.sync_api import Error

        folder.mkdir(parents=True, exist_ok=True)
        picture, trace = folder / "page.png", folder / "trace.zip"
        with suppress(Error):
            self.page.screenshot(path=picture)
        with suppress(Error):
            self.page.context.tracing.stop(path=trace)
        return [path for path in (picture, trace) if path.exists()]


def folder_for(name: str) -> Path:
    """Where what a failed test leaves is kept: below REFUTE_REAL_ARTIFACTS, or a new folder."""
    plain = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name)[-100:]
    given = os.environ.get(ARTIFACTS)
    if given:
        return Path(given) / plain
    return Path(tempfile.mkdtemp(prefix="refute-browser-")) / plain


@contextmanager
def browser(*, route: str | None = None, context: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """Playwright's page in a fresh context of a real Chromium, which is started once a process.

    ``context`` goes to Playwright's `new_context`: viewport, locale, base_url ... When the block
    raises, a screenshot and a trace are saved, and a note at the exception names them. The sync
    API can't be used where an event loop runs in the same thread.

    Raises RefuteError ``real-unavailable`` or ``real-start-failed``.
    """
    with window(route=route, context=context) as opened:
        try:
            yield opened.page
        except Exception as error:
            for path in opened.save(folder_for("block")):
                error.add_note(f"browser: {path}")
            raise


@contextmanager
def window(
    *, route: str | None = None, context: Mapping[str, Any] | None = None
) -> Iterator[Window]:
    """The same for fixtures, which save by themselves. Raises RefuteError."""
    began = time.monotonic()
    running = _running(route)
    with _resumed(running.loop):
        opened = running.browser.new_context(**(context or {}))
        try:
            opened.tracing.start(screenshots=True, snapshots=True)
            page = opened.new_page()
            yield Window(page, running.route, time.monotonic() - began)
        finally:
            opened.close()


@contextmanager
def _resumed(loop: Any) -> Iterator[None]:
    """Playwright's sync API keeps an event loop that counts as running in this thread.

    It does so in this block alone: other tests want to run loops of their own.
    """
    before = _get_running_loop()
    _set_running_loop(loop)
    try:
        yield
    finally:
        _set_running_loop(before)


@dataclass(frozen=True, slots=True)
class _Running:
    """A browser of this process, and what keeps its files."""

    pid: int
    route: Route
    keeper: Keeper
    playwright: Any
    browser: Any
    #: Playwright's own.
    loop: Any

    def close(self) -> None:
        # A process that was forked while it ran has no say in its end.
        if self.pid == os.getpid():
            # The driver may be gone, in whatever way.
            with suppress(Exception), _resumed(self.loop):
                self.browser.close()
                self.playwright.stop()
            self.keeper.close()


_lock = threading.Lock()
_current: dict[str | None, _Running] = {}


def _running(wanted: str | None) -> _Running:
    with _lock:
        found = _current.get(wanted)
        if found is None or found.pid != os.getpid() or not found.browser.is_connected():
            found = _start(wanted)
            _current[wanted] = found
            atexit.register(found.close)
        return found


def _start(wanted: str | None) -> _Running:
    route = choose("browser", BrowserProvider().routes({}), wanted)
    program = _PROGRAMS[route.name]()
    assert program is not None, "the route was looked at a moment ago"
    keeper = Keeper("browser")
    # The driver ends with this process, and ends the browser; what it leaves is buried.
    keeper.afterwards(
        [sys.executable, "-P", "-m", "refute.real.browsing.burial", str(keeper.directory)]
    )
    try:
        return _launch(route, program, keeper)
    except BaseException:
        keeper.close()
        raise


def _launch(route: Route, program: Path, keeper: Keeper) -> _Running:
    from playwright.sync_api import Error, sync_playwright

    folder = str(keeper.directory)
    inside = {MARK: folder, "TMPDIR": folder}
    with _environment(inside):
        playwright = sync_playwright().start()
    loop = _get_running_loop()
    _set_running_loop(None)
    homes = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
    with _resumed(loop):
        try:
            browser = playwright.chromium.launch(
                executable_path=program,
                args=[*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
                env={**os.environ, **inside, **homes, **environment(program)},
            )
        except Error as error:
            playwright.stop()
            fail(
                "real-start-failed",
                f"{program} did not start",
                detail=str(error).splitlines()[:20],
                cause=error,
            )
    return _Running(os.getpid(), route, keeper, playwright, browser, loop)


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Playwright's driver takes its environment from ours, when it is started."""
    tempfile.gettempdir()  # is settled before TMPDIR is another
    before = {key: os.environ.get(key) for key in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
