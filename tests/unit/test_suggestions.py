"""What could be asserted at a point of a test, and how it is written there."""

from __future__ import annotations

import pytest

from refute.suggestions.candidates import candidate
from refute.suggestions.choosing import Noticing, common, differs, fewest, layers, steady
from refute.suggestions.instrument import Clash, edited, instrumented
from refute.suggestions.patch import diff
from refute.suggestions.style import quoted, regex
from refute.suggestions.values import Candidate, Edit, Kind, Manners, Point, TestFile
from refute_child.sights.points import find_points


def read(text: str, *lines: int) -> TestFile:
    """A test file with the points of the functions at these lines."""
    found = find_points(text, lines or range(1, 200))
    points = tuple(Point.from_record("test_a.py", point) for point in found["points"])
    return TestFile("test_a.py", text, "utf-8", points, Manners(**found["manners"]))


def written(file: TestFile, kind: str, view: str, literal: str) -> str:
    """The file with what is suggested at its one point of this kind."""
    (point,) = (point for point in file.points if point.kind == kind)
    found = candidate(file, point, view, literal)
    assert found is not None
    return edited(file.text, found.edits)


PYTEST = "def test_a():\n    total(1, 2)\n"
UNITTEST = "class A(TestCase):\n\tdef test_a(self):\n\t\ttotal(1)  # so\n"


def test_result_of_a_call_that_stands_alone() -> None:
    assert (
        written(read(PYTEST), "bare", "= {}", "3") == "def test_a():\n    assert total(1, 2) == 3\n"
    )


def test_truth_and_nothing_are_asserted_by_identity() -> None:
    assert "assert total(1, 2) is True" in written(read(PYTEST), "bare", "= {}", "True")


def test_attribute_of_a_result_gets_a_name_that_is_free() -> None:
    file = read("def test_a():\n    result = 1\n    total(result)\n")
    assert written(file, "bare", "= {}.size", "3").splitlines()[2:] == [
        "    result_2 = total(result)",
        "    assert result_2.size == 3",
    ]


def test_unittest_class_with_tabs_keeps_its_manner_and_its_comment() -> None:
    assert written(read(UNITTEST), "bare", "= {}", "[1]").endswith(
        "\t\tself.assertEqual(total(1), [1])  # so\n"
    )


def test_order_of_arguments_follows_the_file() -> None:
    text = UNITTEST + "\t\tself.assertEqual(3, three())\n"
    assert "self.assertEqual(7, total(1))" in written(read(text), "bare", "= {}", "7")


def test_line_ends_and_quotes_follow_the_file() -> None:
    file = read("def test_a():\r\n    a = f('x')\r\n    g('y')\r\n")
    assert written(file, "assigned", "= {}", "'b'") == (
        "def test_a():\r\n    a = f('x')\r\n    assert a == 'b'\r\n    g('y')\r\n"
    )
    double = read('def test_a():\n    a = f("x")\n')
    assert '    assert a == "b"\n' in written(double, "assigned", "= {}", "'b'")


def test_weak_assertion_is_made_to_say_all() -> None:
    for weak in ("assert f(1)", "assert f(1) is not None", "assert isinstance(f(1), int)"):
        file = read(f"def test_a():\n    {weak}\n")
        assert written(file, "asserted", "= {}", "5") == "def test_a():\n    assert f(1) == 5\n"


def test_call_of_a_double_uses_the_names_that_the_file_has() -> None:
    literal = "1, \x00ANY\x00"
    text = "from unittest import mock\n\ndef test_a(client):\n    g()\n"
    assert written(read(text), "state", "! client.post.assert_called_once_with", literal).endswith(
        "    client.post.assert_called_once_with(1, mock.ANY)\n"
    )
    file = read("def test_a(client):\n    g()\n")
    (point,) = (point for point in file.points if point.kind == "state")
    assert candidate(file, point, "! client.post.assert_called_once_with", literal) is None


def test_text_of_an_expected_exception() -> None:
    file = read("def test_a():\n    with pytest.raises(ValueError):\n        f()\n")
    assert 'pytest.raises(ValueError, match=r"no \\(0\\)")' in written(
        file, "raises", "= {}", "'no (0)'"
    )
    file = read(
        "class A(TestCase):\n    def test_a(self):\n        self.assertRaises(ValueError, f, 1)\n"
    )
    assert 'self.assertRaisesRegex(ValueError, "no", f, 1)' in written(
        file, "raises_call", "= {}", "'no'"
    )


def test_what_an_exception_holds_is_looked_at_after_the_block() -> None:
    file = read("def test_a():\n    with pytest.raises(ValueError):\n        f()\n")
    assert written(file, "raises", "= {}.code", "4").splitlines()[1:] == [
        "    with pytest.raises(ValueError) as excinfo:",
        "        f()",
        "    assert excinfo.value.code == 4",
    ]


