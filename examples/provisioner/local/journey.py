"""What a customer does, from the first page to the last, in a real Chromium."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PATIENCE = 240_000
"""Milliseconds that something may take which takes seconds, as a rule."""
_PHONE = {"width": 390, "height": 760}


@dataclass(slots=True)
class Pictures:
    """Takes them, numbered, into a folder; without a folder, none."""

    page: Any
    folder: Path | None = None
    taken: int = 0

    def take(self, name: str, page: Any = None) -> None:
        """What is to be seen now."""
        self.taken += 1
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{self.taken:02}-{name}.png"
            (page or self.page).screenshot(path=path, animations="disabled")


@dataclass(slots=True)
class Journey:
    """One customer. Each step raises Playwright's error if the page is not as it should be."""

    portal: str
    page: Any
    pictures: Pictures
    say: Callable[[str], None] = lambda words: None
    email: str = field(default_factory=lambda: f"ada-{secrets.token_hex(3)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def whole(self) -> None:
        """All steps."""
        self.page.set_default_timeout(_PATIENCE)
        for step in (
            *(self.sign_up, self.subscribe, self.make_a_room, self.talk, self.look_at_the_bill),
            *(self.on_a_phone, self.take_it_down, self.cancel),
        ):
            self.say(f"- {step.__name__.replace('_', ' ')}")
            step()

    def sign_up(self) -> None:
        """From the front page to one's own."""
        self.page.goto(f"{self.portal}/")
        self.pictures.take("front")
        self.page.get_by_role("link", name="Sign up").first.click()
        self.page.get_by_label("Address for mail").fill(self.email)
        self.page.get_by_label("Password").fill(self.password)
        self.pictures.take("sign-up")
        self.page.get_by_role("button", name="Sign up").click()
        self.page.get_by_role("heading", name="Your rooms").wait_for()
        self.pictures.take("home")

    def subscribe(self) -> None:
        """Pay for the starter tier; Stripe's webhook makes it active."""
        self.page.get_by_role("button", name="Subscribe to starter").click()
        self.page.get_by_role("button", name="Pay with the test card").wait_for()
        self.pictures.take("payment")
        self.page.get_by_role("button", name="Pay with the test card").click()
        self.page.get_by_text("Paid, and active").wait_for()
        self.pictures.take("paid")

    def make_a_room(self) -> None:
        """Watch it come up, without loading a page."""
        self.page.get_by_label("Name of the room").fill("kitchen")
        self.page.get_by_role("button", name="Make the room").click()
        self.page.get_by_role("heading", name="kitchen").wait_for()
        self.pictures.take("coming-up")
        self.page.get_by_role("link", name="Open the room").wait_for()
        self.pictures.take("running")

    def talk(self) -> None:
        """Open the room, sign in with its key, say something that is in Matrix then."""
        key = self.page.locator("dl.key code").inner_text()
        with self.page.context.expect_page() as opened:
            self.page.get_by_role("link", name="Open the room").click()
        room = opened.value
        room.set_default_timeout(_PATIENCE)
        room.get_by_label("Name").fill("owner")
        room.get_by_label("Password").fill(key)
        self.pictures.take("room-door", room)
        room.get_by_role("button", name="Sign in").click()
        for words in ("Is anybody there?", "It is quiet here, and all ours."):
            room.get_by_label("Message", exact=True).fill(words)
            room.get_by_role("button", name="Send").click()
            room.locator("#messages").get_by_text(words).wait_for()
        self.pictures.take("room", room)
        room.close()

    def look_at_the_bill(self) -> None:
        """The month so far, and what Stripe has billed."""
        self.page.get_by_role("link", name="Bill").click()
        self.page.get_by_role("cell", name="$9").wait_for()
        self.pictures.take("bill")

    def on_a_phone(self) -> None:
        """In the dark, and narrow: nothing is cut off."""
        before = self.page.viewport_size
        self.page.emulate_media(color_scheme="dark")
        self.page.set_viewport_size(_PHONE)
        for name in ("Home", "Account"):
            self.page.get_by_role("link", name=name, exact=True).click()
            self.page.get_by_role("heading", level=1).wait_for()
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > _PHONE["width"]:
                raise AssertionError(f"{name} is {wide} wide on a phone of {_PHONE['width']}")
        self.page.get_by_role("link", name="Home", exact=True).click()
        self.page.get_by_role("link", name="kitchen").click()
        self.page.get_by_role("link", name="Open the room").wait_for()
        self.pictures.take("phone")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(before)

    def take_it_down(self) -> None:
        """Deprovision, and see it go."""
        self.page.get_by_role("link", name="Take it down").click()
        self.pictures.take("confirm")
        self.page.get_by_role("button", name="Take it down").click()
        self.page.get_by_text("Gone, with nothing left behind").first.wait_for()
        self.pictures.take("gone")

    def cancel(self) -> None:
        """Cancel what is paid for; Stripe's webhook ends it."""
        self.page.get_by_role("link", name="its subscription").click()
        self.page.get_by_role("link", name="Cancel this subscription").click()
        self.page.get_by_role("button", name="Cancel the subscription").click()
        url = self.page.url
        self.page.wait_for_function(
            "async (url) => (await (await fetch(url)).text()).includes('It ended on')",
            arg=url,
            polling=500,
        )
        self.page.goto(url)
        self.page.get_by_text("It ended on").wait_for()
        self.pictures.take("canceled")
