"""Configuration and command line, merged and checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from refute.errors import RefuteError
from refute.formats import cores
from refute.settings import (
    CHOICES,
    COMMAND_LINE_ONLY,
    DEFAULT_TIMEOUT_FACTOR,
    KEYS,
    Selection,
    Settings,
    load,
    operator_names,
    rule_names,
)


def configure(root: Path, *lines: str) -> Path:
    root.joinpath("pyproject.toml").write_text("\n".join(["[tool.refute]", *lines]) + "\n")
    return root


def refusal(root: Path, overrides: dict[str, Any] | None = None) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        load(root, overrides)
    return caught.value


def test_defaults_without_any_configuration(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(root=tmp_path.resolve(), jobs=cores())
    assert load(tmp_path).timeout_factor == DEFAULT_TIMEOUT_FACTOR


def test_jobs_are_the_cores_this_process_may_use(tmp_path: Path) -> None:
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert load(tmp_path).jobs == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_every_key_is_read(tmp_path: Path) -> None:
    for name in ("src", "checks"):
        (tmp_path / name).mkdir()
    first, second = operator_names()[:2]
    rule = rule_names()[0]
    configure(
        tmp_path,
        'source = ["src"]',
        'tests = ["checks"]',
        'exclude = ["*_pb2.py"]',
        'pytest-args = ["-m", "not slow"]',
        "jobs = 3",
        "timeout-factor = 4",
        f'operators = ["{first}", "-{second}"]',
        f'rules-off = ["{rule}"]',
        'python = "3.12"',
    )
    assert load(tmp_path) == Settings(
        root=tmp_path.resolve(),
        source=("src",),
        tests=("checks",),
        exclude=("*_pb2.py",),
        pytest_args=("-m", "not slow"),
        jobs=3,
        timeout_factor=4.0,
        operators=Selection((first,), (second,)),
        rules_off=(rule,),
        python="3.12",
    )


def test_command_line_wins_and_what_is_not_given_leaves_the_configuration(tmp_path: Path) -> None:
    configure(tmp_path, "jobs = 3", 'exclude = ["a.py"]', 'python = "3.12"')
    settings = load(tmp_path, {"jobs": 5, "exclude": (), "python": None, "paths": ("b.py",)})
    assert (settings.jobs, settings.exclude, settings.python) == (5, ("a.py",), "3.12")
    assert settings.paths == ("b.py",)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("job = 2", "did you mean `jobs`?"),
        ("pytest_args = []", "did you mean `pytest-args`?"),
        ("sources = []", "did you mean `source`?"),
        ("timeout = 3", "did you mean `timeout-factor`?"),
        ("qqqq = 3", "known: contracts, defects, exclude, gate, jobs"),
        ('isolation = "cold"', "give `--isolation` on the command line"),
    ],
)
def test_unknown_key_names_the_nearest(tmp_path: Path, line: str, hint: str) -> None:
    error = refusal(configure(tmp_path, line))
    assert error.slug == "unknown-setting"
    assert hint in error.message


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('source = "src"', 'Write ["src"].'),
        ("exclude = [1]", "list of strings"),
        ('exclude = [""]', "empty string"),
        ("jobs = 0", "whole number from 1"),
        ("jobs = true", "whole number from 1"),
        ('jobs = "2"', "whole number from 1"),
        ("timeout-factor = 1", "over 1"),
        ("timeout-factor = inf", "over 1"),
        ("timeout-factor = nan", "over 1"),
        ("timeout-factor = true", "over 1"),
        ("python = 3.12", 'Write "3.12".'),
        ('operators = ["comparisn"]', "did you mean `comparison`?"),
        ('operators = ["-comparisn"]', "did you mean `comparison`?"),
        ('rules-off = ["loging"]', "did you mean `logging`?"),
    ],
)
def test_wrong_value_says_what_is_right(tmp_path: Path, line: str, hint: str) -> None:
    error = refusal(configure(tmp_path, line))
    assert error.slug == "bad-setting"
    assert hint in error.message
    assert "pyproject.toml" in error.message


@pytest.mark.parametrize("name", CHOICES)
def test_choice_of_the_command_line_is_checked(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, {name: "nonsense"}).slug == "bad-setting"
    assert getattr(load(tmp_path, {name: CHOICES[name][-1]}), name) == CHOICES[name][-1]


@pytest.mark.parametrize("content", ["[tool.refute\n", "[tool]\nrefute = 3\n"])
def test_damaged_pyproject(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    assert refusal(tmp_path).slug == "bad-setting"


def test_pyproject_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'[project]\nname = "\xff"\n')
    assert refusal(tmp_path).slug == "bad-setting"


def test_missing_paths_are_named(tmp_path: Path) -> None:
    assert "`" not in refusal(tmp_path, {"source": ("sorce",)}).message
    assert refusal(tmp_path, {"source": ("sorce",)}).slug == "no-such-path"
    assert refusal(tmp_path, {"tests": ("t.py::test_a",)}).slug == "no-such-path"
    (tmp_path / "t.py").touch()
    assert load(tmp_path, {"tests": ("t.py::test_a[x::y]",)}).tests == ("t.py::test_a[x::y]",)


def test_root_must_be_a_folder_that_exists(tmp_path: Path) -> None:
    (tmp_path / "file.py").touch()
    assert refusal(tmp_path / "missing").slug == "no-such-path"
    assert refusal(tmp_path / "file.py").slug == "not-a-project"


def test_symlinked_root_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert load(tmp_path / "link").root == (tmp_path / "real").resolve()


def test_selection() -> None:
    assert Selection().allows("a")
    assert not Selection(exclude=("a",)).allows("a")
    assert Selection(include=("a",)).allows("a")
    assert not Selection(include=("a",)).allows("b")


def test_each_key_sets_a_field_and_no_option_is_both() -> None:
    fields = set(Settings.__dataclass_fields__)
    assert set(KEYS.values()) | set(COMMAND_LINE_ONLY) | {"root"} == fields
    assert not set(KEYS).intersection(COMMAND_LINE_ONLY)
