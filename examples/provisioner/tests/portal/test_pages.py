"""The portal over HTTP, as a browser without JavaScript uses it, on a real database."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from provisioner.api.app import build
from provisioner.api.parts import Parts
from provisioner.db import Database
from provisioner.models import Instance, Subscription
from provisioner.settings import Settings
from provisioner.worker import Worker
from tests.conftest import settings_of
from tests.support.pages import Browser
from tests.support.people import PASSWORD, pay
from tests.support.stripe_api import StripeStandIn
from tests.support.working import settle

HTML = {"Accept": "text/html"}


@pytest.fixture
def ada(client: TestClient) -> Browser:
    return Browser(client).join("ada@example.com")


@pytest.fixture
def eve(client: TestClient) -> Browser:
    """Somebody else, with cookies of her own."""
    return Browser(TestClient(client.app)).join("eve@example.com")


def with_room(browser: Browser, name: str = "mine") -> UUID:
    """Subscribe to the free tier and make a room; its id."""
    browser.go("/home").send("/subscriptions", tier="free")
    browser.send(f"{browser.path}/instances", name=name)
    return UUID(browser.path.rpartition("/")[2])


def test_signing_up_leads_home(client: TestClient) -> None:
    browser = Browser(client).go("/")
    assert "A room of your own" in browser.text
    assert "$49" in browser.text
    browser.join("Ada@Example.com")
    assert (browser.path, browser.page.status_code) == ("/home", 200)
    assert "You have no room yet" in browser.text
    assert browser.go("/").path == "/home"
    assert "ada@example.com" in browser.go("/account").text


@pytest.mark.parametrize(
    ("email", "password", "status", "words"),
    [
        ("no address", PASSWORD, 422, "not an address"),
        ("ada@example.com", "short", 422, "at least 10"),
        ("ada@example.com", "x" * 201, 422, "200 characters at most"),
    ],
)
def test_signing_up_in_vain(
    email: str, password: str, status: int, words: str, client: TestClient
) -> None:
    browser = Browser(client).join(email, password)
    assert (browser.path, browser.page.status_code) == ("/sign-up", status)
    assert words in browser.text
    assert f'value="{email}"' in browser.page.text
    assert browser.go("/home").path == "/sign-in"


def test_address_that_is_taken_and_wrong_passwords(client: TestClient, ada: Browser) -> None:
    other = Browser(TestClient(client.app))
    assert "There is an account" in other.join("ada@example.com").text
    for email in ("ada@example.com", "nobody@example.com"):
        other.go("/sign-in").send("/sign-in", email=email, password="wrong password")
        assert (other.page.status_code, "Address or password is wrong." in other.text) == (
            401,
            True,
        )
    other.go("/sign-in").send("/sign-in", email="ada@example.com", password=PASSWORD)
    assert other.path == "/home"


@pytest.mark.parametrize(
    ("then", "path"),
    [
        ("/bill", "/bill"),
        ("//evil.test/", "/home"),
        ("https://evil.test/", "/home"),
        ("/\\evil.test", "/home"),
        ("/\tevil", "/home"),
        ("", "/home"),
    ],
)
def test_signing_in_leads_on_and_never_away(
    then: str, path: str, client: TestClient, ada: Browser
) -> None:
    other = Browser(TestClient(client.app))
    other.http.headers["Accept"] = "text/html"
    other.page = other.http.get("/sign-in", params={"then": then})
    other.send("/sign-in", email="ada@example.com", password=PASSWORD)
    assert (other.page.url.host, other.path) == ("testserver", path)


def test_who_has_not_signed_in_is_led_there_and_back(client: TestClient, ada: Browser) -> None:
    other = Browser(TestClient(client.app)).go("/bill")
    assert (other.path, other.page.url.query) == ("/sign-in", b"then=/bill")
    other.send("/sign-in", email="ada@example.com", password=PASSWORD)
    assert other.path == "/bill"


def test_signing_out_of_this_browser_and_of_all(client: TestClient, ada: Browser) -> None:
    other = Browser(TestClient(client.app)).go("/sign-in")
    other.send("/sign-in", email="ada@example.com", password=PASSWORD)
    ada.go("/home").send("/sign-out")
    assert (ada.path, ada.go("/home").path, other.go("/home").path) == ("/", "/sign-in", "/home")
    ada.send("/sign-in", email="ada@example.com", password=PASSWORD).go("/account")
    ada.send("/sign-out", everywhere="yes")
    assert other.go("/home").path == "/sign-in"


def test_free_room_from_beginning_to_end(ada: Browser, worker: Worker, database: Database) -> None:
    id = with_room(ada)
    assert "Waiting for its turn" in ada.text
    assert 'http-equiv="refresh"' in ada.page.text
    settle(worker, database)
    ada.go(f"/instances/{id}")
    assert "Open the room" in ada.text
    assert 'http-equiv="refresh"' not in ada.page.text
    assert f'href="https://room-{id}.instances.localhost"' in ada.page.text
    for what, words in (("stop", "Stopped"), ("start", "Running"), ("restart", "Running")):
        ada.send(f"/instances/{id}/{what}")
        settle(worker, database)
        assert words in ada.go(f"/instances/{id}").text.split("\n")
    assert "free" in ada.go("/bill").text
    ada.go(f"/instances/{id}/deprovision").send(f"/instances/{id}/deprovision")
    assert "Being taken down" in ada.text
    settle(worker, database)
    assert "Gone, with nothing left behind" in ada.go(f"/instances/{id}").text
    assert "Ready for a room" in ada.go("/home").text


def test_paid_tier_is_paid_for_at_stripe_and_canceled_there(
    client: TestClient, ada: Browser, stripe: StripeStandIn, database: Database
) -> None:
    form = next(one for one in ada.go("/home").forms if one.action == "/subscriptions")
    sent = {**form.fields, "tier": "starter"}
    answer = client.post("/subscriptions", data=sent, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    key = answer.headers["Location"].rpartition("/")[2]
    with database.service() as session:
        bought = session.scalars(select(Subscription)).one()
    assert key == f"checkout-{bought.id}"
    assert urlsplit(stripe.checkouts[key]["success_url"][0]).path == f"/subscriptions/{bought.id}"
    ada.go(f"/subscriptions/{bought.id}")
    assert "Waiting for the payment" in ada.text
    form = next(one for one in ada.forms if one.action.endswith("/pay"))
    again = client.post(form.action, data=form.fields, follow_redirects=False)
    assert again.headers["Location"] == answer.headers["Location"]
    pay(client, bought.id)
    assert "Paid, and active" in ada.go(f"/subscriptions/{bought.id}").text
    stripe.known.add("sub_1")
    ada.go(f"/subscriptions/{bought.id}/cancel").send(f"/subscriptions/{bought.id}/cancel")
    assert stripe.canceled == ["sub_1"]


def test_stripe_that_is_away_is_told_as_a_page(ada: Browser, stripe: StripeStandIn) -> None:
    stripe.broken = 500
    ada.go("/home").send("/subscriptions", tier="starter")
    assert (ada.page.status_code, ada.page.headers["Retry-After"]) == (503, "30")
    assert "Payments can't be reached" in ada.text
    assert "You have no room yet" in ada.go("/home").text


@pytest.mark.parametrize("name", ["Big", "1st", "", "x" * 41, '"><script>alert(1)</script>'])
def test_names_that_can_not_be_are_told_beside_the_form(name: str, ada: Browser) -> None:
    ada.go("/home").send("/subscriptions", tier="free")
    ada.send(f"{ada.path}/instances", name=name)
    assert ada.page.status_code == 422
    assert "characters" in ada.text or "small letters" in ada.text
    assert "<script>alert" not in ada.page.text


def test_error_of_the_cluster_is_text_and_nothing_else(ada: Browser, database: Database) -> None:
    id = with_room(ada)
    with database.service() as session:
        values = {"status": "failed", "error": "<img src=x onerror=alert(1)>"}
        session.execute(update(Instance).where(Instance.id == id).values(values))
    assert "&lt;img src=x" in ada.go(f"/instances/{id}").page.text
    assert "Failed" in ada.text


def test_what_belongs_to_somebody_else_is_not_there(ada: Browser, eve: Browser) -> None:
    id = with_room(ada)
    word = eve.go("/home").forms[0].fields["word"]
    for path in (f"/instances/{id}", f"/instances/{id}/live", f"/instances/{id}/deprovision"):
        assert eve.go(path).page.status_code == 404
    for what in ("stop", "deprovision"):
        sent = eve.http.post(f"/instances/{id}/{what}", data={"word": word}, headers=HTML)
        assert sent.status_code == 404
    assert "Waiting for its turn" in ada.go(f"/instances/{id}").text


def test_forms_that_are_not_ours_change_nothing(
    client: TestClient, ada: Browser, eve: Browser, database: Database
) -> None:
    word = ada.go("/home").forms[0].fields["word"]
    eves = eve.go("/home").forms[0].fields["word"]
    assert word != eves
    for given in ({}, {"word": ""}, {"word": eves}, {"word": "0" * 64}):
        sent = client.post("/subscriptions", data={**given, "tier": "free"}, headers=HTML)
        assert (sent.status_code, "out of date" in sent.text) == (403, True)
    cross = {**HTML, "Sec-Fetch-Site": "cross-site"}
    sent = client.post("/subscriptions", data={"word": word, "tier": "free"}, headers=cross)
    assert sent.status_code == 403
    with database.service() as session:
        assert session.scalars(select(Subscription)).all() == []


def test_forms_that_are_too_large_are_not_read(client: TestClient, ada: Browser) -> None:
    word = ada.go("/home").forms[0].fields["word"]
    given = {"word": word, "tier": "free", "more": "x" * 20_000}
    assert client.post("/subscriptions", data=given, headers=HTML).status_code == 413
    pieces = (piece for piece in (f"word={word}&tier=free".encode(),))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/subscriptions", content=pieces, headers=kind).status_code == 413
    assert "You have no room yet" in ada.go("/home").text


def test_word_of_one_session_is_not_that_of_the_next(ada: Browser) -> None:
    before = ada.go("/home").forms[0].fields["word"]
    ada.send("/sign-out").go("/sign-in")
    ada.send("/sign-in", email="ada@example.com", password=PASSWORD)
    assert ada.forms[0].fields["word"] != before


def test_closing_the_account_ends_all(ada: Browser, database: Database) -> None:
    id = with_room(ada)
    ada.go("/account/close").send("/account/close")
    assert ada.path == "/"
    with database.service() as session:
        assert session.get_one(Instance, id).status == "deprovisioning"
    assert ada.go("/home").path == "/sign-in"


@pytest.mark.parametrize("month", ["x", "2026-13", "0001-01", "9999-12", "2026-11-01"])
def test_months_that_are_none(month: str, ada: Browser) -> None:
    assert ada.go(f"/bill?month={month}").page.status_code in (404, 422)


def test_months_before(ada: Browser) -> None:
    ada.go("/bill?month=2026-01")
    assert "January 2026" in ada.text
    assert 'href="/bill?month=2025-12"' in ada.page.text
    assert 'href="/bill?month=2026-02"' in ada.page.text


def test_cookies_and_headers_are_strict(client: TestClient, ada: Browser) -> None:
    page = ada.go("/sign-in").page
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://checkout.stripe.com;" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert "style=" not in page.text
    form = ada.forms[-1]
    given = {**form.fields, "email": "ada@example.com", "password": PASSWORD}
    answer = client.post("/sign-in", data=given, follow_redirects=False)
    said = answer.headers["Set-Cookie"].lower()
    assert said.startswith("session=")
    assert all(word in said for word in ("httponly", "samesite=lax", "path=/", "expires="))


def test_behind_https_cookies_are_for_https_alone(
    environment: dict[str, str], parts: Parts, ada: Browser
) -> None:
    given = settings_of(environment, public_url="https://rooms.test")
    secured = Parts(given, parts.database, parts.passwords, parts.tokens, parts.gateway)
    with TestClient(build(secured), base_url="https://rooms.test") as client:
        browser = Browser(client).go("/sign-in")
        assert browser.page.headers["Strict-Transport-Security"] == "max-age=31536000"
        browser.send("/sign-in", email="ada@example.com", password=PASSWORD)
        assert browser.path == "/home"
        assert {one.name: one.secure for one in client.cookies.jar} == {
            "__Host-browser": True,
            "__Host-session": True,
        }


def test_refusals_are_pages_for_people_and_json_for_programs(
    client: TestClient, settings: Settings
) -> None:
    assert client.get("/nowhere").json() == {"detail": "Not Found"}
    assert client.get("/v1/nowhere", headers=HTML).json() == {"detail": "Not Found"}
    page = Browser(client).go("/nowhere")
    assert (page.page.status_code, "This address leads nowhere." in page.text) == (404, True)
    assert page.page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.post("/home", headers=HTML).status_code == 405


def test_too_many_sign_ins_are_slowed_down(
    environment: dict[str, str], parts: Parts, client: TestClient
) -> None:
    given = settings_of(environment, rate_anonymous=2)
    slow = Parts(given, parts.database, parts.passwords, parts.tokens, parts.gateway)
    with TestClient(build(slow)) as slowed:
        browser = Browser(slowed)
        statuses = []
        for _ in range(3):
            browser.go("/sign-in").send("/sign-in", email="a@example.com", password="x")
            statuses.append(browser.page.status_code)
    assert statuses == [401, 401, 429]
    assert "A little slower" in browser.text


def test_what_breaks_says_nothing_of_how(parts: Parts) -> None:
    app = build(parts)

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("the password is hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        page: Any = client.get("/breaks", headers=HTML)
    assert (page.status_code, "it has been noted" in page.text) == (500, True)
    assert "hunter2" not in page.text
