"""What became of survivors: one mutant, in a fork, against real tests run by pytest."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.unit.benches import answers
from tests.unit.traces_shop import CLOUD, SHOP, TESTS

from refute_child.units import Module, units_of

ANSWER = """\
from refute_child.traces import Traces


def answer(bench, mutant, tests):
    names = [item.name for item in bench.suite.items]
    chosen = [names.index(test) for test in tests]
    bench.arming.prepare(mutant)
    limits = [Limit(20.0, 20.0)] * 3 * len(chosen)
    found = bench.forks.run(lambda report: Traces(bench).run(mutant, chosen), limits)[1]
    told = [one for one in found if one]
    for one in told:
        if "test" in one:
            one["test"] = names[one["test"]]
    return told
"""

CASES: dict[str, tuple[str, str, str]] = {
    "typo": ('"delete", "pod"', '"deleet", "pod"', "test_remove"),
    "typo_fake": ('"delete", "pod"', '"deleet", "pod"', "test_remove_fake"),
    "call_removed": ('cloud.log("removing", name)', "pass", "test_remove"),
    "result": ("done == 0", "done != 0", "test_remove"),
    "object": ("count + 0", "count + 1", "test_order"),
    "attribute": ('"closed"', '"clsoed"', "test_close"),
    "order": (
        "session.commit()\n    session.refresh(user)",
        "session.refresh(user)\n    session.commit()",
        "test_close",
    ),
    "commit": ("session.commit()", "pass", "test_close"),
    "days": ("timedelta(days=days)", "timedelta(days=days + 1)", "test_expire"),
    "nothing_of_time": ("days=days)", "days=days + 0)", "test_expire"),
    "text": (": kept", ": left", "test_expire"),
    "process": ("path / name", "path / name[:-1]", "test_touch"),
    "secret": ('password + ""', 'password + "!"', "test_sign"),
    "awaited": ("False}", "True}", "test_notify"),
    "length": ("len(reply)", "len(reply) + 1", "test_notify"),
    "length_of_all": ("len(reply)", "len(reply) + 1", "test_notify_all"),
    "last": ('"last"', '"lats"', "test_plenty"),
    "generator": ("row.strip()", "row", "test_names"),
    "internal": ("* 3, 2)", "* 3, 3)", "test_price"),
    "returned": ("* 3, 2)", "* 4, 2)", "test_price"),
    "raised": ("negative: ", "positive: ", "test_price_negative"),
    "unsteady": ('"steady"', '"staedy"', "test_unsteady"),
    "callback": ('row == "x"', 'row != "x"', "test_each"),
    "thread": ('"from a thread"', '"from a therad"', "test_threaded"),
    "raised_with": ("raise Refused(order)", "raise Refused(other)", "test_refuse"),
    "left_behind": ("len(name) + 0", "len(name) - 0", "test_fetch test_use"),
    "noticed": ("cloud.run_kubectl([", "(lambda *a, **k: 0)([", "test_remove"),
}


def record(project: Path, before: str, after: str) -> dict[str, Any]:
    """What a child needs to put a mutant in."""
    start = SHOP.index(before)
    line = SHOP.count("\n", 0, start) + 1
    module = Module("shop.py", SHOP)
    unit, node = next(
        (name, node)
        for name, node, _ in units_of(module.tree)
        if node.lineno <= line <= (node.end_lineno or 0)
    )
    return {
        "path": str(project / "shop.py"),
        "start": start,
        "end": start + len(before),
        "text": after,
        "unit": unit,
        "unit_line": node.lineno,
        "elsewhere": False,
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each case came to: what was told of its one test."""
    folder = tmp_path_factory.mktemp("shop").resolve()
    (folder / "shop.py").write_text(SHOP)
    (folder / "cloud.py").write_text(CLOUD)
    (folder / "test_shop.py").write_text(textwrap.dedent(TESTS))
    asked = [
        (record(folder, before, after), tests.split()) for before, after, tests in CASES.values()
    ]
    found = answers(folder, ANSWER, asked)
    return dict(zip(CASES, found, strict=True))


def line_of(text: str) -> int:
    return SHOP.count("\n", 0, SHOP.index(text)) + 1


def received(told: dict[str, Any], case: str) -> dict[str, Any]:
    """What a double or boundary received, of a case in which nothing else differed."""
    (one,) = told[case]
    assert one["test"] == CASES[case][2]
    assert one["difference"]["returned"] is None
    found: dict[str, Any] = one["difference"]["received"]
    return found


def returned(told: dict[str, Any], case: str) -> dict[str, Any]:
    """What came back, of a case in which no double received anything else."""
    (one,) = told[case]
    assert one["difference"]["received"] is None
    found: dict[str, Any] = one["difference"]["returned"]
    assert (found["target"], found["made"], found["double"]) == ("", "", False)
    return found


