"""The small projects of testdata, judged by the real command: what their READMEs say holds."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
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
    "asyncio_app",
    "calc",
    "classes",
    "doctests",
    "fixtures",
    "importtime",
    "inside",
    "nspkg",
    "redflaky",
    "sleepy",
    "srcpkg",
    "subprocesses",
)
NOTICED = ("killed", "timeout")

UNNOTICED = {
    "calc": {("is_full", ">=", ">"): "survived"},
    "srcpkg": {
        ("total", "<", "<="): "survived",
        ("total", "0", "1"): "survived",
        ("unused", "max(prices)", "None"): "no_coverage",
    },
    "nspkg": {},
    "inside": {},
    "classes": {},
    "fixtures": {("Shop.__init__", "3", "4"): "survived"},
    "doctests": {},
    "importtime": {
        ("handler", "1", "2"): "survived",
        ("handler.<locals>.register", "function", "None"): "survived",
        ("square", "@functools.lru_cache", ""): "survived",
        ("Point", "True", "False"): "survived",
        ("<module>", 'co_name="copied"', ""): "survived",
        ("<module>", '"copied"', '"coiped"'): "survived",
    },
    "subprocesses": {},
    "redflaky": {},
    "sleepy": {},
}
"""What nobody may notice: function, original and replacement. All else must be noticed."""


class Judged:
    """One project, and what the first run of refute on it said."""

    def __init__(self, made: Stage) -> None:
        self.stage = made
        self.first = made.run("--jobs", "2")

    def verdict(self, original: str, replacement: str, **fields: Any) -> str:
        """The verdict on the one fault that makes this of that."""
        fields |= {"original": original, "replacement": replacement}
        found = [m for m in self.first.report["mutants"] if fields.items() <= m.items()]
        assert len(found) == 1, found
        return str(found[0]["verdict"])

    def refute(self, *arguments: str) -> Done:
        """Another command in the project's folder."""
        return self.stage.finish(self.stage.start(*arguments))


