"""`refute init`: what it finds, shows and writes, on copies of small projects."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.projects import found, grow

from refute import cli
from refute.errors import RefuteError
from refute.starting.configuration import change, configured
from refute.starting.workflows import Place, github, gitlab, place_of, pre_commit
from refute.starting.writing import Change, write

ROOT = Path(__file__).resolve().parents[2]
ALL = ("--github", "--gitlab", "--pre-commit")


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        return Path(shutil.copytree(ROOT / "testdata" / name, tmp_path / name))

    return make


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "source"),
    [("ledger", ["src"]), ("calc", ["calc"]), ("classes", ["stock.py"]), ("nspkg", ["acme"])],
)
def test_what_is_written_means_what_was_found(
    copy: Callable[[str], Path], name: str, source: list[str]
) -> None:
    root = copy(name)
    before, seen = (root / "pyproject.toml").read_text(), found(root)
    assert cli.main(["init", str(root), "--yes"]) == 0
    text = (root / "pyproject.toml").read_text()
    assert text.startswith(before)
    assert tomllib.loads(text)["tool"]["refute"] == {"source": source}
    assert [one.files for one in found(root).sources] == [one.files for one in seen.sources]
    assert cli.main(["init", str(root), "--check"]) == 0


def test_a_root_with_several_packages_and_one_without_any_configuration(tmp_path: Path) -> None:
    root = grow(tmp_path, "a/__init__.py=", "b/__init__.py=", "tests/test_a.py=import a, b\n")
    seen = found(root).files
    assert cli.main(["init", str(root), "--yes"]) == 0
    assert (root / "pyproject.toml").read_text() == '[tool.refute]\nsource = ["a", "b"]\n'
    assert found(root).files == seen


def test_a_root_without_code_is_told_as_a_run_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["init", str(tmp_path), "--yes"]) == 2
    assert "error[no-sources]" in capsys.readouterr().err
    assert files(tmp_path) == {}


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--check",), ("--yes", "--dry-run")])
def test_nothing_is_written_without_consent(
    copy: Callable[[str], Path], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy("calc")
    before = files(root)
    assert cli.main(["init", str(root), *ALL, *words]) == (1 if "--check" in words else 0)
    said = capsys.readouterr().out
    assert '+[tool.refute]\n+source = ["calc"]\n' in said
    assert "+++ b/.github/workflows/refute.yml" in said
    assert "Nothing is written" in said
    assert files(root) == before


@pytest.mark.parametrize(("answer", "written"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_in_a_terminal_it_asks(copy: Callable[[str], Path], answer: bytes, written: bool) -> None:
    root = copy("calc")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    program = subprocess.Popen(
        [sys.executable, "-m", "refute", "init", str(root)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while b"Write this? [y/N]: " not in said:
        said += os.read(ours, 4096)
    assert not configured(root)
    os.write(ours, answer)
    assert program.wait() == 0
    os.close(ours)
    assert configured(root) is written


def test_nothing_is_overwritten(
    copy: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy("calc")
    grow(root, ".github/workflows/refute.yml=mine\n", ".gitlab-ci.yml=mine\n",
         ".pre-commit-config.yaml=mine\n")  # fmt: skip
    (root / "pyproject.toml").write_text('[tool.refute]\nsource = ["calc"]\n')
    before = files(root)
    assert cli.main(["init", str(root), *ALL, "--yes"]) == 0
    said = capsys.readouterr().out
    after = files(root)
    assert set(after) - set(before) == {".gitlab/refute.yml"}
    assert {name: after[name] for name in before} == before
    assert "has [tool.refute] already" in said
    assert "add this to its `repos`:\n  - repo: local\n" in said
    assert "`include: [{local: .gitlab/refute.yml}]`" in said


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    for before, now in ((None, b"new"), (b"old", b"new"), (b"old", None)):
        path.unlink(missing_ok=True)
        if now is not None:
            path.write_bytes(now)
        with pytest.raises(RefuteError) as raised:
            write(Change(path, before, b"ours"))
        assert raised.value.slug == "file-changed"
        assert (path.read_bytes() if path.exists() else None) == now


@pytest.mark.parametrize(
    "before",
    ["", "# a word", "[project]\r\nname = 'a' # b\r\n", "[tool.refute.gate]\nprayers = 0\n",
     "[tool]\nx = 1\n", "[[tool.a]]\nb = 1\n"],
)  # fmt: skip
def test_all_that_a_file_holds_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(before.encode())
    path.chmod(0o640)
    write(change(tmp_path, ["src"]))
    text = path.read_bytes().decode()
    assert text.startswith(before)
    assert ("\r\n" in before) == ("\r\n" in text)
    assert "\r\n" not in before or text.count("\n") == text.count("\r\n")
    old, new = tomllib.loads(before), tomllib.loads(text)
    assert new["tool"]["refute"].pop("source") == ["src"]
    assert {**new["tool"], "refute": None} == {**old.get("tool", {}), "refute": None}
    assert path.stat().st_mode & 0o777 == 0o640
    assert configured(tmp_path)


def test_a_file_that_can_take_no_table_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = {a = 1}\n")
    with pytest.raises(RefuteError) as raised:
        change(tmp_path, ["src"])
    assert raised.value.slug == "bad-setting"
    assert raised.value.detail == ("[tool.refute]", 'source = ["src"]')


def document(made: Change | str) -> Any:
    yaml = pytest.importorskip("ruamel.yaml")
    assert isinstance(made, Change)
    return yaml.YAML(typ="safe", pure=True).load(made.after.decode())


def check(schema: str, *paths: Path) -> None:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["", "services/shop"])
def test_files_are_valid_and_fit_the_project(tmp_path: Path, folder: str) -> None:
    git(tmp_path, "init", "-q", "-b", "on")
    root = grow(tmp_path / folder, "shop.py=", "requirements.txt=",
                "pyproject.toml=[project]\nname = 'shop'\n"
                "[project.optional-dependencies]\ntest = []\n")  # fmt: skip
    place = place_of(root.resolve(), "3.12")
    made = [github(place), gitlab(place), pre_commit(place)]
    for one in made:
        assert isinstance(one, Change)
        write(one)
    check("vendor.github-workflows", tmp_path / ".github/workflows/refute.yml")
    check("vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml")

    install = "python -m pip install --editable '.[test]' -r requirements.txt pytest refute"
    prefix = f"{folder}/" if folder else ""
    flow = document(made[0])
    steps = flow["jobs"]["refute"]["steps"]
    assert flow["on"]["push"]["branches"] == ["on"]
    assert flow["defaults"]["run"]["working-directory"] == (folder or ".")
    assert [step["run"] for step in steps if "pip" in step.get("run", "")] == [install]
    paths = [step["with"]["path"] for step in steps if "cache" in step.get("uses", "")]
    assert paths == [f"{prefix or './'}.refute"]
    assert steps[1]["with"]["python-version"] == "3.12"
    assert steps[-1]["run"] == f"refute report -f github{f' --prefix {folder}' if folder else ''}"
    job = document(made[1])["refute"]
    assert job["image"] == "python:3.12"
    assert job["before_script"] == [*([f"cd {folder}"] if folder else []), install]
    assert job["cache"]["paths"] == [f"{prefix}.refute/"]
    assert job["artifacts"]["reports"]["junit"] == f"{prefix}refute.junit.xml"
    entry = document(made[2])["repos"][0]["hooks"][0]["entry"]
    assert entry.startswith(f"refute run {folder} --staged" if folder else "refute run --staged")


@pytest.mark.parametrize("folder", [".", "services/shop"])
def test_the_hooks_are_valid_by_pre_commit_itself(tmp_path: Path, folder: str) -> None:
    pytest.importorskip("pre_commit")
    made = pre_commit(Place(tmp_path, folder, "main", "3.12", ""))
    assert isinstance(made, Change)
    write(made)
    for words in (
        ("validate-config", str(made.path)),
        ("validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")),
    ):
        command = [sys.executable, "-m", "pre_commit", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_what_is_packaged_is_what_the_documentation_shows() -> None:
    packaged = ROOT / "src" / "refute" / "starting" / "files"
    for ours, shown in (("github.yml", "github-pip.yml"), ("gitlab.yml", "gitlab.yml")):
        assert (packaged / ours).read_bytes() == (ROOT / "docs" / "ci" / shown).read_bytes()
    check("vendor.github-workflows", ROOT / "docs" / "ci" / "github-pip.yml")


def test_each_line_that_is_made_to_fit_is_there() -> None:
    place = Place(Path("/nowhere"), "a b", "x: y", "3.14", "INSTALL")
    texts = [
        one.after.decode() for one in (github(place), gitlab(place)) if isinstance(one, Change)
    ]
    assert len(texts) == 2
    assert all("INSTALL" in text and "3.14" in text and "3.13" not in text for text in texts)
    assert 'branches: ["x: y"]' in texts[0]
    assert 'working-directory: "a b"' in texts[0]
    assert 'path: "a b/.refute"' in texts[0]
    assert "    - cd 'a b'\n" in texts[1]