@pytest.mark.parametrize(
    ("case", "target", "name", "at", "before", "after"),
    [
        (
            "typo",
            "cloud.run_kubectl",
            "run_kubectl",
            "cloud.run_kubectl",
            "['delete', 'pod', 'web']",
            "['deleet', 'pod', 'web']",
        ),
        (
            "typo_fake",
            "cloud.run_kubectl",
            "<lambda>",
            "cloud.run_kubectl",
            "command=['delete', 'pod', 'web']",
            "command=['deleet', 'pod', 'web']",
        ),
        (
            "call_removed",
            "cloud.log",
            "log",
            'cloud.log("removing"',
            "log('removing', 'web')",
            "",
        ),
        ("object", "", "Repository", "repository.save", "order.count=2", "order.count=3"),
        ("attribute", "", "user", "user.status", ".status='closed'", ".status='clsoed'"),
        ("order", "", "session", "session.commit", ".commit()", ".refresh(<user>)"),
        ("commit", "", "session", "session.commit", ".commit()", ""),
        (
            "awaited",
            "",
            "client",
            "client.post",
            "json={'text': 'hello', 'urgent': False}",
            "json={'text': 'hello', 'urgent': True}",
        ),
        ("last", "", "sink", 'sink(list(range(30)) + ["last"])', "[30]='last'", "[30]='lats'"),
        ("secret", "", "client", "client.login", "password=***", "password=another ***"),
        # The first argument differs by itself.
        ("unsteady", "", "sink", "sink(uuid", "'steady'", "'staedy'"),
    ],
)
def test_what_a_double_received(
    told: dict[str, Any], case: str, target: str, name: str, at: str, before: str, after: str
) -> None:
    assert received(told, case) == {
        "target": target,
        "name": name,
        "made": "test_shop.py",
        "double": True,
        "file": "shop.py",
        "line": line_of(at),
        "before": before,
        "after": after,
    }


def test_exceptions_that_look_alike_are_told_apart_by_what_they_hold(told: dict[str, Any]) -> None:
    found = returned(told, "raised_with")
    assert (found["before"], found["after"]) == (".order='one'", ".order='two'")


def test_what_one_test_leaves_for_another_is_not_the_mutants_doing(told: dict[str, Any]) -> None:
    assert told["left_behind"] == [
        {"test": "test_fetch", "difference": None},
        {"test": "test_use", "difference": None},
    ]


def test_what_a_thread_sends_has_no_line(told: dict[str, Any]) -> None:
    found = received(told, "thread")
    assert (found["name"], found["file"], found["line"]) == ("sink", "", 0)
    assert found["after"] == "'from a therad'"


def test_a_moment_is_compared_from_now(told: dict[str, Any]) -> None:
    before, after = (received(told, "days")[name] for name in ("before", "after"))
    assert before.startswith("until=20")
    assert after.startswith("until=20")
    assert before != after
    assert told["nothing_of_time"] == [{"test": "test_expire", "difference": None}]


def test_a_text_is_compared_without_what_differs_by_itself(told: dict[str, Any]) -> None:
    found = received(told, "text")
    assert found["before"].endswith(": kept'")
    assert found["after"].endswith(": left'")


def test_a_boundary_is_named_with_what_it_is_sent(told: dict[str, Any]) -> None:
    assert received(told, "process") == {
        "target": "",
        "name": "process true",
        "made": "",
        "double": False,
        "file": "shop.py",
        "line": line_of("subprocess.run"),
        "before": "['true', '<temporary>/flag']",
        "after": "['true', '<temporary>/fla']",
    }


def test_a_callback_of_the_tests_is_told_by_its_name(told: dict[str, Any]) -> None:
    found = received(told, "callback")
    assert (found["name"], found["double"], found["line"]) == ("tell()", False, line_of("tell(row"))
    assert (found["before"], found["after"]) == ("last=False", "last=True")


@pytest.mark.parametrize(
    ("case", "name", "at", "before", "after"),
    [
        (
            "result",
            "remove()",
            "return {",
            "{'removed': True, 'name': 'web'}",
            "{'removed': False, 'name': 'web'}",
        ),
        ("length", "notify()", "return len(reply)", "4", "5"),
        # Each task's own result goes to the project, which gathers them.
        ("length_of_all", "notify_all()", "return await asyncio.gather", "[4, 4]", "[5, 5]"),
        ("generator", "names()", "yield row", "'a'", "' a '"),
        ("returned", "price()", "return internal", "6", "8"),
        (
            "raised",
            "price()",
            "raise ValueError",
            "exception ValueError('negative: -1')",
            "exception ValueError('positive: -1')",
        ),
    ],
)
def test_what_came_back(
    told: dict[str, Any], case: str, name: str, at: str, before: str, after: str
) -> None:
    found = returned(told, case)
    assert (found["name"], found["file"], found["line"]) == (name, "shop.py", line_of(at))
    assert (found["before"], found["after"]) == (before, after)


def test_nothing_differs(told: dict[str, Any]) -> None:
    assert told["internal"] == [{"test": "test_price", "difference": None}]


def test_a_test_that_notices_is_left_out(told: dict[str, Any]) -> None:
    assert told["noticed"] == []