Judge = Callable[[str], Judged]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Judges a project at the first time that a test asks for it."""
    known: dict[str, Judged] = {}
    with ExitStack() as stack:

        def ask(name: str) -> Judged:
            if name not in known:
                known[name] = Judged(stack.enter_context(stage(name)))
            return known[name]

        yield ask


def content_of(mutant: dict[str, Any]) -> tuple[str, str, str]:
    return mutant["function"], mutant["original"], mutant["replacement"]


@pytest.mark.parametrize("project", PROJECTS)
def test_the_run_ends_well_and_its_report_is_whole(judge: Judge, project: str) -> None:
    done = judge(project).first
    assert done.code == 0, done.output
    jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
    assert not done.report["partial"]
    assert done.report["mutants"]
    wrong = [m for m in done.report["mutants"] if m["verdict"] in ("error", "pending", "unstable")]
    assert wrong == []


@pytest.mark.parametrize("project", PROJECTS)
def test_the_working_tree_is_unchanged_and_nothing_is_left(judge: Judge, project: str) -> None:
    judged = judge(project)
    assert judged.stage.unchanged()
    assert judged.stage.left() == []
    names = {path.name for path in (judged.stage.project / ".refute").iterdir()}
    assert "report.json" in names


@pytest.mark.parametrize("project", sorted(UNNOTICED))
def test_what_is_not_noticed_and_nothing_else(judge: Judge, project: str) -> None:
    report = judge(project).first.report
    found = {
        content_of(m): m["verdict"]
        for m in report["mutants"]
        if m["verdict"] not in NOTICED and m["verdict"] != "suppressed"
    }
    expected: dict[tuple[str, str, str], str] = UNNOTICED[project]
    assert found == expected


@pytest.mark.parametrize("project", PROJECTS)
def test_kills_rest_on_tests_that_passed(judge: Judge, project: str) -> None:
    report = judge(project).first.report
    passed = {test["id"] for test in report["tests"] if test["outcome"] == "passed"}
    for mutant in report["mutants"]:
        if mutant["verdict"] in NOTICED and mutant["killed_by"] is not None:
            assert mutant["killed_by"] in passed, mutant
        elif mutant["verdict"] in NOTICED:
            assert mutant["failure"]["phase"] == "collect", mutant


def test_calc(judge: Judge) -> None:
    done = judge("calc").first
    [interpreter] = [n["text"] for n in done.report["notes"] if n["slug"] == "interpreter"]
    assert interpreter.count(judge("calc").stage.python) == 1
    survivor = done.mutant(verdict="survived")
    names = [test["id"] for test in done.report["tests"]]
    assert {names[test] for test in survivor["covered_by"]} == {
        "tests/test_calc.py::test_is_full",
        "tests/test_calc.py::test_is_not_full",
    }
    assert {m["mechanism"] for m in done.mutants(verdict="killed")} == {"swap"}
    assert "4 of 5 faults noticed" in done.output


def test_sleepy_with_one_job(judge: Judge) -> None:
    """One job at a time, and others while it waits: the verdicts are those of two jobs."""
    judged = judge("sleepy")
    shutil.rmtree(judged.stage.project / ".refute")
    alone = judged.stage.run("--jobs", "1")
    verdicts = {m["id"]: m["verdict"] for m in judged.first.report["mutants"]}
    assert {m["id"]: m["verdict"] for m in alone.report["mutants"]} == verdicts
    assert len(verdicts) == 6
    assert {test["outcome"] for test in alone.report["tests"]} == {"passed"}


def test_srcpkg(judge: Judge) -> None:
    judged = judge("srcpkg")
    assert judged.verdict("sum(prices) - voucher", "None") == "killed"
    assert judged.verdict("-", "+") == "killed"
    assert judged.verdict("due < 0", "False") == "killed"
    assert judged.verdict("due < 0", "True") == "killed"
    assert judged.verdict("0", "1", operator="default_argument") == "killed"
    assert {m["file"] for m in judged.first.report["mutants"]} == {"src/srcpkg/prices.py"}


def test_nspkg(judge: Judge) -> None:
    files = {mutant["file"] for mutant in judge("nspkg").first.report["mutants"]}
    assert files == {"acme/billing/rates.py", "acme/shipping/cost.py"}


def test_inside(judge: Judge) -> None:
    judged = judge("inside")
    assert {m["file"] for m in judged.first.report["mutants"]} == {"inside/core.py"}
    assert judged.verdict('if part != "von"', "") == "killed"


def test_classes(judge: Judge) -> None:
    done = judge("classes").first
    of_a_subtest = done.mutant(original="<", replacement="<=")
    assert of_a_subtest["killed_by"] == "tests/test_stock.py::StockTest::test_take_all"
    shared = done.mutant(original="dict(items)", replacement="items")
    assert shared["killed_by"] == "tests/test_stock.py::StockTest::test_take"
    (one,) = (m for m in done.mutants(original="0", replacement="1") if m["line"] == 6)
    assert one["killed_by"] == "tests/test_stock.py::StockTest::test_unknown"


def test_asyncio_app(judge: Judge) -> None:
    judged = judge("asyncio_app")
    assert judged.verdict("await source()", "None") == "killed"
    assert judged.verdict("await ", "", line=7) == "killed"
    assert judged.verdict("*", "/", function="stream") == "killed"
    assert judged.verdict("*(fetch(source) for source in sources)", "") == "killed"
    assert judged.verdict("await asyncio.sleep(0)", "raise") == "killed"
    assert judged.verdict("2", "3", function="fetch") == "survived"
    assert judged.verdict("await ", "", line=9) == "survived"
    assert judged.verdict("await asyncio.sleep(0)", "pass") == "survived"
    assert judged.first.mutants(verdict="no_coverage") == []


def test_fixtures(judge: Judge) -> None:
    done = judge("fixtures").first
    every = [test["id"] for test in done.report["tests"] if "test_receipt" not in test["id"]]
    constructor = done.mutants(function="Shop.__init__")
    assert len(constructor) >= 5
    for mutant in constructor:
        covering = {done.report["tests"][index]["id"] for index in mutant["covered_by"]}
        assert covering == set(every)
    limit = done.mutant(original="10", replacement="11")
    assert limit["killed_by"] is not None
    assert limit["killed_by"].endswith("-ten [10]]")


def test_doctests(judge: Judge) -> None:
    done = judge("doctests").first
    assert {m["killed_by"] for m in done.mutants(function="shout")} == {"words.py::words.shout"}


def test_importtime(judge: Judge) -> None:
    done = judge("importtime").first
    mechanisms = {
        function: {m["mechanism"] for m in done.mutants(function=function, verdict="killed")}
        for function in ("<module>", "double", "square", "original", "Point.sum")
    }
    assert mechanisms == {
        "<module>": {"import"},
        "double": {"import"},
        "square": {"swap"},
        # Only its copy is ever called, which a swap would not reach.
        "original": {"import"},
        "Point.sum": {"swap"},
    }
    copied = {m["killed_by"] for m in done.mutants(function="original")}
    assert copied == {"tests/test_early.py::test_copied"}


def test_subprocesses(judge: Judge) -> None:
    done = judge("subprocesses").first
    assert {m["killed_by"] for m in done.mutants(function="square")} == {
        "tests/test_tally.py::test_spawn"
    }
    rest = [m for m in done.report["mutants"] if m["function"] != "square"]
    assert {m["killed_by"] for m in rest} == {"tests/test_tally.py::test_command"}


def test_redflaky(judge: Judge) -> None:
    done = judge("redflaky").first
    outcomes = {test["id"]: test["outcome"] for test in done.report["tests"]}
    assert outcomes["tests/test_red.py::test_red"] == "failed"
    assert outcomes["tests/test_order.py::test_second"] == "flaky"
    assert outcomes["tests/test_order.py::test_first"] == "passed"
    details = {test["id"]: test["detail"] for test in done.report["tests"]}
    assert details["tests/test_red.py::test_red"].splitlines() == [
        "assert 3 == 4",
        "+  where 3 = cheapest([3, 4])",
        "tests/test_red.py:5: AssertionError",
    ]
    said = json.dumps(done.report["findings"])
    assert "tests/test_red.py::test_red fails in the seal without a fault" in said
    assert "tests/test_order.py::test_second" in said
    assert "Note: tests/test_" in done.output


@pytest.mark.parametrize("project", PROJECTS)
def test_a_mutant_is_shown_and_its_patch_applies(judge: Judge, project: str) -> None:
    judged = judge(project)
    mutant = judged.first.report["mutants"][-1]
    shown = judged.refute("show", mutant["id"], "--plain")
    assert shown.code == 0
    assert mutant["id"] in shown.output
    first = mutant["original"].splitlines()[0]
    removed = [line for line in shown.output.splitlines() if " - " in line]
    assert any(first in line for line in removed), shown.output

    patch = judged.refute("show", mutant["id"], "--patch").output.encode()
    path = judged.stage.project / mutant["file"]
    before = path.read_text()
    words = ["git", "apply", "--whitespace=nowarn"]
    subprocess.run(words, input=patch, cwd=judged.stage.project, check=True)
    after = before[: mutant["start"]] + mutant["replacement"] + before[mutant["end"] :]
    assert path.read_text() == after
    subprocess.run([*words, "-R"], input=patch, cwd=judged.stage.project, check=True)
    assert path.read_text() == before
    assert judged.stage.unchanged()


@pytest.mark.parametrize("project", ["calc", "fixtures", "importtime", "subprocesses"])
def test_a_second_run_takes_all_verdicts_over(judge: Judge, project: str) -> None:
    judged = judge(project)
    again = judged.stage.run("--jobs", "2")
    assert again.code == 0, again.output
    tried = [m for m in again.report["mutants"] if m["mechanism"] != "none"]
    assert tried
    assert all(m["reused"] for m in tried)
    assert not any(m["reused"] for m in judged.first.report["mutants"])

    def facts(report: dict[str, Any]) -> list[dict[str, Any]]:
        return [{**m, "reused": None} for m in report["mutants"]]

    assert facts(again.report) == facts(judged.first.report)
    assert again.report["metrics"]["mutation"] == judged.first.report["metrics"]["mutation"]


def test_a_verdict_does_not_outlive_the_data_that_it_rests_on() -> None:
    with stage("cases") as made:
        first = made.run("--jobs", "2", "--operators", "comparison")
        again = made.run("--jobs", "2", "--operators", "comparison")
        cases = made.project / "tests" / "cases.json"
        cases.write_text("[[3, false], [10, true]]\n")
        later = made.run("--jobs", "2", "--operators", "comparison")
    found = [
        [(m["verdict"], m["reused"]) for m in done.mutants(original=">=", replacement=">")]
        for done in (first, again, later)
    ]
    assert found == [[("survived", False)], [("survived", True)], [("killed", False)]]


@pytest.mark.parametrize("project", ["calc", "importtime", "subprocesses"])
def test_plain_pytest_agrees(judge: Judge, project: str) -> None:
    judged = judge(project)
    python = judged.stage.python
    done = judged.refute("verify", "--sample", "10", "--jobs", "2", "--python", python)
    number = min(10, len(judged.first.report["mutants"]))
    assert f"{number} of {number} verdicts agree with plain pytest." in done.output
    assert done.code == 0
    assert judged.stage.unchanged()


def test_cold_runs_say_the_same(judge: Judge) -> None:
    usual = judge("calc").first
    with stage("calc") as made:
        cold = made.run("--isolation", "cold", "--jobs", "2")
        assert made.unchanged()
    assert cold.code == 0, cold.output
    assert {content_of(m): m["verdict"] for m in cold.report["mutants"]} == {
        content_of(m): m["verdict"] for m in usual.report["mutants"]
    }
    assert {m["mechanism"] for m in cold.report["mutants"]} <= {"cold", "none"}
