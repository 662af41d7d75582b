"""refute as people have it: a wheel of its own environment, or beside the project's pytest.

Environments and interpreters are real ones; packages come from the index.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

pytestmark = [pytest.mark.slow, pytest.mark.network]

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
PINS = ("click==7.1.2", "rich==10.0.0", "pygments==2.7.2", "markdown-it-py==1.1.0")
"""Older than what refute and its dependencies ask for."""

SHOP = """\
import click


def total(prices):
    return sum(prices)


def free_delivery(amount):
    return amount >= 50


@click.command()
@click.argument("amount", type=int)
def main(amount):
    click.echo("free" if free_delivery(amount) else "paid")
"""

TEST_SHOP = """\
import importlib.util
import sys

import click
import rich
from click.testing import CliRunner
from importlib.metadata import version

import shop


def test_environment_is_the_project_s():
    assert "%d.%d" % sys.version_info[:2] == {version!r}
    assert click.__version__ == "7.1.2"
    assert version("rich") == "10.0.0"
    assert importlib.util.find_spec("refute") is None


def test_total():
    assert shop.total([1, 2]) == 3


def test_delivery():
    assert shop.free_delivery(60)
    assert not shop.free_delivery(40)


def test_command():
    assert CliRunner().invoke(shop.main, ["60"]).output == "free\\n"
    assert CliRunner().invoke(shop.main, ["40"]).output == "paid\\n"
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that a test has made."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def refute(self) -> Path:
        """The command, if refute is installed there."""
        return self.folder / "bin" / "refute"

    def install(self, *wanted: str) -> None:
        """Install by pip."""
        words = (self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        said(words, *wanted)


def said(words: Sequence[str | Path], *more: str | Path, **options: Any) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run([*words, *more], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    printed: str = done.stdout
    return printed


@cache
def interpreters() -> dict[str, Path]:
    """Version to interpreter, of those that this machine has: on PATH, or made by pyenv."""
    found: dict[str, Path] = {}
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for version in VERSIONS:
        here = which(f"python{version}")
        made = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        for path in (Path(sys.executable), *made, *([Path(here)] if here else [])):
            done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.strip() == version:
                found[version] = path
                break
    return found


def two_versions() -> tuple[str, str]:
    """The oldest and the newest version that are here; skips where there is but one."""
    known = sorted(interpreters(), key=VERSIONS.index)
    if len(known) < 2:
        pytest.skip(
            f"of the Pythons {', '.join(VERSIONS)} this machine has {', '.join(known)} only"
        )
    return known[0], known[-1]


def environment(folder: Path, version: str, *wanted: str) -> Environment:
    """A new virtual environment with these packages."""
    said([interpreters()[version], "-m", "venv"], folder)
    made = Environment(folder)
    made.install(*wanted)
    return made


def variables(home: Path, **more: str) -> dict[str, str]:
    """The environment variables of a run; none of our own process's but PATH."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home), **more}


def lay(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder, and return it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def judged(words: Sequence[str | Path], project: Path, env: dict[str, str]) -> dict[str, Any]:
    """The report of a run in the project's folder."""
    said(words, cwd=project, env=env)
    report: dict[str, Any] = json.loads((project / ".refute" / "report.json").read_text())
    return report


def survivors(report: dict[str, Any]) -> list[tuple[str, str]]:
    """What was changed into what, and nobody noticed."""
    return [
        (mutant["original"], mutant["replacement"])
        for mutant in report["mutants"]
        if mutant["verdict"] == "survived"
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    words = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir")
    said(words, folder, ROOT)
    (built,) = folder.glob("refute-*.whl")
    return built


@pytest.fixture(params=["older judges newer", "newer judges older"])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The versions of the controller and of the project."""
    older, newer = two_versions()
    return (older, newer) if request.param == "older judges newer" else (newer, older)


def test_tool_judges_a_project_of_another_python_and_conflicting_pins(
    wheel: Path, tmp_path: Path, pair: tuple[str, str]
) -> None:
    own, theirs = pair
    tool = environment(tmp_path / "tool", own, str(wheel))
    project = lay(
        tmp_path / "shop",
        {"shop.py": SHOP, "tests/test_shop.py": TEST_SHOP.replace("{version!r}", repr(theirs))},
    )
    lay(project, {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n'})
    theirs_env = environment(project / ".venv", theirs, "pytest", *PINS)
    assert_all_conflict(wheel, theirs_env)

    report = judged([tool.refute, "run"], project, variables(tmp_path))

    assert report["environment"]["python"].startswith(f"{theirs}.")
    assert_all_passed(report)
    assert report["metrics"]["mutation"]["error"] == 0
    assert (">=", ">") in survivors(report)
    handler = [m for m in report["mutants"] if m["function"] == "main"]
    assert "killed" in {mutant["verdict"] for mutant in handler}
    text = said([tool.refute, "verify", "--sample", "5"], cwd=project, env=variables(tmp_path))
    assert "5 of 5 verdicts agree" in text


def assert_all_passed(report: dict[str, Any]) -> None:
    """No test was set aside: on unchanged code they all pass."""
    why = [finding["evidence"] for finding in report["findings"] if "test" in finding["slug"]]
    assert {test["outcome"] for test in report["tests"]} == {"passed"}, why


def assert_all_conflict(wheel: Path, project: Environment) -> None:
    """None of refute's requirements could be met in the project's environment."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    for requirement in wanted:
        if requirement.marker is None:
            version = said([project.python, "-c", code, requirement.name]).strip()
            assert version not in requirement.specifier


def test_beside_a_project_that_turns_warnings_into_errors(wheel: Path, tmp_path: Path) -> None:
    files = {
        "calc.py": "def add(a, b):\n    return a + b\n",
        "test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
        "pyproject.toml": '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n',
    }
    project = lay(tmp_path / "calc", files)
    here = environment(tmp_path / "env", min(interpreters()), "pytest", str(wheel))
    env = variables(tmp_path)

    said([here.python, "-W", "error", "-m", "pytest"], cwd=project, env=env)
    report = judged([here.python, "-m", "refute", "run"], project, env)

    assert_all_passed(report)
    assert report["metrics"]["mutation"]["score"] == 1


WORLD = """\
import json
import os
import signal
import sys
from pathlib import Path

import conf
import elsewhere

RECORD = Path(__file__).with_name("world.json")


def world():
    mask = os.umask(0)
    os.umask(mask)
    return {
        "folder": os.getcwd(),
        "user": os.getuid(),
        "umask": mask,
        "path": [entry for entry in sys.path if not Path(entry, "pytest").is_file()],
        "arguments": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "flags": str(sys.flags),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "interrupt": str(signal.getsignal(signal.SIGINT)),
        "limit": sys.getrecursionlimit(),
        "encoding": sys.stdout.encoding,
        "variables": {k: v for k, v in os.environ.items() if k != "_"},
        "data": [
            Path("data/rates.csv").read_text(),
            Path("../shared/notes.txt").read_text(),
            Path(os.environ["SHOP_EXTRA"]).read_text(),
            Path("~/settings.ini").expanduser().read_text(),
        ],
        "module": elsewhere.__file__,
        "size": Path("data/rates.csv").stat().st_mode,
    }


def test_world():
    if not RECORD.exists():
        RECORD.write_text(json.dumps(world()))
    seen, here = json.loads(RECORD.read_text()), world()
    assert [(key, here[key], seen[key]) for key in here if here[key] != seen[key]] == []


def test_rate():
    assert conf.rate("data/rates.csv") == 7
"""


def test_tests_see_the_world_that_plain_pytest_shows_them(wheel: Path, tmp_path: Path) -> None:
    conf = "def rate(path):\n    with open(path) as file:\n        return int(file.read()) + 2\n"
    home = lay(
        tmp_path,
        {
            "project/conf.py": conf,
            "project/tests/test_world.py": WORLD,
            "project/data/rates.csv": "5\n",
            "project/pyproject.toml": "[project]\nname = 'conf'\nversion = '1'\n",
            "shared/notes.txt": "beside the project\n",
            "extra/more.txt": "named by a variable\n",
            "modules/elsewhere.py": "",
            "settings.ini": "of the user's home\n",
        },
    )
    here = environment(tmp_path / "env", min(interpreters()), "pytest", str(wheel))
    env = variables(
        home,
        PYTHONPATH=f"{home / 'modules'}{os.pathsep}{home / 'project'}",
        SHOP_EXTRA=str(home / "extra" / "more.txt"),
        SHOP_NAME="Zoë & sons",
        # refute fixes the seed of hashes, the same for each trial, unless there is one.
        PYTHONHASHSEED="0",
        PATH=f"{here.python.parent}{os.pathsep}{os.environ['PATH']}",
    )
    project = home / "project"

    said([here.folder / "bin" / "pytest"], cwd=project, env=env)
    said([here.folder / "bin" / "pytest"], cwd=project, env=env)
    report = judged([here.refute, "run"], project, env)

    assert_all_passed(report)
    assert report["metrics"]["mutation"]["killed"] > 0


def test_command_line_shows_the_version_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    tool = environment(tmp_path / "tool", min(interpreters()), str(wheel))
    assert said([tool.refute, "--version"]).split()[-1] == wheel.name.split("-")[1]
    assert "refute run" in said([tool.refute, "run", "--help"])
    assert "whole_body" in said([tool.python, "-m", "refute", "operators"])
