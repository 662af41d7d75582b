import json
from unittest.mock import MagicMock, Mock, create_autospec

import pytest

from webapp import App, Request, Store

AUTH = {"Authorization": "Bearer t0k"}


class FakeStore:
    def __init__(self):
        self.notes = {}

    def save(self, note):
        number = len(self.notes) + 1
        self.notes[number] = note
        return number

    def load(self, number):
        return self.notes.get(number)


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def app(store):
    return App(store, "t0k")


# verdict: witness: status, body, and what the fake kept
def test_note_is_created_and_shown(app, store):
    body = json.dumps({"title": " tea ", "tags": ["b", "a"]})
    made = app.handle(Request("POST", "/notes", body, AUTH))
    assert (made.status, made.body) == (200, {"id": 1, "title": "tea"})
    assert store.notes == {1: {"title": "tea", "tags": ["a", "b"]}}
    shown = app.handle(Request("GET", "/notes/1", headers=AUTH))
    assert (shown.status, shown.body) == (200, {"id": 1, "title": "tea", "tags": ["a", "b"]})


# verdict: witness: exact refusals, status and reason, for each way to be wrong
@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (Request("POST", "/notes", "{", AUTH), 400, "not JSON"),
        (Request("POST", "/notes", '{"title": " "}', AUTH), 422, "a note has a title"),
        (Request("GET", "/notes/x", headers=AUTH), 400, "not a number"),
        (Request("GET", "/notes/9", headers=AUTH), 404, "no such note"),
        (Request("PUT", "/notes", headers=AUTH), 404, "not found"),
        (Request("GET", "/notes/1"), 401, "who are you?"),
    ],
)
def test_refusals(app, request_, status, reason):
    response = app.handle(request_)
    assert (response.status, response.body) == (status, {"error": reason})


# verdict: witness: without a token, nothing may reach the store
def test_stranger_never_reaches_the_store():
    store = create_autospec(Store, instance=True)
    app = App(store, "t0k")
    bad = {"Authorization": "Bearer other"}
    response = app.handle(Request("POST", "/notes", '{"title": "x"}', bad))
    assert response.status == 401
    assert store.mock_calls == []


# verdict: witness: the exact answer, with no token
def test_health_is_for_everybody(app):
    response = app.handle(Request("GET", "/health"))
    assert (response.status, response.body) == (200, {"ok": True})


# verdict: witness: a failure of the store, which a real one shows, becomes a 500 that tells nothing
def test_broken_store_is_a_500():
    store = create_autospec(Store, instance=True)
    store.load.side_effect = ConnectionError("secret host")
    response = App(store, "t0k").handle(Request("GET", "/notes/4", headers=AUTH))
    assert (response.status, response.body) == (500, {"error": "internal"})
    store.load.assert_called_once_with(4)


# verdict: faint_witness|witness: status alone: faults in stats trip it (a 500) or pass; told only where a route or a refusal changes
def test_stats_answers_200(app):
    body = json.dumps(["tea", "time", "mug"])
    response = app.handle(Request("GET", "/stats", body, AUTH))
    assert response.status == 200


# verdict: faint_witness: status alone, and no route before it: faults in stats make a 500 by accident, or change a body that nobody looks at
def test_count_answers_200():
    assert App(FakeStore(), "").count(["tea", "time", "mug"]).status == 200


# verdict: witness: status and body, of words and of what is no list of words
def test_count():
    app = App(FakeStore(), "")
    good = app.count(["tea", "a"])
    assert (good.status, good.body["total"], good.body["mean"]) == (200, 4, 2.0)
    assert good.body["initials"] == {"t": 1, "a": 1}
    bad = app.count([None])
    assert (bad.status, bad.body) == (500, {"error": "internal"})


# verdict: witness: all figures
def test_stats_figures(app):
    body = json.dumps(["tea", "time", "mug"])
    assert app.handle(Request("GET", "/stats", body, AUTH)).body == {
        "total": 10,
        "mean": 3.33,
        "longest": 4,
        "short": 2,
        "initials": {"t": 2, "m": 1},
    }


# verdict: smoke: stats runs, and then the store is asked whether it is there
def test_stats_of_mocks():
    store = Mock()
    App(store, "").stats(["tea", "time"])
    assert store is not None


# verdict: smoke: the answer is thrown away; of all faults only those in the handler for refusals raise out of handle
# finding: unread-arrangement: store.load is configured, but the request has no token and never gets there
def test_note_can_be_shown():
    store = MagicMock()
    store.load.return_value = {"title": "tea"}
    App(store, "t0k").handle(Request("GET", "/notes/1"))
    assert store.load is not None


# verdict: witness: the id is asserted and is whatever the double said; title and tags sent are not looked at
# finding: claim: called integration, and the store is a MagicMock
# finding: blind-place: arguable: create's save: title and tags are not looked at here; a test with a hand-written fake does
def test_integration_create():
    store = MagicMock()
    store.save.return_value = 12
    response = App(store, "t0k").handle(Request("POST", "/notes", '{"title": "tea"}', AUTH))
    assert response.body["id"] == 12


# verdict: prayer: the answer is thrown away; handle lets nothing out
def test_post_note_with_tags():
    store = Mock()
    store.save.return_value = 1
    App(store, "t0k").handle(Request("POST", "/notes", '{"title": "x", "tags": ["a"]}', AUTH))
