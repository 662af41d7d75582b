"""The observer of test doubles changes no outcome, and does with what it finds."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from tests.unit.interpreters import ways
from tests.unit.watched import SUITE, Way, read, run_suite

from refute.observed import DoubleKind

OWN: Way = (
    ".".join(map(str, sys.version_info[:2])),
    "monitoring" if hasattr(sys, "monitoring") else "tracing",
)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A folder with the suite's project and plugin, and none of its tests."""
    shutil.copytree(SUITE, tmp_path / "suite", ignore=shutil.ignore_patterns("test_*.py"))
    return tmp_path


PICKY = """
import copy, inspect, pickle, sys
from unittest import mock
from unittest.mock import AsyncMock, MagicMock, Mock, NonCallableMock, call, patch, seal
import pytest
from shop import cloud, jobs

def test_identity(monkeypatch):
    def fake(args, namespace=None): return 0
    monkeypatch.setattr(jobs, "run_kubectl", fake)
    assert jobs.run_kubectl is fake and not hasattr(fake, "__wrapped__")
    assert list(inspect.signature(fake).parameters) == ["args", "namespace"]
    assert jobs.delete("a")

def test_what_mocks_say_of_themselves():
    double = MagicMock(name="d")
    double.a.b(1).c(2)
    assert double.mock_calls == [call.a.b(1), call.a.b().c(2)]
    assert double.method_calls == [call.a.b(1)] and double.a.method_calls == [call.b(1)]
    assert dir(double) == sorted(dir(double)) and not [n for n in dir(double) if "refute" in n]
    double.reset_mock()
    assert double.mock_calls == [] and double.method_calls == [] and not double.called
    twin = copy.deepcopy(double)
    twin(3)
    assert not double.called and twin.call_args == call(3)
    manager = Mock()
    manager.attach_mock(twin, "twin")
    twin(4)
    assert manager.mock_calls == [call.twin(4)]
    seal(double)
    with pytest.raises(AttributeError): double.other
    with pytest.raises(TypeError): NonCallableMock()()

def test_signatures():
    assert "kwargs" in inspect.signature(Mock.assert_called_with).parameters
    double = mock.create_autospec(cloud.Client)
    assert list(inspect.signature(double.get).parameters)[-2:] == ["path", "retries"]
    with pytest.raises(TypeError): double("u").get()
    double.method_calls

def test_depth():
    double = Mock(side_effect=lambda n: double(n - 1) if n else 0)
    assert double(40) == 0
    with pytest.raises(RecursionError): double(10 ** 6)

def test_message():
    double = MagicMock(name="d")
    jobs.hand(double, 1, a=2)
    double.take.assert_called_once_with(2)

def test_never_called():
    Mock().assert_called()

async def never(): pass

def test_unawaited(recwarn):
    AsyncMock()()
    import gc; gc.collect()
    words = [str(one.message) for one in recwarn]
    assert words == ["coroutine 'AsyncMockMixin._execute_mock_call' was never awaited"]

def test_raised_within():
    double = Mock(side_effect=KeyError("k"))
    with pytest.raises(KeyError) as caught: jobs.spread(double)
    assert caught.value.__context__ is None and caught.value.args == ("k",)

def test_undone(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        with patch("shop.jobs.run_kubectl"): 1 / 0
    assert jobs.run_kubectl is cloud.run_kubectl
    with pytest.raises(AttributeError): monkeypatch.setattr(jobs, "missing", 1)
    with pytest.raises(AttributeError): patch("shop.jobs.missing").start()
    monkeypatch.setattr("shop.cloud.TIMEOUT", 1); monkeypatch.undo()
    assert cloud.TIMEOUT == 5

def test_world_of_mocks():
    names = ("open", "len", "isinstance", "type", "id", "repr", "list", "dict", "getattr")
    with patch("time.time", side_effect=RuntimeError), patch("os.open", side_effect=OSError):
        double = Mock()
        for name in names:
            with patch(f"builtins.{name}", side_effect=RuntimeError) if name == "open" else patch(
                "os.path.realpath", side_effect=RuntimeError
            ):
                jobs.hand(double, [1, {"a": 2}], name=name)
    assert double.take.call_count == len(names)
"""
REPORT = """
import json, os
def pytest_runtest_logreport(report):
    if report.when == "call" or report.failed:
        error = report.longrepr.reprcrash.message if report.failed else ""
        with open(os.environ["SEEN"] + "-outcomes", "a") as file:
            file.write(json.dumps([report.nodeid, report.outcome, error]) + "\\n")
"""


@pytest.mark.parametrize(("version", "mechanism"), ways())
def test_no_outcome_changes(suite: Path, version: str, mechanism: str) -> None:
    (suite / "suite" / "tests" / "test_picky.py").write_text(PICKY, encoding="utf-8")
    (suite / "suite" / "report.py").write_text(REPORT.replace("\\\\", "\\"), encoding="utf-8")
    outcomes = suite / f"seen-{mechanism}-outcomes"
    found = []
    for watched in (False, True):
        done = run_suite(suite, (version, mechanism), "-p", "report", watched=watched)
        assert done.returncode == 1, done.stdout + done.stderr
        found.append(outcomes.read_text(encoding="utf-8").splitlines())
        outcomes.unlink()
    assert found[0] == found[1]
    passed = [line for line in found[0] if '"passed"' in line]
    assert len(found[0]) - len(passed) == 2, found[0]


FAKE = """
class RequestsMock:
    def start(self): return self
    def stop(self): pass
"""
FAKED = """
import responses
def test_faked():
    responses.RequestsMock().start()
    responses.RequestsMock().start()
def test_real(): pass
"""


def test_fakes_of_known_libraries(suite: Path) -> None:
    (suite / "suite" / "responses.py").write_text(FAKE, encoding="utf-8")
    (suite / "suite" / "tests" / "test_faked.py").write_text(FAKED, encoding="utf-8")
    done = run_suite(suite, OWN)
    assert done.returncode == 0, done.stdout + done.stderr
    told = read(suite, OWN)
    double = told.double("test_faked")
    assert (double.name, double.target, double.kind) == (
        "responses",
        "requests",
        DoubleKind.LIBRARY,
    )
    assert (double.file, double.line) == ("tests/test_faked.py", 4)
    assert told.doubles("test_real") == []


TAKEN = """
import sys
def pytest_collection_finish(session):
    for tool in range(6):
        if sys.monitoring.get_tool(tool) is None:
            sys.monitoring.use_tool_id(tool, "another")
"""


@pytest.mark.skipif(OWN[1] != "monitoring", reason="has no tools that could be taken")
def test_goes_without_a_tool(suite: Path) -> None:
    (suite / "suite" / "taken.py").write_text(TAKEN, encoding="utf-8")
    shutil.copy(SUITE / "tests" / "test_plain.py", suite / "suite" / "tests")
    done = run_suite(suite, OWN, "-p", "taken")
    assert done.returncode == 0, done.stdout + done.stderr
    told = read(suite, OWN)
    assert told.double("test_function").target == "shop.jobs.run_kubectl"
    assert told.double("test_function").calls == ()
