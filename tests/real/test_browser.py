"""The browser: a fresh context for each test, and a picture and a trace of what failed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs
from tests.real.runs import run_tests

from refute.real import browser

pytestmark = needs("browser")


class Counter(BaseHTTPRequestHandler):
    """Says how often a visitor was here, by a cookie."""

    def do_GET(self) -> None:
        seen = int((self.headers["Cookie"] or "seen=0").rpartition("=")[2])
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/":
            self.send_header("Set-Cookie", f"seen={seen + 1}")
        self.end_headers()
        self.wfile.write(f"<title>Visits</title><p id=seen>{seen}</p>".encode())

    def log_message(self, *words: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Counter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_each_block_has_a_context_of_its_own() -> None:
    with serving() as url:
        with browser() as page:
            page.goto(url)
            page.reload()
            assert page.locator("#seen").inner_text() == "1"
        with browser(context={"viewport": {"width": 400, "height": 300}}) as page:
            page.goto(url)
            assert page.locator("#seen").inner_text() == "0"
            assert page.evaluate("innerWidth") == 400


def test_other_tests_may_run_event_loops_in_between() -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    for title in ("one", "two"):
        with browser() as page:
            page.set_content(f"<title>{title}</title>")
            assert page.title() == title
        assert asyncio.run(answer()) == 42


def test_failed_block_names_its_picture_and_trace(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        "from refute.real import browser\n"
        "def test_block():\n"
        "    with browser() as page:\n"
        "        page.set_content('<h1>Block</h1>')\n"
        "        assert page.title() == 'nothing'\n"
        "def test_fixture(browser_page):\n"
        "    browser_page.set_content('<h1>Fixture</h1>')\n"
        "    assert browser_page.title() == 'nothing'\n"
        "def test_good(browser_page):\n"
        "    browser_page.set_content('<title>good</title>')\n"
        "    assert browser_page.title() == 'good'\n",
        REFUTE_REAL_ARTIFACTS=str(tmp_path / "saved"),
    )
    assert "2 failed, 1 passed" in done.stdout, done.stdout
    for kept in ("block", "test_it.py--test_fixture"):
        picture, trace = tmp_path / "saved" / kept / "page.png", tmp_path / "saved" / kept
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert (trace / "trace.zip").read_bytes().startswith(b"PK")
        assert str(picture) in done.stdout
    assert sorted(one.name for one in (tmp_path / "saved").iterdir()) == [
        "block",
        "test_it.py--test_fixture",
    ]


@pytest.mark.parametrize("after", [1.5, 6.0])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("browser", after).left == ()
