"""What stands in [tool.refute] takes effect, and what can't be meant is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.stage import Done, Stage, stage

pytestmark = pytest.mark.slow


def configure(made: Stage, text: str) -> None:
    """Put a table into the project's configuration, in the place of an earlier one."""
    path = made.project / "pyproject.toml"
    plain = path.read_text().partition("[tool.refute]")[0].rstrip("\n")
    path.write_text(f"{plain}\n\n[tool.refute]\n{text}\n")


@pytest.fixture(scope="module")
def portions() -> Iterator[Stage]:
    """The project with two portions of a package, and tests for each."""
    with stage("nspkg") as made:
        yield made


def operators(done: Done) -> set[str]:
    return {mutant["operator"] for mutant in done.report["mutants"]}


def files(done: Done) -> set[str]:
    return {mutant["file"] for mutant in done.report["mutants"]}


def collected(done: Done) -> list[str]:
    return [test["id"] for test in done.report["tests"]]


def test_source_tests_operators_jobs_and_timeout_factor(portions: Stage) -> None:
    configure(
        portions,
        'source = ["acme/billing"]\ntests = ["tests/billing"]\n'
        'operators = ["comparison", "number"]\njobs = 1\ntimeout-factor = 3',
    )
    first = portions.run()
    assert first.code == 0, first.output
    assert files(first) == {"acme/billing/rates.py"}
    assert collected(first) == [
        "tests/billing/test_rates.py::test_few_hours",
        "tests/billing/test_rates.py::test_many_hours",
    ]
    assert operators(first) == {"comparison", "number"}
    assert first.report["selection"]["operators"] == ["comparison", "number"]
    assert first.report["environment"]["cores"] == 1
    assert first.mutant(original="100", replacement="101")["verdict"] == "killed"

    # Another factor is another measure: what was found by the first one is not taken over.
    configure(
        portions,
        'source = ["acme/billing"]\ntests = ["tests/billing"]\n'
        'operators = ["comparison", "number"]\njobs = 2\ntimeout-factor = 4.5',
    )
    second = portions.run()
    assert second.report["environment"]["cores"] == 2
    assert not any(mutant["reused"] for mutant in second.report["mutants"])


def test_exclude_pytest_args_and_operators_that_are_left_out(portions: Stage) -> None:
    configure(
        portions,
        'exclude = ["acme/billing"]\npytest-args = ["-k", "cost or few"]\n'
        'operators = ["-number", "-arithmetic"]\njobs = 1',
    )
    done = portions.run("--jobs", "2")
    assert done.code == 0, done.output
    assert files(done) == {"acme/shipping/cost.py"}
    assert collected(done) == [
        "tests/billing/test_rates.py::test_few_hours",
        "tests/shipping/test_cost.py::test_cost",
    ]
    assert operators(done) == {"return_value"}
    assert done.report["environment"]["cores"] == 2, "the command line comes first"


def test_rules_off() -> None:
    with stage("classes") as made:
        configure(made, 'rules-off = ["exception_message"]\noperators = ["fstring_part"]')
        done = made.run("--jobs", "2")
    assert done.code == 0, done.output
    assert {mutant["excluded"] for mutant in done.report["mutants"]} == {""}
    text = done.mutant(original="{name}", replacement="")
    assert (text["verdict"], text["killed_by"]) == (
        "killed",
        "tests/test_stock.py::StockTest::test_not_enough",
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('sources = ["acme"]', ["`sources`", "source"]),
        ("timeout_factor = 3", ["`timeout_factor`", "timeout-factor"]),
        ('pytest_arg = ["-x"]', ["`pytest_arg`", "pytest-args"]),
        ('operators = ["comparisons"]', ["`comparisons`", "comparison"]),
        ('operators = ["-nubmer"]', ["`nubmer`", "number"]),
        ('rules-off = ["exception_mesage"]', ["`exception_mesage`", "exception_message"]),
        ('isolation = "cold"', ["`isolation`", "--isolation"]),
        ("jobs = 0", ["`jobs`", "0"]),
        ('jobs = "2"', ["`jobs`", "whole number"]),
        ("timeout-factor = 1", ["`timeout-factor`", "number over 1"]),
        ('source = "acme"', ["`source`", '["acme"]']),
        ('source = ["acmee"]', ["acmee", "does not exist"]),
        ('tests = ["test"]', ["test does not exist"]),
        ("jobs = ", ["pyproject.toml", "can't be read"]),
    ],
)
def test_what_is_refused(table: str, words: list[str]) -> None:
    with stage("calc") as made:
        configure(made, table)
        before = made.content()
        done = made.run()
        assert done.code == 2, done.output
        said = " ".join(done.output.split())
        for word in words:
            assert word in said
        assert "Traceback" not in done.output
        assert done.report == {}
        assert made.content() == before
