"""The room's page in a real Chromium, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from refute.errors import RefuteError
from refute.real import MatrixUser, browser

Open = Callable[..., Any]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens windows, each with cookies of its own."""
    with ExitStack() as stack:

        def open_one(**context: Any) -> Any:
            try:
                return stack.enter_context(browser(context=context))
            except RefuteError as error:
                pytest.skip(f"no browser: {error.message}")

        yield open_one


def come_in(page: Any, room: str, password: str) -> Any:
    page.goto(room)
    page.get_by_label("Name").fill("owner")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Room").wait_for()
    return page


def texts(page: Any) -> list[str]:
    found = page.locator("#messages .text").all_inner_texts()
    assert isinstance(found, list)
    return found


def test_two_windows_talk_without_loading_again(room: str, owner: MatrixUser, opened: Open) -> None:
    ada, ben = (come_in(opened(), room, owner.password) for _ in range(2))
    complaints: list[str] = []
    ada.on("console", lambda message: complaints.append(message.text))
    ada.get_by_label("Message", exact=True).fill("One <b>&")
    ada.keyboard.press("Enter")
    ben.get_by_text("One <b>&").wait_for()
    ben.get_by_label("Message", exact=True).fill("Two")
    ben.get_by_role("button", name="Send").click()
    ada.get_by_text("Two").wait_for()
    assert texts(ada) == texts(ben) == ["One <b>&", "Two"]
    assert ada.get_by_label("Message", exact=True).input_value() == ""
    assert complaints == []


def test_all_of_it_works_without_javascript(room: str, owner: MatrixUser, opened: Open) -> None:
    page = come_in(opened(java_script_enabled=False), room, owner.password)
    page.get_by_label("Message", exact=True).fill("Plain")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Plain").wait_for()
    page.get_by_role("link", name="Look for new messages").click()
    assert texts(page) == ["Plain"]
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Come in").wait_for()


def test_nothing_is_cut_off_on_a_phone(room: str, owner: MatrixUser, opened: Open) -> None:
    page = come_in(opened(viewport={"width": 360, "height": 640}), room, owner.password)
    page.get_by_label("Message", exact=True).fill("w" * 300)
    page.keyboard.press("Enter")
    page.get_by_text("www").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == 360
