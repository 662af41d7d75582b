import os
from unittest.mock import MagicMock, Mock, call, patch

import pytest

import server
import settings_loader
from settings_loader import BadSetting, Settings

PLAIN = Settings("localhost", 8080, False, 30.0, ())


# verdict: witness: all defaults at once, in an empty environment
def test_defaults():
    with patch.dict(os.environ, {}, clear=True):
        assert settings_loader.load() == PLAIN


# verdict: witness: every variable, through the environment
def test_all_variables(monkeypatch):
    for name, value in {
        "APP_HOST": "0.0.0.0",
        "APP_PORT": "65535",
        "APP_DEBUG": "On",
        "APP_TIMEOUT": "1.5",
        "APP_ORIGINS": "a.test, b.test,",
    }.items():
        monkeypatch.setenv(name, value)
    expected = Settings("0.0.0.0", 65535, True, 15.0, ("a.test", "b.test"))
    assert settings_loader.load() == expected


# verdict: witness: three bad ports, with their exact messages
@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("http", "^APP_PORT is not a number: 'http'$"),
        ("0", "^APP_PORT is out of range: 0$"),
        ("65536", "^APP_PORT is out of range: 65536$"),
    ],
)
def test_bad_port(monkeypatch, port, message):
    monkeypatch.setenv("APP_PORT", port)
    with pytest.raises(BadSetting, match=message):
        settings_loader.load()


# verdict: witness: the spellings of yes, and some of no
@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), (" TRUE ", True), ("yes", True), ("on", True), ("0", False), ("", False)],
)
def test_as_bool(text, expected):
    assert settings_loader.as_bool(text) is expected


# verdict: witness: the code and the one line, through a stub where it is used
def test_start_announces_the_banner():
    announce = Mock()
    settings = Settings("h", 1, True, 1.0, ("a", "b"))
    with patch("server.load", autospec=True, return_value=settings):
        assert server.start(announce) == 0
    announce.assert_called_once_with("debug on http://h:1 for 2 origins")


# verdict: witness: a failure that load really lets out; code and line are compared
def test_start_with_bad_settings():
    announce = Mock()
    with patch("server.load", autospec=True, side_effect=BadSetting("no port")):
        assert server.start(announce) == 2
    announce.assert_called_once_with("bad settings: no port")


# verdict: witness: the three ways of a reload, by identity and by what was said
def test_reload():
    fresh = Settings("h", 1, False, 1.0, ())
    said = Mock()
    with patch("server.load", side_effect=[PLAIN, BadSetting("no"), fresh]):
        assert server.reload(PLAIN, said) is PLAIN
        assert server.reload(PLAIN, said) is PLAIN
        assert server.reload(PLAIN, said) is fresh
    assert said.mock_calls == [call("kept: no"), call("reloaded")]


# verdict: smoke: whatever is announced, the list is only made, never compared
# finding: unread-arrangement: settings_loader.load is replaced, but server has its own name for it; the value is never used
# finding: lying-double: settings_loader.load is patched where it is never used
def test_start_with_other_host():
    with patch("settings_loader.load", return_value=Settings("elsewhere", 1, True, 1.0, ())):
        server.start(lambda line: None)


# verdict: prayer: load is called under an except that hides all, and then a literal is asserted
def test_timeout_is_a_number():
    with patch.dict(os.environ, {"APP_TIMEOUT": "soon"}):
        try:
            settings_loader.load()
        except Exception:
            pass
        assert os.environ["APP_TIMEOUT"] == "soon"


# verdict: faint_witness|witness: told if nothing is announced; the text itself may be anything
# finding: lying-double: server.load returns None, which the annotation of load, Settings, forbids
# finding: blind-place: start's banner: the only test that gives it a double does not see which settings it is sent
def test_start_without_settings():
    announce = Mock()
    with patch("server.load", return_value=None), patch("server.banner", return_value="up"):
        server.start(announce)
    announce.assert_called_once()


# verdict: smoke: settings is a MagicMock, and of the banner only its being there is asserted, which it always is
def test_banner_of_a_mock():
    line = server.banner(MagicMock())
    assert [line] is not None
