"""Which Python judges a project: tried with real virtual environments."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from refute.errors import RefuteError
from refute.interpreter import as_before, choose_for, is_tool
from refute.settings import Settings

HERE = sysconfig.get_path("purelib")


def environment(folder: Path, *, with_pytest: bool = True) -> Path:
    """A virtual environment whose pytest, if any, is the one that runs this test."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    if with_pytest:
        (site / "borrowed.pth").write_text(HERE + "\n")
    return folder / "bin" / "python"


def program(path: Path, *lines: str) -> Path:
    """An executable shell script."""
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def choice_of(python: Path, root: Path, **variables: str) -> tuple[str, str]:
    """What refute chooses when it is run by another interpreter: path and reason."""
    code = (
        "import os, sys; from pathlib import Path; from refute.interpreter import choose_for;"
        "found = choose_for(Path(sys.argv[1]), None, os.environ); print(found.path);"
        "print(found.reason)"
    )
    source = Path(__file__).resolve().parents[2] / "src"
    done = subprocess.run(
        [python, "-c", code, root],
        env={"PATH": os.defpath, "PYTHONPATH": str(source), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    path, reason = done.stdout.splitlines()
    return path, reason


def refusal(root: Path, named: str | None, variables: dict[str, str]) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        choose_for(root, named, variables)
    return caught.value


def test_named_path_is_taken_as_it_is(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    found = choose_for(tmp_path, str(python), {})
    assert found.path == python
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.pytest == pytest.__version__
    assert found.reason == "named by --python or `python`"


def test_named_environment_and_path_below_the_root(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    assert choose_for(tmp_path, "env", {}).path == python
    assert choose_for(tmp_path, "env/bin/python", {}).path == python


def test_named_version_is_looked_up_on_path(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if not (python.parent / f"python{version}").exists():
        (python.parent / f"python{version}").symlink_to("python")
    found = choose_for(tmp_path, version, {"PATH": str(python.parent)})
    assert found.path == python.parent / f"python{version}"
    assert refusal(tmp_path, "3.99", {"PATH": str(python.parent)}).slug == "no-python"


@pytest.mark.parametrize("named", ["nowhere/python", "no-such-command", "."])
def test_named_interpreter_that_is_not_there(tmp_path: Path, named: str) -> None:
    assert refusal(tmp_path, named, {"PATH": ""}).slug == "no-python"


def test_program_that_is_no_python(tmp_path: Path) -> None:
    fake = program(tmp_path / "fake", "echo hello; echo trouble >&2")
    error = refusal(tmp_path, str(fake), {})
    assert error.slug == "no-python"
    assert error.detail == ("trouble",)
    (tmp_path / "data").write_text("not a program")
    assert refusal(tmp_path, str(tmp_path / "data"), {}).slug == "no-python"


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        ('{"version": "3.10.4", "name": "cpython", "pytest": "9.0.0"}', "old-python"),
        ('{"version": "3.11.9", "name": "pypy", "pytest": "9.0.0"}', "old-python"),
        ('{"version": "3.12.1", "name": "cpython", "pytest": "7.4.4"}', "old-pytest"),
        ('{"version": "3.12.1", "name": "cpython", "reason": "no"}', "no-pytest"),
    ],
)
def test_versions_are_checked(tmp_path: Path, answer: str, slug: str) -> None:
    fake = program(tmp_path / "fake", f"echo '{answer}'")
    assert refusal(tmp_path, str(fake), {}).slug == slug


def test_prerelease_and_noise_before_the_answer(tmp_path: Path) -> None:
    answer = '{"version": "3.14.0", "name": "cpython", "pytest": "9.1.0.dev3+g12"}'
    fake = program(tmp_path / "fake", "echo noise of a start-up hook", f"printf '%s' '{answer}'")
    assert choose_for(tmp_path, str(fake), {}).pytest == "9.1.0.dev3+g12"


def test_environment_without_pytest(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", with_pytest=False)
    error = refusal(tmp_path, str(python), {})
    assert error.slug == "no-pytest"
    assert "No module named 'pytest'" in error.message


def test_project_folder_does_not_shadow_pytest(tmp_path: Path) -> None:
    (tmp_path / "pytest.py").write_text("raise SystemExit('shadowed')")
    python = environment(tmp_path / "env")
    assert choose_for(tmp_path, str(python), {}).pytest == pytest.__version__


def test_own_environment_with_pytest_comes_first(tmp_path: Path) -> None:
    own = environment(tmp_path / "own")
    environment(tmp_path / "project" / ".venv")
    path, reason = choice_of(own, tmp_path / "project")
    assert path == str(own)
    assert "beside pytest" in reason


def test_project_environment_wins_over_own_without_pytest(tmp_path: Path) -> None:
    own = environment(tmp_path / "own", with_pytest=False)
    theirs = environment(tmp_path / "project" / ".venv")
    path, reason = choice_of(own, tmp_path / "project")
    assert path == str(theirs)
    assert ".venv in the project" in reason


def test_environment_of_a_tool_is_passed_over_even_with_pytest(tmp_path: Path) -> None:
    own = environment(tmp_path / "pipx" / "venvs" / "refute")
    theirs = environment(tmp_path / "project" / ".venv")
    assert choice_of(own, tmp_path / "project")[0] == str(theirs)


def test_active_environment_wins_over_the_one_in_the_root(tmp_path: Path) -> None:
    own = environment(tmp_path / "own", with_pytest=False)
    active = environment(tmp_path / "active")
    environment(tmp_path / "project" / ".venv")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        path, reason = choice_of(own, tmp_path / "project", **{variable: str(tmp_path / "active")})
        assert path == str(active)
        assert variable in reason


def test_environment_above_the_root_in_the_same_repository(tmp_path: Path) -> None:
    own = environment(tmp_path / "own", with_pytest=False)
    theirs = environment(tmp_path / "repo" / "venv")
    root = tmp_path / "repo" / "packages" / "one"
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    assert choice_of(own, root)[0] == str(theirs)


def test_tools_are_known_by_path_and_by_their_files(tmp_path: Path) -> None:
    assert is_tool(Path("/home/a/.local/share/pipx/venvs/refute"), {})
    assert is_tool(Path("/home/a/.local/share/uv/tools/refute"), {})
    assert is_tool(Path("/opt/t/refute"), {"UV_TOOL_DIR": "/opt/t"})
    assert not is_tool(tmp_path, {"UV_TOOL_DIR": "/opt/t"})
    (tmp_path / "uv-receipt.toml").touch()
    assert is_tool(tmp_path, {})


def test_what_a_run_found_is_repeated_under_its_interpreter(tmp_path: Path) -> None:
    before, settings = environment(tmp_path / "env"), Settings(tmp_path, python="3.12")
    assert as_before(settings, str(before)).python == str(before)
    # A report from another machine, or of an earlier version.
    for gone in (str(tmp_path / "gone"), ""):
        assert as_before(settings, gone) is settings
