"""The portal in a real Chromium: read by axe for what shuts people out, narrow, and in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from refute.errors import RefuteError
from refute.real import browser

from provisioner.api.app import build
from provisioner.api.parts import Parts
from tests.conftest import settings_of
from tests.support.people import PASSWORD
from tests.support.serving import listening, served


@pytest.fixture
def portal(parts: Parts, environment: dict[str, str]) -> Iterator[str]:
    """The portal behind a real port."""
    with listening() as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"
        given = settings_of(environment, public_url=url)
        with served(build(replace(parts, settings=given)), taken):
            yield url


@pytest.fixture
def page() -> Iterator[Any]:
    try:
        lease = browser()
        opened = lease.__enter__()
    except RefuteError as error:
        pytest.skip(f"no browser: {error.message}")
    try:
        yield opened
    finally:
        lease.__exit__(None, None, None)


def looked_at(page: Any) -> list[str]:
    """What axe finds, and what does not fit: in the light, and narrow in the dark."""
    found: list[str] = []
    for scheme, width in (("light", 1000), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        said = Axe().run(page)
        found += [
            f"{page.url} {scheme} {width}: {one['id']}: {one['nodes'][0]['html']}"
            for one in said.response["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{page.url} is {wide} wide on {width}")
    return found


def test_nobody_is_shut_out_of_any_page(portal: str, page: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    found: list[str] = []
    for path in ("/", "/sign-in", "/sign-up"):
        page.goto(f"{portal}{path}")
        found += looked_at(page)
    page.get_by_label("Address for mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name="Your rooms").wait_for()
    found += looked_at(page)
    page.get_by_role("button", name="Subscribe to free").click()
    page.get_by_label("Name of the room").fill("Not A Name")
    found += looked_at(page)
    page.get_by_role("button", name="Make the room").click()
    page.get_by_role("alert").wait_for()
    assert page.evaluate("document.activeElement.tagName") in ("BODY", "INPUT")
    # The browser says in the console that a page was answered by 422, as it was.
    complaints.clear()
    found += looked_at(page)
    page.get_by_label("Name of the room").fill("kitchen")
    page.get_by_role("button", name="Make the room").click()
    page.get_by_role("heading", name="kitchen").wait_for()
    here = page.url
    for path in (here, f"{here}/deprovision", f"{portal}/bill", f"{portal}/account"):
        page.goto(path)
        found += looked_at(page)
    assert found == []
    assert complaints == []


def test_what_is_shown_follows_what_is(portal: str, page: Any, parts: Parts) -> None:
    """In another window it is taken down; this one is not touched."""
    page.goto(f"{portal}/sign-up")
    page.get_by_label("Address for mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("button", name="Subscribe to free").click()
    page.get_by_label("Name of the room").fill("kitchen")
    page.get_by_role("button", name="Make the room").click()
    page.get_by_text("Waiting for its turn").wait_for()
    other = page.context.new_page()
    other.goto(f"{page.url}/deprovision")
    other.get_by_role("button", name="Take it down").click()
    page.get_by_text("Being taken down").first.wait_for()
    assert page.locator("#said").inner_text() == "Being taken down"
