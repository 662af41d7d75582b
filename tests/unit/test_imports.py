"""Files of other tools: real ones are read, and those that mean harm, or mean nothing, refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute.errors import RefuteError
from refute.imports import (
    LineCoverage,
    read_benchmarks,
    read_coverage,
    read_results,
    read_sarif,
    slowdowns,
)

SAMPLES = Path(__file__).parents[2] / "testdata" / "imports"
READERS: dict[str, Callable[[Path], Any]] = {
    "bench.json": read_benchmarks,
    "bandit.sarif": read_sarif,
    "coverage.xml": read_coverage,
}


def refused(read: Callable[[Path], Any], path: Path) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        read(path)
    return caught.value


def written(folder: Path, content: object) -> Path:
    path = folder / "file"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_benchmarks_of_the_real_tool() -> None:
    found = read_benchmarks(SAMPLES / "bench.json")
    assert list(found) == ["test_shop.py::test_price"]
    assert 0 < found["test_shop.py::test_price"] < 0.001


def test_the_worst_slowdown_comes_first_and_what_is_new_is_left_out() -> None:
    found = slowdowns({"a": 1.0, "b": 2.0, "gone": 1.0}, {"b": 5.0, "a": 1.5, "new": 9.0})
    assert [(one.name, one.factor) for one in found] == [("b", 2.5), ("a", 1.5)]


def test_results_of_bandit() -> None:
    found = read_sarif(SAMPLES / "bandit.sarif")
    assert found.by_rule == {"B404": 1, "B602": 1}
    assert found.by_level == {"note": 1, "error": 1}
    grave = next(one for one in found.results if one.level == "error")
    assert (grave.file, grave.line) == ("shop.py", 11)
    assert "shell=True" in grave.message


def test_results_of_ruff_as_it_runs_here(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("import os\nx = y\n")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select=F"]
    done = subprocess.run(
        [*command, "--output-format", "sarif", "shop.py"], cwd=tmp_path, capture_output=True
    )
    path = tmp_path / "ruff.sarif"
    path.write_bytes(done.stdout)
    found = read_sarif(path)
    assert found.by_rule == {"F401": 1, "F821": 1}
    assert [one.line for one in found.results] == [1, 2]


def test_levels_of_rules_kinds_and_suppressions(tmp_path: Path) -> None:
    rules = [{"id": "R1", "defaultConfiguration": {"level": "note"}}, {"id": "R2"}]
    results = [
        {"ruleId": "R1", "message": {"text": "as the rule says"}},
        {"ruleId": "R1/part", "message": {}},
        {"ruleIndex": 1},
        {"ruleId": "R2", "level": "error"},
        {"ruleId": "R2", "kind": "pass", "level": "none"},
        {"ruleId": "R2", "suppressions": [{"kind": "inSource"}]},
        {"ruleId": "R2", "suppressions": [{"kind": "external", "status": "rejected"}]},
        {},
    ]
    run = {"tool": {"driver": {"name": "t", "rules": rules}}, "results": results}
    found = read_sarif(written(tmp_path, {"version": "2.1.0", "runs": [run, run]}))
    assert found.by_level == {"note": 4, "warning": 6, "error": 2}
    assert found.suppressed == 2
    assert found.by_rule["R2"] == 6


def test_coverage_of_the_real_tool() -> None:
    assert read_coverage(SAMPLES / "coverage.xml") == LineCoverage((8, 10), (1, 2))


def test_coverage_of_a_tool_that_writes_rates_alone(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://example.invalid/coverage-04.dtd">'
        '<coverage line-rate="0.5"><packages><package><classes><class filename="a">'
        '<methods><method><lines><line number="1" hits="1"/></lines></method></methods>'
        '<lines><line number="1" hits="3" branch="true" condition-coverage="75% (3/4)"/>'
        '<line number="2" hits="0"/></lines></class></classes></package></packages></coverage>'
    )
    assert read_coverage(written(tmp_path, text)) == LineCoverage((1, 2), (3, 4))


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE coverage [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{10 * f"&{before};"}">' for before, name in pairwise("abcdefgh"))
    + ']><coverage lines-valid="1" lines-covered="1">&h;</coverage>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE coverage [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<coverage lines-valid="1" lines-covered="1">&x;</coverage>'
)


@pytest.mark.parametrize("text", [BOMB, OUTSIDE], ids=["bomb", "outside"])
def test_entities_are_refused(tmp_path: Path, text: str) -> None:
    error = refused(read_coverage, written(tmp_path, text))
    assert error.slug == "bad-import"
    assert "declares an entity" in error.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coverage.xml", ""),
        ("coverage.xml", "<coverage"),
        ("coverage.xml", "<report/>"),
        ("coverage.xml", "<coverage/>"),
        ("coverage.xml", '<coverage lines-valid="1" lines-covered="2"/>'),
        ("coverage.xml", '<coverage lines-valid="many" lines-covered="2"/>'),
        ("bandit.sarif", "not json"),
        ("bandit.sarif", []),
        ("bandit.sarif", {"version": "2.0.0", "runs": []}),
        ("bandit.sarif", {"version": "2.1.0"}),
        ("bandit.sarif", {"version": "2.1.0", "runs": [{"tool": {}, "results": None}]}),
        ("bandit.sarif", {"version": "2.1.0", "runs": [3]}),
        (
            "bandit.sarif",
            {
                "version": "2.1.0",
                "runs": [{"results": [], "invocations": [{"executionSuccessful": False}]}],
            },
        ),
        ("bandit.sarif", {"version": "2.1.0", "runs": [{"results": [{"level": "odd"}]}]}),
        ("bench.json", "[" * 100_000),
        ("bench.json", "\x00\x01"),
        ("bench.json", {"benchmarks": {}}),
        ("bench.json", {"benchmarks": [{"name": "a", "stats": {"median": 0}}]}),
        ("bench.json", {"benchmarks": [{"name": "a", "stats": {"median": 10**400}}]}),
        ("bench.json", {"benchmarks": [{"stats": {"median": 1}}]}),
        ("bench.json", '{"benchmarks": [{"name": "a", "stats": {"median": NaN}}]}'),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, content: object) -> None:
    assert refused(READERS[name], written(tmp_path, content)).slug == "bad-import"


@pytest.mark.parametrize("name", READERS)
def test_files_that_are_not_there(tmp_path: Path, name: str) -> None:
    assert refused(READERS[name], tmp_path / "gone").slug == "no-such-path"
    assert refused(READERS[name], tmp_path).slug == "no-such-path"


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_a_torn_file_is_refused_or_read_never_a_crash(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = (SAMPLES / name).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    torn = (
        whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + data.draw(st.integers(0, 9)) :]
    )
    path = tmp_path_factory.mktemp("torn") / "file"
    path.write_bytes(torn)
    slug = "bad-import"
    try:
        READERS[name](path)
    except RefuteError as error:
        slug = error.slug
    assert slug == "bad-import"


def test_all_results_together(tmp_path: Path) -> None:
    before = json.loads((SAMPLES / "bench.json").read_text())
    before["benchmarks"].append({"fullname": "old", "stats": {"median": 1.0}})
    before["benchmarks"][0]["stats"]["median"] /= 2
    path = written(tmp_path, before)
    found = read_results(
        SAMPLES,
        benchmark="bench.json",
        baseline=str(path),
        sarif=["bandit.sarif", "bandit.sarif"],
        coverage="coverage.xml",
    )
    assert found.slowdowns is not None
    assert found.slowdowns[0].factor == 2
    assert found.benchmarks_gone == ("old",)
    assert found.sarif is not None
    assert found.sarif.by_level["error"] == 2
    nothing = read_results(SAMPLES)
    assert (nothing.slowdowns, nothing.sarif, nothing.coverage) == (None, None, None)