@pytest.mark.parametrize("literal", ["'<A at 0x7f0011223344>'", "0.12345678901"])
def test_noise_is_never_pinned(literal: str) -> None:
    file = read(PYTEST)
    assert candidate(file, file.points[0], "= {}", literal) is None


def test_line_that_is_too_long_is_broken() -> None:
    literal = "[" + ", ".join(f"'{number:09}'" for number in range(8)) + "]"
    lines = written(read("def test_a():\n    a = f()\n"), "assigned", "= {}", literal).splitlines()
    assert lines[2:] == ["    assert a == (", f"        {quoted(literal, chr(34))}", "    )"]


def test_arguments_that_are_too_long_stand_one_a_line() -> None:
    sent = "['kubectl', 'get', 'deployment', 'app', '--namespace', 'instance'], (1, 2), check=True"
    file = read("def test_a(run):\n    g()\n")
    assert written(file, "state", "! run.assert_called_once_with", sent).splitlines()[2:] == [
        "    run.assert_called_once_with(",
        '        ["kubectl", "get", "deployment", "app", "--namespace", "instance"],',
        "        (1, 2),",
        "        check=True,",
        "    )",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "def test_a():\n    for x in y: f(x)\n",
        "def test_a():\n    yield f(1)\n",
        "def test_a():\n    with pytest.raises(ValueError, match='a'):\n        f(1)\n",
        "def test_a():\n    self.assertEqual(f(1), 2)\n",
    ],
)
def test_places_that_are_left_alone(text: str) -> None:
    found = {point.kind for point in read(text).points}
    assert not found & {"assigned", "asserted", "raises", "raises_call"}


def test_instrumented_text_shows_each_value_and_keeps_its_lines_in_place() -> None:
    text = (
        "def test_a():\n    a = f(1)\n    with pytest.raises(E):\n        g()\n"
        "    assert h(\n        2)\n"
    )
    assert instrumented(read(text)).decode() == (
        "def test_a():\n    a = __refute_see__(0, f(1))\n"
        "    with __refute_raises__(1, pytest.raises(E)):\n        g()\n"
        "    assert __refute_see__(2, h(\n        2))\n"
        "    __refute_state__(3, {'a': lambda: a})\n"
    )


def test_names_are_those_of_parameters_assignments_and_self() -> None:
    text = (
        "class T(TestCase):\n    def test_a(self, m):\n        with f() as b:\n            pass\n"
        "        self.c.run()\n        monkeypatch.setattr(mod, 'x', Mock())\n"
    )
    (state,) = (point for point in read(text).points if point.kind == "state")
    assert set(state.names) == {"m", "b", "self.c", "mod.x"}


def test_steady_is_what_each_world_shows_alike() -> None:
    one, two = {(0, "= {}"): "1", (1, "= {}"): "2"}, {(0, "= {}"): "1", (1, "= {}"): "3"}
    assert steady([one, two]) == {(0, "= {}"): "1"}
    assert common([one, two, one]) == {(0, "= {}"): "1"}
    assert steady([{(0, "= {}"): "\x00"}] * 2) == {}


@pytest.mark.parametrize(
    ("before", "now", "answer"),
    [
        ("1", "2", True),
        ("1", "1.0", False),
        ("True", "1", True),
        ("1", None, True),
        ("1", "1", False),
    ],
)
def test_what_an_equality_would_notice(before: str, now: str | None, answer: bool) -> None:
    assert differs(before, now) is answer


def noticing(number: int, rank: int, *faults: str, line: int = 1) -> Noticing:
    point = Point(
        "t.py",
        number,
        "assigned",
        f"test_{line}",
        line,
        0,
        0,
        "",
        (0, 0),
        9,
        "",
        False,
        frozenset(),
    )
    edit = Edit(number, number, "x")
    found = Candidate(Kind.RESULT, point, "= {}", "1", (edit,), "assert", rank)
    return Noticing(found, dict.fromkeys(faults, ("t",)))


def test_fewest_changes_come_first() -> None:
    options = [noticing(0, 1, "a"), noticing(1, 1, "a", "b", "c"), noticing(2, 1, "d")]
    chosen = fewest(options, {"a", "b", "c", "d"})
    assert [one.candidate.point.number for one in chosen] == [1, 2]


def test_each_layer_has_one_change_a_function() -> None:
    found = [noticing(0, 1, "a"), noticing(1, 1, "b"), noticing(2, 1, "c", line=5)]
    assert [len(layer) for layer in layers(one.candidate for one in found)] == [2, 1]


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(Clash):
        edited("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])


def test_patch_of_a_file_without_a_last_line_end() -> None:
    assert diff("t.py", b"a\nb", b"a\nc\nb") == (
        b"--- a/t.py\n+++ b/t.py\n@@ -1,2 +1,3 @@\n a\n+c\n b\n\\ No newline at end of file\n"
    )


def test_pattern_finds_its_text() -> None:
    assert regex("a.b", '"') == 'r"a\\.b"'
    assert regex('say "a"', '"') == "'say \"a\"'"
