"""What is told of values that tests see: literals, parts, what mocks were sent; no secrets."""

from __future__ import annotations

import datetime
import decimal
import os
from dataclasses import dataclass
from unittest.mock import AsyncMock, Mock

import pytest

from refute_child.sights.literals import Literals
from refute_child.sights.points import find_points
from refute_child.sights.recorder import VARIES, Recorder
from refute_child.sights.views import Views

VIEWS = Views(Literals())


@dataclass
class Order:
    number: int
    parts: list[object]
    _hidden: int = 0

    @property
    def size(self) -> int:
        return len(self.parts)

    def __repr__(self) -> str:
        return f"Order {self.number}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("a'b", '"a\'b"'),
        (None, "None"),
        (b"x", "b'x'"),
        ((1,), "(1,)"),
        ({"b", "a"}, "{'a', 'b'}"),
        ({"a": [1, 2.5]}, "{'a': [1, 2.5]}"),
    ],
)
def test_plain_values_are_told_as_literals(value: object, text: str) -> None:
    assert VIEWS.of(value)["= {}"] == text


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        object(),
        "x" * 500,
        os.getcwd() + "/a",
        "ghp_" + "a1b2" * 9,
        "-----BEGIN RSA PRIVATE KEY-----\nabc",
        {"password": "correct horse"},
        lambda: 1,
        set(),
    ],
)
def test_what_is_no_literal_or_nobodys_business_is_not_told(value: object) -> None:
    assert "= {}" not in VIEWS.of(value)


def test_value_under_the_name_of_a_secret_is_not_told() -> None:
    assert VIEWS.of("correct horse", "password") == {}


def test_parts_of_a_dictionary_stand_for_themselves() -> None:
    found = VIEWS.of({"name": "me", "at": object()})
    assert found == {
        '= {}["name"]': "'me'",
        "= sorted({})": "['at', 'name']",
        "= len({})": "2",
    }


def test_object_is_told_by_what_it_shows() -> None:
    found = VIEWS.of(Order(3, [object()]))
    assert found == {"= {}.number": "3", "= {}.size": "1", "= repr({})": "'Order 3'"}


def test_known_types_have_a_text_of_their_own() -> None:
    assert VIEWS.of(decimal.Decimal("1.5")) == {"= str({})": "'1.5'"}
    assert VIEWS.of(datetime.date(2020, 1, 2)) == {"= {}.isoformat()": "'2020-01-02'"}


def test_mock_tells_what_it_was_sent() -> None:
    client, session = Mock(), object()
    client.post("/a", session, retries=3)
    assert VIEWS.of(client, "", {id(session): "session"}) == {
        "! {}.post.assert_called_once_with": "'/a', session, retries=3"
    }
    assert VIEWS.of(client)["! {}.post.assert_called_once_with"] == "'/a', \x00ANY\x00, retries=3"


def test_mock_called_more_than_once_and_never() -> None:
    run = Mock()
    assert VIEWS.of(run) == {"! {}.assert_not_called": ""}
    run(1)
    run(2)
    assert VIEWS.of(run) == {
        "= {}.call_args_list": "[\x00call\x00(1), \x00call\x00(2)]",
        "= {}.call_count": "2",
    }


def test_async_mock_tells_what_it_was_awaited_with() -> None:
    send = AsyncMock()
    with pytest.raises(StopIteration):
        send(5).send(None)
    assert VIEWS.of(send) == {"! {}.assert_awaited_once_with": "5"}


def test_recorder_keeps_what_has_one_value_and_says_what_varies() -> None:
    recorder = Recorder()
    recorder.begin()
    assert [recorder.see(0, value) for value in (1, 2)] == [1, 2]
    recorder.state(1, {"a": lambda: 5, "gone": lambda: dict[str, int]()["x"]})
    assert recorder.take() == {"0": {"= {}": VARIES}, "1": {"= a": "5"}}


def test_recorder_hears_what_is_raised() -> None:
    recorder = Recorder()
    recorder.begin()

    def fail() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        recorder.raiser(4, fail)()
    assert recorder.take()["4"]["= {}"] == "\"'no'\""


def test_where_a_bare_double_is_put_in() -> None:
    source = (
        '@mock.patch("a.b")\n'
        '@patch.object(thing, "name", return_value=3,)\n'
        '@patch("a.c", autospec=True)\n'
        '@patch("a.d", Fake)\n'
        '@patch("a.e", new_callable=Fake)\n'
        '@patch.dict("os.environ", {})\n'
        "def test_it(one, two, mocker):\n"
        '    with patch("a.f", side_effect=ValueError) as three:\n'
        '        mocker.patch("a.g")\n'
        "        other.object(1, 2)\n"
    )
    points = [one for one in find_points(source, {1})["points"] if one["kind"] == "patch"]
    said = [source[one["start"] : one["insert"]] + ", autospec=True" for one in points]
    said.sort(key=lambda text: source.index(text.partition(", autospec")[0]))
    assert said == [
        'mock.patch("a.b", autospec=True',
        'patch.object(thing, "name", return_value=3, autospec=True',
        'patch("a.f", side_effect=ValueError, autospec=True',
        'mocker.patch("a.g", autospec=True',
    ]
