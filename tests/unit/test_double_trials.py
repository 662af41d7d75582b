"""Double faults in force: made from facts, armed in a fork, run against real tests by pytest."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.unit.benches import answers
from tests.unit.double_trials_shop import CLOUD, LATE, SHOP, TESTS

from refute.faults.double import DoubleFault
from refute.faults.doubles import make_double_faults
from refute.observed import Argument, Call, Double, DoubleKind, Observed, Seen, Site
from refute.strengthening import double_record
from refute_child.callsites import units_of
from refute_child.units import Module

ANSWER = """\
from types import FunctionType, MethodType

from refute_child.callsites import is_mock
from refute_child.observe.raises import Raises
from refute_child.swap import Unswappable
from refute_child.trial import run_tests


def is_double(thing):
    if type(thing) is MethodType:
        thing = thing.__func__
    made = type(thing) is FunctionType and "/test_" in thing.__code__.co_filename
    return made or is_mock(thing)


def answer(bench, mutant, test):
    bench.arming.prepare(mutant)
    ticks, board, runner = bench.ticks, bench.forks.board, bench.suite.runner

    def work(report):
        ticks.begin(1000, lambda: None)
        try:
            armed = bench.arm(mutant)
        except Unswappable as reason:
            return {"result": "unswappable", "reason": str(reason)}
        (item,) = [item for item in bench.suite.items if item.name == test]
        raises = Raises(bench.is_project)
        raises.start()
        record = run_tests([item], runner, board, raises, ticks)
        effects = armed.hook.effects
        bench.arming.disarm(armed)
        again = run_tests([item], runner, board, raises, ticks)
        return record | {
            "effects": effects,
            "without": again["result"],
            "functions": armed.functions,
            "counted": ticks.most,
        }

    return bench.forks.run(work, [Limit(20.0, 20.0)] * 2)[1][-1]
