"""`refute try`: one test of a real project under one fault of its last run."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.stage import PATIENCE, Done, Stage, stage

pytestmark = pytest.mark.slow

ADD = "tests/test_calc.py::test_add"
FULL = "tests/test_calc.py::test_is_full"
OUTSIDE = """

def send(client, name):
    return client.post("/full", name=name)
"""
MOCKED = """
import os
import subprocess
from unittest.mock import Mock

from calc import send


def test_sent():
    client = Mock()
    send(client, "shop")
    client.post.assert_called_once_with("/full", name="shop")


def test_sent_somehow():
    client = Mock()
    send(client, "shop")
    assert client.post.called


def test_stalls():
    if "STALL" in os.environ:
        subprocess.run(["sleep", "86398"])
"""


@pytest.fixture(scope="module")
def judged() -> Iterator[tuple[Stage, Done]]:
    """The calculator with a call to the outside, judged once."""
    with stage("calc") as made:
        code = made.project / "calc" / "__init__.py"
        code.write_text(code.read_text() + OUTSIDE)
        (made.project / "tests" / "test_send.py").write_text(MOCKED)
        made.before = made.content()
        done = made.run("--jobs", "1")
        assert done.code == 0, done.output
        yield made, done


def attempt(place: Stage, *arguments: str) -> Done:
    return place.finish(place.start("try", "--python", place.python, *arguments))


def mutant(done: Done, original: str, replacement: str) -> str:
    return str(done.mutant(original=original, replacement=replacement)["id"])


def plain(text: str) -> str:
    """pytest's output without its times, and without the bars that are as long as they leave."""
    return re.sub(r"=+ (.*) in [\d.]+s =+", r"\1", text)


@pytest.mark.parametrize(
    ("change", "test", "code", "words"),
    [
        (("+", "-"), ADD, 0, "noticed ID: told, an assertion of its own."),
        ((">=", ">"), FULL, 1, "did not notice ID."),
    ],
)
def test_it_prints_what_pytest_prints_on_the_changed_file(
    judged: tuple[Stage, Done], change: tuple[str, str], test: str, code: int, words: str
) -> None:
    place, done = judged
    id = mutant(done, *change)
    tried = attempt(place, id, test)
    assert tried.code == code, tried.output
    *printed, last = tried.output.splitlines(keepends=True)
    assert last == f"{test} {words.replace('ID', id)}\n"
    assert place.clean()

    path = place.project / "calc" / "__init__.py"
    before = path.read_text()
    path.write_text(before.replace(*change, 1))
    program = place.launch("-m", "pytest", "-p", "no:cacheprovider", test)
    expected = program.communicate(timeout=PATIENCE)[0].decode()
    path.write_text(before)
    for litter in place.project.rglob("__pycache__"):
        for file in litter.iterdir():
            file.unlink()
        litter.rmdir()
    assert plain("".join(printed)) == plain(expected)


def test_parts_of_names_will_do(judged: tuple[Stage, Done]) -> None:
    place, done = judged
    id = mutant(done, ">=", "<")
    tried = attempt(place, id[2:7], "is_not_full", "--pytest-args", "-q --color=yes")
    assert tried.code == 0, tried.output
    assert "\x1b[31m" in tried.output
    assert tried.output.splitlines()[-1].startswith(
        f"tests/test_calc.py::test_is_not_full noticed {id}: told"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("m-zzzz", "test_add"), "error[unknown-mutant]: No mutant of the last run"),
        (("d-zzzz", "test_add"), "error[unknown-fault]: No double fault of the last run"),
        (("m-", "test_add"), "ids begin with m-"),
        (("FIRST", "test_ad_"), f"The nearest: {ADD}"),
        (("FIRST", "calc"), "3 tests are called like calc: "),
    ],
)
def test_what_is_not_known(
    judged: tuple[Stage, Done], arguments: tuple[str, str], words: str
) -> None:
    place, done = judged
    first = done.report["mutants"][0]["id"]
    tried = attempt(place, arguments[0].replace("FIRST", first), arguments[1])
    assert tried.code == 2
    assert words in tried.output


def test_a_changed_file_is_refused(judged: tuple[Stage, Done]) -> None:
    place, done = judged
    path = place.project / "calc" / "__init__.py"
    before = path.read_text()
    path.write_text(before + "\n")
    tried = attempt(place, mutant(done, "+", "-"), ADD)
    path.write_text(before)
    assert tried.code == 2
    assert "error[bad-report]: calc/__init__.py has changed since the last run." in tried.output


