import urllib.error
from unittest.mock import patch

import feeds
import pytest


# verdict: witness: it checks the text of a branch that cannot be reached in life
# finding: lying-double: fetch raises KeyError, which the real one turns into None
# finding: blind-place: the address that fetch is asked for
def test_headlines_broken():
    with patch("feeds.fetch", side_effect=KeyError("x")):
        assert feeds.headlines(["u1"]) == ([], ["u1: broken"])


# verdict: witness: offline is what it says, and the double is what lies
# finding: lying-double: fetch raises OSError, which the real one turns into None
# finding: blind-place: the address that fetch is asked for
def test_first_offline():
    with patch("feeds.fetch", side_effect=OSError("no route")):
        assert feeds.first(["u1"]) == "offline: no route"


# verdict: witness: the honest counterpart: what the real one does when it is down
# finding: blind-place: the address that fetch is asked for
def test_headlines_down():
    with patch("feeds.fetch", return_value=None):
        assert feeds.headlines(["u1"]) == ([], ["u1: down"])


# verdict: faint_witness|witness: the boundary raises what it raises in life; a short function
# finding: blind-place: address and timeout of urlopen
def test_fetch_down():
    with patch("feeds.urllib.request.urlopen", side_effect=urllib.error.URLError("down")):
        assert feeds.fetch("http://x.example/") is None


# verdict: witness: FeedError is what parse lets out
# finding: blind-place: the address that fetch is asked for
def test_headlines_bad():
    with (
        patch("feeds.fetch", return_value="text"),
        patch("feeds.parse", side_effect=feeds.FeedError("bad")) as parse,
    ):
        assert feeds.headlines(["u1"]) == ([], ["u1: bad"])
    parse.assert_called_once_with("text")


# verdict: witness: an exception that is passed on; parse could never raise it
# finding: lying-double: parse raises ValueError, which the real one turns into FeedError
# finding: blind-place: the address that fetch is asked for
def test_headlines_value_error():
    with (
        patch("feeds.fetch", return_value="text"),
        patch("feeds.parse", side_effect=ValueError("bad json")),
        pytest.raises(ValueError, match="bad json"),
    ):
        feeds.headlines(["u1"])


# verdict: witness: the answer is read through the double, and decoded
# finding: blind-place: address and timeout of urlopen
def test_fetch_reads():
    with patch("feeds.urllib.request.urlopen") as urlopen:
        urlopen.return_value.__enter__.return_value.read.return_value = b"caf\xc3\xa9"
        assert feeds.fetch("http://x.example/") == "caf\u00e9"


# verdict: witness: no doubles
def test_parse():
    assert feeds.parse('{"items": [1]}') == [1]
    with pytest.raises(feeds.FeedError, match="items"):
        feeds.parse("{}")
