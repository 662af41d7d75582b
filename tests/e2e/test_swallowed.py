"""What became of survivors, in whole runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.stage import Done, stage

pytestmark = pytest.mark.slow

MORE = '''

def describe(name: str, namespace: str) -> str:
    """A pod in words."""
    label = f"{namespace}/{name}"
    ensure = [label, label][0]
    return f"pod {ensure}"


def is_long(name: str) -> bool:
    """Whether a name is too long to be shown."""
    return len(_cut(name)) > 20


def _cut(name: str) -> str:
    return name[:40]
'''
TESTS = """
import cluster


def test_describe():
    assert cluster.describe("web-1", "shop").startswith("pod ")


def test_is_long():
    assert cluster.is_long("x" * 60)
"""


@pytest.fixture(scope="module")
def judged() -> Iterator[Done]:
    """The cluster tools of the reviewer, with functions of which nobody looks at the result."""
    with stage("theatre/reviewer/kubectl") as made:
        code = made.project / "cluster.py"
        code.write_text(code.read_text() + MORE)
        (made.project / "tests" / "test_more.py").write_text(TESTS)
        done = made.run("--jobs", "1")
        assert done.code == 0, done.output
        yield done


def trace(judged: Done, **fields: str) -> dict[str, Any]:
    item = judged.mutant(**fields)
    assert item["verdict"] == "survived"
    found: dict[str, Any] = item["trace"]
    assert found["fate"] == item["reached"] or item["reached"] in ("reached", "infected")
    return found


def test_a_double_swallowed_it(judged: Done) -> None:
    one = trace(judged, function="roll_out", original='"set"', operator="string_typo")
    (double,) = (d for d in judged.report["doubles"] if d["target"] == "cluster.run")
    mutated = judged.mutant(function="roll_out", original='"set"', operator="string_typo")
    assert one["fate"] == "swallowed"
    assert one["doubles"] == [double["id"]]
    change = one["change"]
    assert (change["name"], change["file"]) == ("cluster.run", "cluster.py")
    # The call that the mutant is in.
    assert change["line"] == mutated["line"]
    assert change["before"] == "['set', 'image', 'deployment/web', 'app=shop/web:7', '-n', 'shop']"
    assert change["after"] == "['ste', 'image', 'deployment/web', 'app=shop/web:7', '-n', 'shop']"
    test = judged.report["tests"][one["test"]]["id"]
    assert test == "tests/test_cluster.py::test_integration_roll_out"
    assert mutated["id"] in double["swallowed"]


def test_a_real_program_swallowed_it(judged: Done) -> None:
    one = trace(judged, function="after_change", original=", action")
    assert (one["fate"], one["doubles"]) == ("swallowed", [])
    assert one["change"]["name"] == "process true"
    assert one["change"]["before"] == "['true', 'deleted', 'web-1']"
    assert one["change"]["after"] == "['true', 'web-1']"


def test_a_result_came_back_and_nobody_looked(judged: Done) -> None:
    one = trace(judged, function="describe", original="{ensure}")
    assert one["fate"] == "propagated"
    assert one["change"]["before"] == "'pod shop/web-1'"
    assert one["change"]["after"] == "'pod '"
    assert one["words"].startswith("propagated, not asserted: cluster.py:")


def test_nothing_differs_that_a_test_could_see(judged: Done) -> None:
    one = trace(judged, function="_cut", original="40", operator="number")
    assert (one["fate"], one["change"]) == ("no_difference", None)
