import collections
import json
from unittest.mock import Mock

import words


def count_again(text):
    return dict(collections.Counter(text.split()))


# verdict: untouched: a literal is compared with a literal
def test_literals():
    expected = {"a": 2}
    assert expected["a"] == 1 + 1


# verdict: untouched: the helper of the test is tested, not the project
def test_count_by_helper():
    assert count_again("a b a") == {"a": 2, "b": 1}


# verdict: untouched: the library is tested
def test_json_keeps_counts():
    assert json.loads(json.dumps({"a": 2})) == {"a": 2}


# verdict: untouched: a mock that has the project's function as its name
# finding: unread-arrangement: the test alone reads what it configured
def test_shorten_mock():
    shorten = Mock(spec=words.shorten, return_value="a…")
    assert shorten("a b", 2) == "a…"


# verdict: untouched: that a name exists is known without running it
def test_count_is_callable():
    assert callable(words.count)


# verdict: untouched: a random state machine over its own list
def test_model():
    state = []
    for step in range(5):
        state.append(step)
        assert state[-1] == step
    assert len(state) == 5


# verdict: untouched: it returns before it gets to the project
def test_shorten_only_on_weekends():
    if len("weekend") == 7:
        return
    assert words.shorten("a b", 2) == "a…"


# verdict: untouched: a loop over nothing
def test_count_each():
    for text in []:
        assert words.count(text) == {}


# verdict: witness: the honest one: values
def test_count():
    assert words.count("A b, a; !") == {"a": 2, "b": 1}


# verdict: witness: the limit, the cut at a word, and the cut without one
def test_shorten():
    assert words.shorten("ab cd", 5) == "ab cd"
    assert words.shorten("ab cd", 4) == "ab…"
    assert words.shorten("abcdef", 4) == "abc…"
