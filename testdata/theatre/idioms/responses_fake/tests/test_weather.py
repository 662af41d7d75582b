import json
from unittest.mock import Mock, patch

import pytest
import requests
import responses
from responses import matchers

import weather


# verdict: witness: a strict fake of the third party: query and header must match: not to be blamed
@responses.activate
def test_current_strict():
    responses.get(
        "https://weather.example/v1/current",
        json={"temp": 12.34, "sky": "clear"},
        match=[
            matchers.query_param_matcher({"city": "Oslo", "units": "metric"}),
            matchers.header_matcher({"X-Key": "k"}),
        ],
    )
    assert weather.current("Oslo", "k") == {"degrees": 12.3, "sky": "clear"}


# verdict: witness: the project's own exception for a status of the fake
@responses.activate
def test_unknown_city():
    responses.get("https://weather.example/v1/current", status=404)
    with pytest.raises(weather.WeatherError, match="no such city: Atlantis"):
        weather.current("Atlantis", "k")


# verdict: witness: what was sent is read back from the fake
@responses.activate
def test_subscribe_sends_body():
    responses.post("https://weather.example/v1/subscriptions", status=201)
    assert weather.subscribe("Oslo", "a@b.c", "k") is True
    request = responses.calls[0].request
    assert json.loads(request.body) == {"city": "Oslo", "mail": "a@b.c", "kind": "storm"}
    assert request.headers["X-Key"] == "k"


# verdict: smoke: any request to that address passes, and the answer is ignored
@responses.activate
def test_current_runs():
    responses.get("https://weather.example/v1/current", json={"temp": 1})
    weather.current("Oslo", "k")


# verdict: witness: the handler is reached by a real exception of requests
# finding: blind-place: the address: it fails alike wherever the request goes
@responses.activate
def test_not_available():
    responses.get("https://weather.example/v1/health", body=requests.ConnectionError("down"))
    assert weather.available() is False


# verdict: faint_witness|witness: told of the status, blind to all that was sent
# finding: blind-place: the timeout of requests.post: the rest of it is read by a test above
# finding: deaf-test: eight argument places, none noticed
def test_subscribe_mocked_twice():
    with patch("weather.requests.post", return_value=Mock(status_code=409)):
        assert weather.subscribe("Oslo", "a@b.c", "k") is False


# verdict: prayer: no answer is registered, so that every request fails, which is swallowed
# finding: deaf-test: six parts of a request that is refused in any case
@responses.activate
def test_subscribe_unregistered():
    try:
        weather.subscribe("Oslo", "a@b.c", "k")
    except Exception as error:
        print("offline?", error)
