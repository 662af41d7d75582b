import re
from unittest.mock import MagicMock, Mock, call, patch

import pytest
import requests
import responses
from responses import matchers

import weather
from weather import WeatherError

URL = "https://api.weather.test/v2/forecast"


def day(**values):
    return {"days": [values]}


# verdict: witness: a stubbed third party, the whole document, and a strict assertion on the one request
@responses.activate
def test_fetch_sends_one_request():
    responses.get(re.compile(".*"), json=day(high=3))
    assert weather.fetch("bern", "k", 7) == {"days": [{"high": 3}]}
    (sent,) = responses.calls
    assert sent.request.url == f"{URL}?q=bern&days=7"
    assert sent.request.headers["X-Key"] == "k"
    assert sent.request.req_kwargs["timeout"] == 8


# verdict: witness|faint_witness: a stubbed third party that accepts one request only: another makes the project raise, which reaches the test without an assertion
@responses.activate
def test_fetch_asks_for_the_city_and_the_days():
    responses.get(
        URL,
        json=day(high=3),
        match=[
            matchers.query_param_matcher({"q": "bern", "days": "2"}),
            matchers.header_matcher({"X-Key": "k"}),
            matchers.request_kwargs_matcher({"timeout": 8}),
        ],
    )
    assert weather.fetch("bern", "k", 2) == {"days": [{"high": 3}]}


# verdict: witness: statuses of a stubbed third party, each with its exact error
@pytest.mark.parametrize(
    ("status", "message"), [(404, "^unknown city bern$"), (500, "^status 500$"), (201, "^status 201$")]
)
@responses.activate
def test_bad_status(status, message):
    responses.get(URL, status=status, json=day(high=3))
    with pytest.raises(WeatherError, match=message):
        weather.fetch("bern", "k")


# verdict: witness: a failure that requests really raises; error, cause, and the request that was tried
@responses.activate
def test_no_answer():
    responses.get(URL, body=requests.ConnectionError("refused"))
    with pytest.raises(WeatherError, match="^no answer for bern$") as caught:
        weather.fetch("bern", "k")
    assert str(caught.value.__cause__) == "refused"
    assert [sent.request.url for sent in responses.calls] == [f"{URL}?q=bern&days=1"]
    assert responses.calls[0].request.headers["X-Key"] == "k"


# verdict: witness: both bounds, and no request
@pytest.mark.parametrize("days", [0, 8])
def test_days_out_of_range(days):
    with patch("weather.requests.get") as get:
        with pytest.raises(ValueError, match="^1 to 7 days$"):
            weather.fetch("bern", "k", days)
    assert get.mock_calls == []


# verdict: witness: whole lines, at the limits of rain and wind, in both units
@pytest.mark.parametrize(
    ("values", "metric", "line"),
    [
        ({"high": 20, "rain": 49, "wind": 60}, True, "Bern: 20 C"),
        ({"high": 20, "rain": 50}, False, "Bern: 68.0 F, take an umbrella"),
        ({"high": -3.5, "wind": 61}, False, "Bern: 25.7 F, stay inside"),
    ],
)
def test_summary(values, metric, line):
    with patch("weather.fetch", autospec=True, return_value=day(**values)) as fetch:
        assert weather.summary("bern", "k", metric) == line
    fetch.assert_called_once_with("bern", "k")


# verdict: witness: the warmer one whatever the order, None for a tie, from a fake that decides by the city
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("bern", "rome", "rome"), ("rome", "bern", "rome")],
)
def test_compare(monkeypatch, first, second, expected):
    highs = {("bern", "k"): 4, ("linz", "k"): 4, ("rome", "k"): 15}
    monkeypatch.setattr(weather, "fetch", lambda city, key, days=1: day(high=highs[city, key]))
    assert weather.compare(first, second, "k") == expected
    assert weather.compare("bern", "linz", "k") is None


# verdict: witness: an error that fetch really lets out, and no second request after it
def test_compare_with_an_unknown_city():
    with patch("weather.fetch", side_effect=WeatherError("unknown city x")) as fetch:
        assert weather.compare("x", "bern", "k") is None
    assert fetch.mock_calls == [call("x", "k")]


# verdict: smoke: the canned document is not read again; the line of summary is thrown away
def test_summary_calls_the_service():
    with patch("weather.fetch", return_value=day(high=1)) as fetch:
        weather.summary("bern", "k", metric=False)
    assert fetch.assert_called_once


# verdict: faint_witness: told only when no request goes out at all
# finding: claim: called a live network test, and requests.get is a double
# finding: blind-place: arguable: fetch's requests.get: no test with a mock sees what it is sent; those under responses do
# finding: deaf-test: requests.get receives url, city, days, key and timeout, and none is looked at
def test_live_network_fetch():
    with patch("weather.requests.get") as get:
        get.return_value.status_code = 200
        weather.fetch("bern", "k")
    get.assert_called()


# verdict: prayer: the test's own except hides what comes, and anything equals itself
# finding: lying-double: fetch raises requests.ConnectionError, which the real one always turns into WeatherError
def test_compare_is_robust():
    answer = Mock()
    with patch("weather.fetch", side_effect=requests.ConnectionError("down")):
        try:
            answer = weather.compare("bern", "rome", "k")
        except Exception:
            pass
    assert answer == answer


# verdict: witness: at 0, at 100 and in between
@pytest.mark.parametrize(("celsius", "expected"), [(0, 32), (100, 212), (36.66, 98.0)])
def test_fahrenheit(celsius, expected):
    assert weather.fahrenheit(celsius) == expected


# verdict: smoke: the answer of requests is a MagicMock with status 200, so is the document; its being there is certain
# finding: deaf-test: requests.get receives url, city, days, key and timeout, and none is looked at
# finding: blind-place: arguable: fetch's requests.get: no test with a mock sees what it is sent; those under responses do
def test_fetch_with_a_mock():
    with patch("weather.requests.get", return_value=MagicMock(status_code=200)):
        document = weather.fetch("bern", "k", 7)
    assert (document,) is not None
