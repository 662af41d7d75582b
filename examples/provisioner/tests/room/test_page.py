"""The room's page over HTTP, as a browser without JavaScript uses it, on a real Synapse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import httpx2
import pytest
from refute.real import Homeserver, MatrixUser

from provisioner_instance.app import build
from provisioner_instance.settings import Settings
from tests.support.serving import served


class Guest:
    """A browser that follows links and sends forms."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, follow_redirects=True, timeout=60)

    def enter(self, name: str, password: str) -> httpx2.Response:
        return self.http.post("/sign-in", data={"name": name, "password": password})

    def word(self) -> str:
        found = re.search(r'name="word" value="([^"]+)"', self.http.get("/").text)
        assert found is not None
        return found[1]

    def send(self, path: str, **form: str) -> httpx2.Response:
        return self.http.post(path, data={"word": self.word(), **form})


@pytest.fixture
def guest(room: str) -> Iterator[Guest]:
    made = Guest(room)
    yield made
    made.http.close()


@pytest.fixture
def other(room: str) -> Iterator[Guest]:
    made = Guest(room)
    yield made
    made.http.close()


def said_in_room(homeserver: Homeserver, owner: MatrixUser, instance: str) -> list[dict[str, Any]]:
    """What another Matrix client sees of the room."""

    def ask(path: str) -> Any:
        headers = {"Authorization": f"Bearer {owner.access_token}"}
        with urlopen(Request(f"{homeserver.url}/_matrix/client/v3{path}", headers=headers)) as got:
            return json.load(got)

    alias = quote(f"#room-{instance}:{homeserver.server_name}", safe="")
    room = quote(ask(f"/directory/room/{alias}")["room_id"], safe="")
    chunk = ask(f"/rooms/{room}/messages?dir=b&limit=50")["chunk"]
    return [one for one in reversed(chunk) if one["type"] == "m.room.message"]


def test_owner_comes_in_writes_and_reads(
    guest: Guest, homeserver: Homeserver, owner: MatrixUser, settings: Settings
) -> None:
    assert guest.http.get("/").url.path == "/sign-in"
    page = guest.enter("Owner", owner.password)
    assert (page.status_code, page.url.path) == (200, "/")
    assert "Nothing has been said yet" in page.text
    page = guest.send("/messages", text="  Is <anybody> there? ")
    assert page.url.path == "/"
    assert '<p class="text">Is &lt;anybody&gt; there?</p>' in page.text
    said = said_in_room(homeserver, owner, settings.instance)
    assert [(one["sender"], one["content"]["body"]) for one in said] == [
        (owner.id, "Is <anybody> there?")
    ]


def test_room_is_made_once(settings: Settings, owner: MatrixUser) -> None:
    for _ in range(2):
        with served(build(settings)) as url:
            one = Guest(url)
            one.enter("owner", owner.password)
            page = one.send("/messages", text="here")
            one.http.close()
    assert page.text.count('<p class="text">here</p>') == 2


def test_wrong_password_and_strangers_stay_outside(
    guest: Guest, homeserver: Homeserver, owner: MatrixUser
) -> None:
    eve = homeserver.user("eve")
    for name, password in (("owner", "wrong"), (eve.id, eve.password), ("nobody", "x"), ("", "")):
        page = guest.enter(name, password)
        assert page.status_code == 403
        assert "wrong, or nobody has let you in" in page.text
        assert guest.http.get("/").url.path == "/sign-in"
    assert guest.http.get("/messages").status_code == 401


def test_guest_is_let_in_and_both_talk(
    guest: Guest, other: Guest, homeserver: Homeserver, owner: MatrixUser
) -> None:
    bob = homeserver.user("bob")
    local = bob.id[1:].partition(":")[0]
    guest.enter("owner", owner.password)
    assert guest.send("/people", guest=local).status_code == 200
    assert other.enter(local, bob.password).url.path == "/"
    other.send("/messages", text="Hello from Bob")
    guest.send("/messages", text="Hello back")
    heard = re.findall(
        r'<p class="who">(\S+) .*?<p class="text">(.*?)</p>', other.http.get("/").text, re.S
    )
    assert heard == [(local, "Hello from Bob"), ("owner", "Hello back")]
    refused = guest.send("/people", guest="@nobody here")
    assert (refused.status_code, "can&#39;t be let in" in refused.text) == (422, True)


