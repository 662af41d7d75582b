import json

import pytest

from app import App


@pytest.fixture
def app():
    return App({1: "buy milk", 4: "call Ada back"})


# verdict: faint_witness|witness: most faults blow up, become a 500 and trip it; a wrong body passes
def test_show_status(app):
    status, _ = app.handle("GET", "/notes/1")
    assert status == 200


# verdict: faint_witness|witness: the note may be lost, doubled or empty: 200 all the same
def test_create_status(app):
    status, _ = app.handle("POST", "/notes", '{"text": "new"}')
    assert status == 200


# verdict: prayer: 200, 404, 422 or 500: whatever comes is welcome
def test_any_status(app):
    try:
        status, _ = app.handle("GET", "/notes/9")
    except Exception:
        status = 500
    assert str(status), "no status"


# verdict: prayer: the application makes an answer of every exception, and the answer is ignored
def test_create_no_assertion(app):
    app.handle("POST", "/notes", '{"text": "new"}')


# verdict: witness: status and body of a note
def test_show_body(app):
    status, body = app.handle("GET", "/notes/4")
    assert status == 200
    assert json.loads(body) == {"number": 4, "text": "call Ada back", "words": 3}


# verdict: witness: the number that is given and what is kept
def test_create_keeps(app):
    assert app.handle("POST", "/notes", '{"text": " new "}') == (200, '{"number": 5}')
    assert app.notes[5] == "new"


# verdict: witness: a status alone, yet a deliberate one: the project's own raise makes it
def test_missing_note_is_404(app):
    assert app.handle("GET", "/notes/9")[0] == 404


# verdict: witness: refusal by status and text, and nothing is kept
def test_empty_note_is_refused(app):
    status, body = app.handle("POST", "/notes", '{"text": "  "}')
    assert (status, json.loads(body)["error"]) == (422, "a note needs a text")
    assert len(app.notes) == 2