"""

ARGUMENTS = {
    "cloud.run_kubectl": (
        ("0", "list", "['delete', 'pod', 'web']"),
        ("0[0]", "str", "'delete'"),
        ("0[1]", "str", "'pod'"),
        ("0[2]", "str", "'web'"),
        ("namespace", "str", "'prod'"),
        ("check", "bool", "True"),
    ),
    "client.post": (
        ("0", "str", "'/notes'"),
        ("json", "dict", "{…}"),
        ('json["text"]', "str", "'hello'"),
        ('json["urgent"]', "bool", "False"),
    ),
    "rows": (("0", "str", "'sales'"), ("limit", "int", "10")),
}
RESULTS = {"cloud.run_kubectl": "0", "client.post": "'done'", "rows": "['a', 'b']"}
KINDS = {"cloud.run_kubectl": "int", "client.post": "str", "rows": "list"}
FAMILIES = {
    "mock": ("cloud.run_kubectl", DoubleKind.MOCK),
    "fake": ("cloud.run_kubectl", DoubleKind.FUNCTION),
    "async": ("client.post", DoubleKind.ASYNC_MOCK),
    "object": ("rows", DoubleKind.OBJECT),
}


def the_call(name: str) -> ast.Call:
    """The call in the shop of what goes by this name."""
    found = [node for node in ast.walk(ast.parse(SHOP)) if isinstance(node, ast.Call)]
    return next(node for node in found if ast.unparse(node.func).endswith(name))


def site_of(name: str) -> Site:
    """Where it stands, as a running program tells it."""
    node = the_call(name)
    line, column, end_column = node.lineno, node.col_offset, node.end_col_offset or 0
    method = node.func
    if isinstance(method, ast.Attribute) and method.end_lineno not in (None, line):
        line, end_column = method.end_lineno or 0, method.end_col_offset or 0
        column = end_column - len(method.attr)
    return Site("shop.py", line, column + 1, node.end_lineno or 0, end_column + 1, name)


def faults_of(family: str) -> tuple[DoubleFault, ...]:
    """The faults at the double of this family of tests."""
    name, kind = FAMILIES[family]
    arguments = tuple(Argument(*fields) for fields in ARGUMENTS[name])
    site = site_of(name)
    place = (site.line, site.column, site.end_line, site.end_column)
    (unit,) = units_of(Module("shop.py", SHOP), [place])
    assert unit is not None
    one = Call(site, "", arguments, KINDS[name], RESULTS[name])
    seen = Seen((Double(name, "", kind, False, "tests/test_shop.py", 1, calls=(one,)),))
    return make_double_faults(Observed({0: seen}), {site: unit})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop").resolve()
    (folder / "shop.py").write_text(SHOP)
    (folder / "cloud.py").write_text(CLOUD)
    (folder / "late.py").write_text(LATE)
    (folder / "test_shop.py").write_text(textwrap.dedent(TESTS))
    return folder


def tried(project: Path, pairs: list[tuple[dict[str, Any], str]]) -> list[dict[str, Any]]:
    """What each pair of a fault's record and a test's name came to, in a fork of its own."""
    return answers(project, ANSWER, pairs)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_change_is_noticed_by_who_asserts_and_by_nobody_else(
    project: Path, family: str
) -> None:
    faults = faults_of(family)
    pairs = [
        (double_record(project, fault), f"test_{family}_{how}")
        for fault in faults
        for how in ("asserting", "bare")
    ]
    found = tried(project, pairs)
    # Twice where a test that failed was run again to see its accidents.
    assert {record["effects"] for record in found} <= {1, 2}
    assert {record["without"] for record in found} == {"passed"}
    assert {record["functions"] for record in found} == {1}
    # A start of the function, as for a mutant.
    assert min(record["counted"] for record in found) >= 1
    noticed = {
        (fault.path, fault.change): (asserting["result"], bare["result"])
        for fault, asserting, bare in zip(faults, found[::2], found[1::2], strict=True)
    }
    expected = dict.fromkeys(noticed, ("failed", "passed"))
    expected["returns", "raises"] = ("failed", "failed")
    assert noticed == expected
    assert len(noticed) >= 4


def test_how_a_test_notices(project: Path) -> None:
    by_change = {(fault.path, fault.change): fault for fault in faults_of("mock")}
    pairs = [
        (double_record(project, by_change[place]), "test_mock_asserting")
        for place in (("0[0]", "typo"), ("returns", "raises"))
    ]
    told, crashed = tried(project, pairs)
    assert told["failure"]["exception"] == "AssertionError"
    assert told["failure"]["by_test"]
    assert told["failure"]["accidents"] == []
    assert crashed["failure"]["exception"] == "RuntimeError"
    assert crashed["failure"]["message"] == "injected by refute"
    assert not crashed["failure"]["by_test"]
    assert len(crashed["failure"]["accidents"]) == 1


def test_a_double_that_asserts_tells(project: Path) -> None:
    fault = next(fault for fault in faults_of("object") if fault.path == "limit")
    (record,) = tried(project, [(double_record(project, fault), "test_object_asserting")])
    assert record["failure"]["by_test"]


def test_a_module_that_is_imported_only_in_the_test(project: Path) -> None:
    place = {"line": 2, "column": 12, "end_line": 2, "end_column": 25}
    record: dict[str, Any] = {
        "path": str(project / "late.py"),
        "unit": "greet",
        "unit_line": 1,
        "elsewhere": False,
        "double": {**place, "path": "0", "change": "typo"},
    }
    nowhere = record | {"double": {**record["double"], "line": 1}}
    found, missing = tried(project, [(record, "test_late"), (nowhere, "test_late")])
    assert (found["result"], found["functions"]) == ("failed", 0)
    assert found["effects"] >= 1
    assert missing["result"] == "unswappable"
    assert missing["reason"].startswith("no call at line 1, column 12")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": None, "unit_line": 0}, "it runs when its module is imported"),
        ({"unit": "removed"}, "it can't be compiled alone: removed at line 4"),
        ({"double": {"column": 1}}, "it can't be compiled alone: no call at line 5, column 1"),
    ],
)
def test_what_can_not_be_armed_is_said(project: Path, change: Any, reason: str) -> None:
    record = double_record(project, faults_of("mock")[0])
    record |= {**change, "double": record["double"] | change.get("double", {})}
    (found,) = tried(project, [(record, "test_mock_bare")])
    assert found["result"] == "unswappable"
    assert found["reason"].startswith(reason)
