"""What became of survivors: one mutant, in a fork, against real tests run by pytest."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.unit.benches import answers

from refute_child.units import Module, units_of

SHOP = """\
import asyncio
import subprocess
import time
import uuid
from datetime import datetime, timedelta

import cloud


def remove(name, namespace="default"):
    cloud.log("removing", name)
    done = cloud.run_kubectl(["delete", "pod", name], namespace=namespace, check=True)
    cloud.log("removed", name)
    return {"removed": done == 0, "name": name}


class Order:
    def __init__(self, item, count):
        self.item = item
        self.count = count + 0


def order(repository, item):
    made = Order(item, 2)
    repository.save(made)
    return True


def close(session, user):
    user.status = "closed"
    session.commit()
    session.refresh(user)


def expire(store, days):
    store.put("key", until=datetime.now() + timedelta(days=days), at=int(time.time()))
    store.put(str(uuid.uuid4()), note=f"of {datetime.now().isoformat()}: kept")


def touch(path, name):
    subprocess.run(["true", str(path / name)], check=False)


def sign(client, password):
    client.login("admin", password=password + "")


async def notify(client, text):
    reply = await client.post("/notes", json={"text": text, "urgent": False})
    return len(reply)


async def notify_all(client, texts):
    return await asyncio.gather(*(notify(client, text) for text in texts))


def plenty(sink):
    sink(list(range(30)) + ["last"])


def names(rows):
    for row in rows:
        yield row.strip()


def price(amount):
    if amount < 0:
        raise ValueError(f"negative: {amount}")
    return internal(amount) + 1 - 1


def internal(amount):
    return round(amount * 3, 2)


def each(rows, tell):
    for row in rows:
        tell(row, last=row == "x")


def unsteady(sink):
    sink(uuid.uuid4().hex, "steady")


def threaded(sink):
    return asyncio.run(_threaded(sink))


async def _threaded(sink):
    return await asyncio.to_thread(sink, "from a thread")


class Refused(Exception):
    def __init__(self, order):
        super().__init__()
        self.order = order


def refuse(order, other):
    raise Refused(order)


BASE = None


def use(base):
    global BASE
    BASE = base


def fetch(client, name):
    client.get(f"{BASE}/{name}")
    return len(name) + 0
"""

TESTS = """\
import asyncio
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import pytest

import shop


def test_remove():
    with patch("cloud.run_kubectl", return_value=0) as run, patch("cloud.log"):
        shop.remove("web", "prod")
    assert run.called


def test_remove_fake(monkeypatch):
    monkeypatch.setattr("cloud.run_kubectl", lambda command, namespace, check: 0)
    monkeypatch.setattr("cloud.log", lambda *words: None)
    shop.remove("web", "prod")


def test_order():
    class Repository:
        def save(self, order):
            self.order = order

    assert shop.order(Repository(), "tea")


def test_close():
    shop.close(MagicMock(name="session"), MagicMock(name="user"))


def test_expire():
    shop.expire(Mock(name="store"), 30)


def test_touch(tmp_path):
    shop.touch(tmp_path, "flag")


def test_sign():
    shop.sign(Mock(name="client"), "hunter2-and-more")


def test_notify():
    client = AsyncMock(name="client")
    client.post.return_value = "done"
    asyncio.run(shop.notify(client, "hello"))


def test_notify_all():
    client = AsyncMock(name="client")
    client.post.return_value = "done"
    assert asyncio.run(shop.notify_all(client, ["a", "b"]))


def test_plenty():
    shop.plenty(Mock(name="sink"))


def test_names():
    assert len(list(shop.names([" a ", " b "]))) == 2


def test_price():
    assert shop.price(2)


def test_price_negative():
    with pytest.raises(ValueError):
        shop.price(-1)


def test_each():
    def tell(row, last):
        assert row

    shop.each(["a", "b"], tell)


def test_unsteady():
    shop.unsteady(Mock(name="sink"))


def test_threaded():
    shop.threaded(Mock(name="sink", return_value=1))


def test_refuse():
    with pytest.raises(shop.Refused):
        shop.refuse("one", "two")


def test_fetch():
    shop.fetch(Mock(name="client"), "index")


def test_use():
    shop.use("mirror")
"""

CLOUD = """\
def run_kubectl(command, namespace, check):
    raise AssertionError("the real one")


def log(*words):
    raise AssertionError("the real one")
"""

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
