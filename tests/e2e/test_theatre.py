"""Tests and doubles judged by the real command, on a slice of the labelled projects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.e2e.stage import Done, Stage, stage

import refute

pytestmark = pytest.mark.slow

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())
PROJECTS = (
    "reviewer/kubectl",
    "idioms/echo_return",
    "idioms/strict_called_with",
)
WITNESSES = {"witness", "faint_witness"}
LABELLED = re.compile(
    r"# verdict: ([\w|]+):.*\n(?:#.*\n|@.*\n|\s.*\n|[)\]].*\n)*(?:async )?def (\w+)"
)


@pytest.fixture(scope="module", params=PROJECTS)
def judged(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, Done]]:
    with ExitStack() as stack:
        made = stack.enter_context(stage(f"theatre/{request.param}"))
        yield made, made.run("--jobs", "2")


def labels(project: Path) -> dict[str, set[str]]:
    """Test function -> the verdicts that its label allows."""
    found: dict[str, set[str]] = {}
    for file in sorted((project / "tests").glob("test_*.py")):
        for verdicts, name in LABELLED.findall(file.read_text(encoding="utf-8")):
            found[name] = set(verdicts.split("|"))
    return found


def test_tests_get_the_verdicts_of_their_labels(judged: tuple[Stage, Done]) -> None:
    made, done = judged
    check_labels(made, done)


def check_labels(made: Stage, done: Done) -> None:
    true = labels(made.project)
    said = {test["id"]: test["verdict"] for test in done.report["tests"]}
    assert len(true) >= 5
    names = {id: re.sub(r"\[.*", "", id.rpartition("::")[2], flags=re.DOTALL) for id in said}
    assert set(names.values()) == set(true)
    wrong = {id: verdict for id, verdict in said.items() if verdict not in true[names[id]]}
    # How strong a witness is hangs on the set of operators; that it is one does not.
    assert {
        id: verdict
        for id, verdict in wrong.items()
        if not (verdict in WITNESSES and true[names[id]] <= WITNESSES)
    } == {}


def test_the_report_is_whole(judged: tuple[Stage, Done]) -> None:
    made, done = judged
    assert done.code == 0, done.output
    jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
    assert made.unchanged()
    assert made.left() == []


def test_every_finding_can_be_reproduced(judged: tuple[Stage, Done]) -> None:
    made, done = judged
    commands = {
        one["reproduce"]
        for one in done.report["findings"]
        if one["reproduce"].startswith("refute try d-")
    }
    for command in sorted(commands)[:2]:
        _, _, fault, test = command.split(" ", 3)
        shown = made.finish(made.start("try", fault, test.strip("'"), "--python", made.python))
        assert "did not notice" in shown.output, shown.output


def test_the_same_run_gives_the_same_verdicts(judged: tuple[Stage, Done]) -> None:
    made, done = judged
    again = made.run("--jobs", "1")
    assert _verdicts(again.report) == _verdicts(done.report)


def test_the_score_alone_is_the_same_score(judged: tuple[Stage, Done]) -> None:
    made, done = judged
    alone = made.run("--jobs", "2", "--score-only")
    assert alone.report["metrics"]["mutation"] == done.report["metrics"]["mutation"]
    assert {test["verdict"] for test in alone.report["tests"]} == {None}
    assert "blind_places" not in alone.report


def _verdicts(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "tests": [test["verdict"] for test in report["tests"]],
        "blind": [place["id"] for place in report["blind_places"]],
        "doubles": [double["id"] for double in report["doubles"]],
    }


def test_a_place_is_not_blind_where_a_test_with_the_real_thing_sees_it() -> None:
    with stage("theatre/idioms/partly_faked") as made:
        done = made.run("--jobs", "2")
        check_labels(made, done)
    assert [one["function"] for one in done.report["blind_places"]] == ["postage"]


def test_who_uses_what_runs_at_import_is_not_called_untouched() -> None:
    with stage("theatre/idioms/unjudged") as made:
        true = labels(made.project)
        done = made.run("--jobs", "2")
    said = {test["id"].rpartition("::")[2]: test["verdict"] for test in done.report["tests"]}
    mistaken = {
        name
        for name, verdict in said.items()
        if (verdict == "untouched") != (true[name] == {"untouched"})
    }
    assert (len(said), mistaken) == (19, set())


def test_faults_in_part_of_the_files_are_no_ground_to_blame_a_test() -> None:
    with stage("theatre/idioms/partly_faked") as made:
        (made.project / "stamps.py").write_text("def stamp(grams):\n    return 85\n")
        code = (made.project / "letters.py").read_text()
        whole = "from stamps import stamp\n\n\n" + code.replace("def stamp(", "def old(")
        (made.project / "letters.py").write_text(whole)
        (made.project / "tests" / "test_letters.py").write_text(
            "import letters\nimport stamps\n\n\n"
            "def test_stamp():\n    assert stamps.stamp(3) == 85\n\n\n"
            "def test_both():\n"
            "    letters.postage({'grams': 5, 'registered': False})\n"
            "    letters.envelope(dict.fromkeys(['name', 'street', 'number', 'town'], 'x'))\n\n\n"
            "def test_letters_alone():\n"
            "    letters.envelope(dict.fromkeys(['name', 'street', 'number', 'town'], 'x'))\n"
        )
        done = made.run("--jobs", "2", "--paths", "letters.py")
    said = {test["id"].rpartition("::")[2]: test["verdict"] for test in done.report["tests"]}
    assert said == {
        "test_stamp": "unjudged",
        "test_both": "unjudged",
        "test_letters_alone": "smoke",
    }