def test_a_test_that_fails_anyway_tells_nothing(judged: tuple[Stage, Done]) -> None:
    place, done = judged
    path = place.project / "tests" / "test_calc.py"
    before = path.read_text()
    path.write_text(before.replace("== 5", "== 6"))
    tried = attempt(place, mutant(done, "+", "-"), ADD)
    path.write_text(before)
    assert tried.code == 3
    assert "error[reference-red]" in tried.output
    assert "assert 5 == 6" in tried.output


@pytest.mark.parametrize(
    ("test", "code", "words"),
    [
        ("test_sent", 0, "noticed d-0123abcd: told, an assertion of its own."),
        ("test_sent_somehow", 1, "did not notice d-0123abcd."),
        ("test_add", 1, "did not notice d-0123abcd: it took no effect there."),
    ],
)
def test_a_double_fault(judged: tuple[Stage, Done], test: str, code: int, words: str) -> None:
    place, _ = judged
    text = (place.project / "calc" / "__init__.py").read_text().splitlines()
    line = text.index('    return client.post("/full", name=name)') + 1
    fault = {
        "id": "d-0123abcd",
        "site": {
            "file": "calc/__init__.py",
            "line": line,
            "column": 12,
            "end_line": line,
            "end_column": len(text[line - 1]) + 1,
            "function": "send",
        },
        "target": "",
        "method": ".post",
        "path": "name",
        "change": "typo",
        "original": "'shop'",
        "replacement": "'sohp'",
        "tests": [0],
        "unit": "send",
        "unit_line": line - 1,
    }
    path = place.project / ".refute" / "report.json"
    before = path.read_bytes()
    report = json.loads(before)
    report["double_faults"] = [*report.get("double_faults", ()), fault]
    path.write_text(json.dumps(report))
    tried = attempt(place, "d-0123abcd", test)
    path.write_bytes(before)
    assert tried.code == code, tried.output
    assert tried.output.splitlines()[-1].endswith(f"::{test} {words}")
    assert ("assert_called_once_with" in tried.output) is (test == "test_sent")


def test_a_terminal_gets_colours(judged: tuple[Stage, Done]) -> None:
    place, done = judged
    ours, theirs = pty.openpty()
    words = ("try", "--python", place.python, mutant(done, "+", "-"), ADD)
    program = place.start(*words, env={"TERM": "xterm"}, stdout=theirs)
    os.close(theirs)
    printed = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            printed += chunk
    except OSError:
        pass  # the last one at the other end has gone
    os.close(ours)
    assert program.wait(PATIENCE) == 0, program.communicate()
    assert b"\x1b[31mFAILED\x1b[0m" in printed
    program.communicate()


def test_ctrl_c(judged: tuple[Stage, Done]) -> None:
    place, done = judged
    words = ("try", "--python", place.python, mutant(done, "+", "-"), "test_stalls")
    program = place.start(*words, env={"STALL": "1"})
    deadline = time.monotonic() + PATIENCE
    while not place.running(("sleep", "86398")):
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(program.pid, signal.SIGINT)
    assert place.finish(program).code == 130
    assert place.clean()


def test_the_interpreter_of_the_run_is_kept() -> None:
    with stage("calc") as made:
        other = made.folder / "other"
        subprocess.run([made.python, "-m", "venv", "--without-pip", other], check=True)
        python = str(other / "bin" / "python")
        site = next((other / "lib").glob("python*")) / "site-packages"
        (site / "borrowed.pth").write_text(str(Path(pytest.__file__).parents[1]))
        (made.project / "tests" / "test_where.py").write_text(
            "import sys\n\nfrom calc import add\n\n\n"
            f"def test_where():\n    assert sys.prefix == {str(other)!r}\n"
            "    assert add(1, 2) == 3\n"
        )
        done = made.run("--jobs", "1", python=python)
        assert done.code == 0, done.output
        assert done.report["environment"]["interpreter"] == python
        tried = made.finish(made.start("try", mutant(done, "+", "-"), "test_where"))
        assert (tried.code, "noticed" in tried.output) == (0, True), tried.output
        named = attempt(made, mutant(done, "+", "-"), "test_where")
        assert "does not pass without the fault" in named.output
        verified = made.finish(made.start("verify", "--sample", "1"))
        assert verified.code == 0, verified.output