def test_forms_of_other_sites_are_refused(guest: Guest, owner: MatrixUser) -> None:
    headers = {"Origin": "https://evil.test"}
    form = {"name": "owner", "password": owner.password}
    assert guest.http.post("/sign-in", data=form, headers=headers).status_code == 403
    guest.enter("owner", owner.password)
    for path in ("/messages", "/people", "/sign-out"):
        assert guest.http.post(path, data={"text": "x", "word": "guessed"}).status_code == 403
    assert "Nothing has been said yet" in guest.http.get("/").text


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_messages_that_are_none(text: str, guest: Guest, owner: MatrixUser) -> None:
    guest.enter("owner", owner.password)
    page = guest.send("/messages", text=text)
    assert (page.status_code, "between 1 and 4000" in page.text) == (422, True)
    assert "Nothing has been said yet" in page.text


def test_forms_that_are_too_large_are_not_read(guest: Guest, owner: MatrixUser) -> None:
    guest.enter("owner", owner.password)
    assert guest.send("/messages", text="x" * 70_000).status_code == 413
    assert "Nothing has been said yet" in guest.http.get("/").text


def test_news_come_as_they_are_said(guest: Guest, other: Guest, owner: MatrixUser) -> None:
    for one in (guest, other):
        one.enter("owner", owner.password)
    first = guest.http.get("/messages").json()
    other.send("/messages", text="news")
    news = guest.http.get("/messages", params={"since": first["since"]}).json()
    assert [(one["who"], one["mine"], one["text"]) for one in news["messages"]] == [
        ("owner", True, "news")
    ]


def test_who_signs_out_is_out(guest: Guest, owner: MatrixUser) -> None:
    guest.enter("owner", owner.password)
    cookie = guest.http.cookies["visit"]
    assert guest.send("/sign-out").url.path == "/sign-in"
    guest.http.cookies.set("visit", cookie)
    assert guest.http.get("/").url.path == "/sign-in"
    assert guest.http.post("/messages", data={"text": "x"}).url.path == "/sign-in"


def test_headers_are_strict_and_cookies_too(guest: Guest, owner: MatrixUser) -> None:
    page = guest.http.get("/sign-in")
    assert "default-src 'none'; script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    form = {"name": "owner", "password": owner.password}
    answer = guest.http.post("/sign-in", data=form, follow_redirects=False)
    said = answer.headers["Set-Cookie"].lower()
    assert all(word in said for word in ("httponly", "samesite=lax", "path=/"))
    assert "secure" not in said


def test_behind_https_the_cookie_is_for_https_alone(settings: Settings, owner: MatrixUser) -> None:
    given = Settings(
        settings.instance,
        "https://room.test",
        settings.matrix_url,
        settings.matrix_user,
        owner.password,
    )
    with served(build(given)) as url:
        form = {"name": "owner", "password": owner.password}
        said = httpx2.post(f"{url}/sign-in", data=form).headers["Set-Cookie"]
    assert said.startswith("__Host-visit=")
    assert "Secure" in said


def test_health(guest: Guest) -> None:
    assert guest.http.get("/healthz").json() == {"status": "alive"}
    assert guest.http.get("/readyz").json() == {"status": "ready"}
    assert guest.http.get("/nowhere").status_code == 404


def test_homeserver_that_is_away(settings: Settings) -> None:
    lost = Settings(settings.instance, settings.origin, "http://127.0.0.1:9", "room", "x")
    with served(build(lost)) as url:
        assert httpx2.get(f"{url}/healthz").status_code == 200
        assert httpx2.get(f"{url}/readyz").status_code == 503
        page = httpx2.post(f"{url}/sign-in", data={"name": "owner", "password": "x"})
    assert (page.status_code, "Try again in a moment" in page.text) == (503, True)
