import socket
from unittest.mock import MagicMock, Mock, call, patch

import pytest

import probing
from probing import ProbeError


# verdict: witness: hosts and ports by hand, with and without a default
@pytest.mark.parametrize(
    ("target", "default", "expected"),
    [
        ("Web:8080", 80, ("web", 8080)),
        (" web ", 443, ("web", 443)),
        ("web:65535", 80, ("web", 65535)),
    ],
)
def test_parse(target, default, expected):
    assert probing.parse(target, default) == expected
    assert probing.parse("Host:1 ", default) == ("host", 1)
    assert probing.parse("host", default) == ("host", default)


# verdict: witness: each refusal with its message
@pytest.mark.parametrize(
    ("target", "message"),
    [
        (":80", "^no host in ':80'$"),
        ("web:http", "^no port in 'web:http'$"),
        ("web:0", "^no port in 'web:0'$"),
        ("web:65536", "^no port in 'web:65536'$"),
    ],
)
def test_parse_refuses(target, message):
    with pytest.raises(ProbeError, match=message):
        probing.parse(target)


# verdict: witness: a real listener and a real refusal on the loopback
def test_network_open_and_closed_ports():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert probing.is_open("127.0.0.1", port) is True
    assert probing.is_open("127.0.0.1", port) is False


# verdict: witness: a real socket; what the service said, cut, first line only
def test_network_greeting():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        real = socket.create_connection

        def connect_and_talk(address, timeout):
            link = real(address, timeout=timeout)
            peer, _ = server.accept()
            peer.sendall(b"220 mail \r\nready\r\n")
            peer.close()
            return link

        with patch("probing.socket.create_connection", side_effect=connect_and_talk) as connect:
            assert probing.greeting("127.0.0.1", port) == "220 mail"
            assert probing.greeting("127.0.0.1", port, limit=3) == "220"
    assert connect.mock_calls == [call(("127.0.0.1", port), timeout=0.5)] * 2


# verdict: witness: all three states, and what is_open was asked
def test_survey():
    with patch("probing.is_open", autospec=True, side_effect=[True, False]) as is_open:
        found = probing.survey(["a:1", "b", ":"])
    assert found == {"a:1": "open", "b": "closed", ":": "bad"}
    assert is_open.mock_calls == [call("a", 1), call("b", 80)]


# verdict: witness: every line that is sent, in order, and the number
def test_report_sends_what_is_not_open():
    send = Mock()
    states = {"b:1": "closed", "c:1": "open", "a": "bad"}
    with patch("probing.survey", autospec=True, return_value=states) as survey:
        assert probing.report(["x"], send) == 2
    survey.assert_called_once_with(["x"])
    assert send.mock_calls == [
        call("ops", "a is bad", urgent=False),
        call("ops", "b:1 is closed", urgent=True),
    ]


# verdict: witness: state and message are checked
# finding: leak: is_open is not patched, so a socket really connects to the loopback
# finding: blind-place: arguable: is_open's create_connection is a real boundary: any address that refuses would do
def test_unit_report_of_a_closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    send = Mock()
    assert probing.report([f"127.0.0.1:{port}"], send) == 1
    send.assert_called_once_with("ops", f"127.0.0.1:{port} is closed", urgent=True)


# verdict: faint_witness|witness: True alone is told; the address and the timeout are not looked at
# finding: claim: called a network test, and create_connection is a double
# finding: blind-place: is_open's create_connection: no test sees the timeout; host and port are seen only by the test on real sockets
def test_network_is_open():
    with patch("probing.socket.create_connection"):
        assert probing.is_open("web", 80)


# verdict: faint_witness|witness: told only if nothing at all is sent
# finding: deaf-test: survey and send receive five places, and none is looked at
def test_report_sends():
    send = MagicMock()
    with patch("probing.survey", return_value={"a:1": "closed", "b:1": "closed"}):
        probing.report(["a:1", "b:1"], send)
    assert send.called


# verdict: smoke: the greeting of a mock is a mock, whose text is thrown away
# finding: unread-arrangement: link.read is configured, and greeting calls recv
# finding: lying-double: arguable: create_connection's socket is given read, which a real socket lacks
# finding: deaf-test: create_connection, recv and the methods of what it returns receive seven places, and none is looked at
def test_greeting_reads():
    with patch("probing.socket.create_connection") as connect:
        connect.return_value.__enter__.return_value.read.return_value = b"220"
        probing.greeting("mail", 25)


# verdict: faint_witness: any exception will do, and a mock for a target raises sooner than parse does
def test_parse_refuses_rubbish():
    with pytest.raises(Exception):
        probing.parse(None)


# verdict: prayer: is_open catches what a socket raises, the test catches the rest, and the answer is thrown away
# finding: blind-place: is_open's create_connection: no test sees the timeout
def test_is_open_does_not_fail():
    with patch("probing.socket.create_connection", side_effect=OSError("no route")):
        try:
            probing.is_open("nowhere", 1)
        except Exception:
            pass
