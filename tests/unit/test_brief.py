"""The short protocol notices what the whole one notices: both are run on the same tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
DRIVER = """
import json, os, sys
import pytest
from refute_child.runner import Runner

class Both:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        for short in (False, True):
            reading, writing = os.pipe()
            if os.fork() == 0:
                if short:
                    runner.shorten(session.items)
                lines = []
                for item, following in zip(session.items, [*session.items[1:], None]):
                    record = runner.run(item, following, detailed=False)
                    brief = runner._brief is not None and runner._brief.fits(item)
                    failure = record.get("failure", {})
                    lines.append([item.name, record["outcome"], brief, failure.get("exception"),
                                  failure.get("phase"), failure.get("line")])
                os.write(writing, json.dumps(lines).encode())
                os._exit(0)
            os.close(writing)
            with open(reading) as file:
                print("SEEN", file.read(), file=sys.__stderr__)
            os.wait()
        return True

runner = Runner(lambda name: name.endswith("code.py"), lambda name: "python3" in name
                or "refute_child" in name)
pytest.main(["-q", "-s", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[Both(), runner])
"""
Seen = dict[str, tuple[object, ...]]


def both(folder: Path, *arguments: str) -> tuple[Seen, Seen]:
    """What the whole and the short protocol say of each test: (outcome, short?, exception,
    phase, line)."""
    result = subprocess.run(
        [sys.executable, "-c", DRIVER, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    seen = [line[5:] for line in result.stderr.splitlines() if line.startswith("SEEN ")]
    assert len(seen) == 2, result.stderr + result.stdout
    whole, short = ({name: tuple(rest) for name, *rest in json.loads(text)} for text in seen)
    return whole, short


TESTS = """
import logging, sys, unittest, warnings
import pytest

@pytest.fixture
def broken_setup():
    raise KeyError("before")

@pytest.fixture
def broken_teardown():
    yield 1
    raise LookupError("after")

@pytest.fixture
def kept(tmp_path):
    (tmp_path / "a").write_text("x")
    yield tmp_path

def test_passes(): pass
def test_fails(): assert 1 == 2
def test_setup(broken_setup): pass
def test_teardown(broken_teardown): pass
def test_files(kept): assert kept.exists()
def test_exits(): sys.exit(3)
def test_skips(): pytest.skip("later")
def test_gives_up(): pytest.xfail("known")
def test_message(): logging.getLogger("any").warning("%d", "text")
def test_quiet_message():
    logging.getLogger("any").warning("%d", 1)
def test_warns(): warnings.warn("old", DeprecationWarning)
def test_changed_settings():
    warnings.simplefilter("ignore")
def test_warns_again(): warnings.warn("old", DeprecationWarning)
def test_prints(capsys):
    print("x"); assert capsys.readouterr().out == "x\\n"
def test_logs(caplog):
    logging.getLogger("any").warning("told"); assert "told" in caplog.text
def test_asks_for_the_log(request):
    logging.getLogger("any").warning("told")
    assert "told" in request.getfixturevalue("caplog").text
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_expected(): assert 0
@pytest.mark.xfail(strict=True)
def test_better_than_expected(): pass
@pytest.mark.parametrize("number", [1, 2])
def test_case(number): assert number < 2
class Case(unittest.TestCase):
    def test_unit(self): self.assertEqual(1, 2)
    def test_well(self): pass
"""
LONG = {
    "test_prints",
    "test_logs",
    "test_unit",
    "test_well",
}
"""Tests that need the whole protocol."""


def test_both_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    whole, short = both(tmp_path, "-W", "error:old:DeprecationWarning", "-p", "no:asyncio")
    assert {name for name, said in short.items() if not said[1]} == LONG
    assert not any(said[1] for said in whole.values())
    assert {n: (o, *rest) for n, (o, _, *rest) in whole.items()} == {
        n: (o, *rest) for n, (o, _, *rest) in short.items()
    }
    assert whole["test_message"][0] == "failed"
    assert whole["test_better_than_expected"][0] == "failed"
    assert whole["test_warns_again"][2] == "DeprecationWarning"
    assert [said[0] for said in whole.values()].count("passed") == 9


REPORTS = """
import pytest
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome = "failed" if report.when == "call" else report.outcome
    return report
"""
PHASES = """
def pytest_runtest_teardown(item):
    raise ValueError("not put back")
"""
CALL = """
import pytest
@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    yield
    raise ValueError("no")
"""


@pytest.mark.parametrize(("text", "brief"), [(REPORTS, False), (PHASES, True), (CALL, True)])
def test_what_a_conftest_has_to_say(tmp_path: Path, text: str, brief: bool) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    for folder in (near, far):
        folder.mkdir()
        (folder / f"test_{folder.name}.py").write_text(
            f"def test_{folder.name}(tmp_path): assert tmp_path.is_dir()\n"
        )
    (near / "conftest.py").write_text(text)
    whole, short = both(tmp_path)
    assert short["test_near"][:2] == ("failed", brief)
    assert short["test_far"][:2] == ("passed", brief)
    assert {n: s[0] for n, s in whole.items()} == {n: s[0] for n, s in short.items()}
