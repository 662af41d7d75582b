"""The command line as a user meets it: real processes, their output and their exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from refute import __version__
from refute.cli.app import app
from refute.judgement import load
from refute.settings import Settings

SRC = Path(__file__).resolve().parents[2] / "src"

CODE = """
def total(prices, discount):
    result = sum(prices)
    if discount > 10:
        result = result - discount
    return result
"""

TESTS = """
from shop import total


def test_total():
    assert total([1, 2], 0) == 3
    assert total([10, 20], 20) == 10
"""


def refute(
    *arguments: str | Path, cwd: Path, program: tuple[str, ...] = ("-m", "refute"), **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(SRC), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project that was judged once."""
    root = tmp_path_factory.mktemp("judged")
    (root / "shop.py").write_text(CODE)
    (root / "test_shop.py").write_text(TESTS)
    done = refute("run", "--python", sys.executable, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_help_lists_all_commands(tmp_path: Path) -> None:
    done = refute("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert [name for name in app.commands if f"\n  {name} " not in done.stdout] == []
    assert [line for line in done.stdout.splitlines()[1:] if line.endswith("...")] == []
    assert done.stderr == ""


@pytest.mark.parametrize("name", app.commands)
def test_help_of_each_command(name: str, tmp_path: Path) -> None:
    done = refute(name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Usage: refute {name}" in done.stdout
    options = [one for one in app.commands[name].params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def test_help_imports_nothing_of_the_engine(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom refute.cli import main\ncode = main(['--help'])\n"
        "heavy = ('refute.pipeline', 'refute.judgement', 'refute_child.operators', 'rich')\n"
        "sys.exit(code or [name for name in heavy if name in sys.modules] or 0)"
    )
    assert refute(cwd=tmp_path, program=("-c", code)).returncode == 0


def test_version(tmp_path: Path) -> None:
    done = refute("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"refute {__version__}\n")


def test_each_option_of_run_is_a_setting() -> None:
    # A gate is about what the run has found, and no setting of the run.
    options = {one.name for one in app.commands["run"].params} - {"path", "gated"}
    assert options == set(Settings.__dataclass_fields__) - {"root"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("rnu",), 2, "did you mean `run`?"),
        (("run", "--job", "2"), 2, "--jobs"),
        (("run", "nowhere"), 2, "error[no-such-path]: nowhere does not exist."),
        (("run", "."), 2, "error[no-sources]"),
        (("run", "--operators", "comparisn"), 2, "did you mean `comparison`?"),
        (("run", "--operators=-comparisn,number"), 2, "did you mean `comparison`?"),
        (("run", "--pytest-args", "'open"), 2, "No closing quotation"),
        (("run", "--python", "nowhere/python"), 2, "error[no-sources]"),
        (("show", "m-1"), 2, "error[no-report]"),
        (("verify",), 2, "error["),
        (("operators", "comparisn"), 2, "did you mean `comparison`?"),
        (("doctor",), 2, "error[no-sources]"),
    ],
)
def test_errors(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    done = refute(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_error_says_what_to_do_and_where_to_read_on(tmp_path: Path) -> None:
    done = refute("run", ".", cwd=tmp_path)
    first, *rest = done.stderr.splitlines()
    assert first.startswith("error[no-sources]: No Python sources found")
    assert rest[-1] == "More: docs/messages/no-sources.md"
    assert "refute run --source PATH" in done.stderr


def test_our_own_bug_is_called_one_and_leaves_a_traceback_in_a_file(tmp_path: Path) -> None:
    (tmp_path / ".refute").mkdir()
    code = (
        "import sys\nfrom refute.cli import app, main\n"
        "def broken():\n    raise ZeroDivisionError('a bug')\n"
        "app.commands['operators'].callback = lambda name: broken()\n"
        "sys.exit(main(['operators']))"
    )
    done = refute(cwd=tmp_path, program=("-c", code))
    assert done.returncode == 70
    assert "error[internal-error]: ZeroDivisionError: a bug" in done.stderr
    assert "bug in refute" in done.stderr
    assert "Traceback" not in done.stderr
    (kept,) = (tmp_path / ".refute").iterdir()
    assert str(kept) in done.stderr
    assert "in broken" in kept.read_text()
    report = "Please report it to the place that you got refute from, with that file.\n"
    assert report in done.stderr


def test_where_no_file_can_be_written_the_traceback_is_shown(tmp_path: Path) -> None:
    code = (
        "import sys, tempfile\nfrom refute.cli import app, main\n"
        "tempfile.tempdir = '/proc/nowhere'\n"
        "app.commands['operators'].callback = lambda name: 1 / 0\n"
        "sys.exit(main(['operators']))"
    )
    done = refute(cwd=tmp_path, program=("-c", code))
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "from, with the traceback above and what you typed.\n" in done.stderr


def test_ctrl_c_has_its_own_code(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom refute.cli import app, main\n"
        "app.commands['operators'].callback = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(main(['operators']))"
    )
    done = refute(cwd=tmp_path, program=("-c", code))
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m refute operators | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_operators_are_listed_and_explained(tmp_path: Path) -> None:
    listed = refute("operators", cwd=tmp_path)
    assert listed.returncode == 0
    assert "  comparison " in listed.stdout
    explained = refute("operators", "comparison", cwd=tmp_path)
    assert explained.returncode == 0
    assert "  - " in explained.stdout
    assert "  + " in explained.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str, tmp_path: Path) -> None:
    done = refute("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert "_REFUTE_COMPLETE" in done.stdout
    assert done.stderr == ""


def test_completion_answers(tmp_path: Path) -> None:
    done = refute(
        cwd=tmp_path,
        program=("-m", "refute"),
        _REFUTE_COMPLETE="bash_complete",
        COMP_WORDS="refute ver",
        COMP_CWORD="1",
    )
    assert done.stdout == "plain,verify\n"


def test_doctor(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(CODE)
    done = refute("doctor", "--python", sys.executable, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        "refute",
        "cores",
        "git",
        "project",
        "python",
        "seal",
    ]
    missing = refute("doctor", "--python", "nowhere", cwd=tmp_path)
    assert missing.returncode == 5
    assert "error[no-python]" in missing.stdout


def test_run_judges_and_show_shows(judged: Path) -> None:
    judgement = load(judged)
    survivor = next(item for item in judgement.judged if item.verdict == "survived")
    done = refute("show", survivor.mutant.id, "--plain", cwd=judged)
    assert done.returncode == 0, done.stderr
    assert survivor.mutant.id in done.stdout
    assert "survived" in done.stdout.lower()


def test_patch_can_be_applied_and_taken_back(judged: Path) -> None:
    before = (judged / "shop.py").read_bytes()
    item = load(judged).judged[0]
    done = subprocess.run(
        [sys.executable, "-m", "refute", "show", item.mutant.id, "--patch"],
        cwd=judged,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        check=True,
    )
    subprocess.run(["git", "apply"], cwd=judged, input=done.stdout, check=True)
    assert (judged / "shop.py").read_bytes() != before
    subprocess.run(["git", "apply", "-R"], cwd=judged, input=done.stdout, check=True)
    assert (judged / "shop.py").read_bytes() == before


def test_unknown_mutant(judged: Path) -> None:
    done = refute("show", "m-zzzz", cwd=judged)
    assert done.returncode == 2
    assert "error[unknown-mutant]" in done.stderr


def test_a_run_that_judged_nothing_is_no_success(judged: Path) -> None:
    words = ("--python", sys.executable, "--operators", "match_case")
    done = refute("run", *words, cwd=judged)
    assert done.returncode == 4
    assert "Nothing was judged: no fault could be made in the chosen code." in done.stdout


def test_paths_that_mean_no_file_are_told_before_anything_is_run(judged: Path) -> None:
    done = refute("run", "--python", sys.executable, "--paths", "nothing.py", cwd=judged)
    assert done.returncode == 2
    assert "error[no-such-path]: --paths nothing.py: no file is meant by that" in done.stderr
    assert "collect" not in done.stdout
