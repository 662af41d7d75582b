"""A project's fingerprint: what its verdicts rest on, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.projects import fingerprint, grow

from refute.contents import READ, read_contents


def test_fingerprint_follows_names_and_contents(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py=a = 1", "tests/test_a.py")
    first = fingerprint(tmp_path)
    (tmp_path / ".refute").mkdir()
    (tmp_path / ".refute/report.py").write_text("x")
    assert fingerprint(tmp_path) == first
    (tmp_path / "tests/test_a.py").write_text("x = 1")
    second = fingerprint(tmp_path)
    assert second != first
    (tmp_path / "pyproject.toml").write_text("[project]")
    assert fingerprint(tmp_path) not in (first, second)


def test_files_count_by_content_alone_unless_they_are_large(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py=a = 1", "pyproject.toml=[project]", "cases.json=[1]")
    first = fingerprint(tmp_path)
    for path in tmp_path.rglob("*.*"):
        os.utime(path, ns=(1, 1))
    assert fingerprint(tmp_path) == first
    (tmp_path / "large.bin").write_bytes(bytes(READ + 1))
    second = fingerprint(tmp_path)
    os.utime(tmp_path / "large.bin", ns=(1, 1))
    assert fingerprint(tmp_path) != second


def test_what_a_configuration_says_of_refute_alone_changes_nothing(tmp_path: Path) -> None:
    rest = "[project]\nname = 'shop'\n[tool.pytest.ini_options]\naddopts = '-q'\n"
    grow(tmp_path, "shop/__init__.py=a = 1", f"pyproject.toml={rest}")
    first = fingerprint(tmp_path)
    gate = "[tool.refute.gate]\nmutation-score = 80\n"
    (tmp_path / "pyproject.toml").write_text(rest + gate)
    assert fingerprint(tmp_path) == first
    (tmp_path / "pyproject.toml").write_text(rest.replace("-q", "-x") + gate)
    assert fingerprint(tmp_path) != first


def test_variables_count_that_the_code_names(tmp_path: Path) -> None:
    grow(tmp_path, "shop.py=import os; os.environ['SHOP_MODE']")

    def of(**variables: str) -> str:
        return read_contents(tmp_path, variables).fingerprint

    assert of(SHOP_MODE="1") == of(SHOP_MODE="1", RUN_ID="7") != of(SHOP_MODE="2")
    assert of(RUN_ID="7") == of()


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        ".env",
        "tests/data/cases.json",
        "tests/data/build/x.txt",
        "shop/speed.so",
        "docs/distance/x",
    ],
)
def test_fingerprint_follows_data_files(tmp_path: Path, name: str) -> None:
    grow(tmp_path, "shop/__init__.py", f"{name}=one", "other.txt")
    prints = [fingerprint(tmp_path)]
    (tmp_path / name).write_text("longer")
    prints.append(fingerprint(tmp_path))
    # Of the same length, and as new as an old one.
    (tmp_path / name).write_text("LONGER")
    os.utime(tmp_path / name, ns=(5, 5))
    prints.append(fingerprint(tmp_path))
    (tmp_path / name).rename(tmp_path / f"{name}.moved")
    prints.append(fingerprint(tmp_path))
    assert len(set(prints)) == 4
    assert all(whole for _, whole in prints)


@pytest.mark.parametrize(
    "name",
    [
        ".git/index",
        ".mypy_cache/3.12/a.json",
        "shop/__pycache__/a.cpython-312.pyc",
        "env/pyvenv.cfg",
        "env/lib/x.txt",
        "node_modules/x/package.json",
        "dist/shop-1.whl",
        "shop.egg-info/SOURCES.txt",
        "packages/one/build/lib/x.txt",
        ".coverage",
        "packages/.coverage.host.1234",
        "coverage.xml",
        "shop/notes.txt~",
    ],
)
def test_what_is_no_part_of_the_project_does_not_count(tmp_path: Path, name: str) -> None:
    grow(tmp_path, "shop/__init__.py", "packages/one/pyproject.toml", "env/pyvenv.cfg")
    first = fingerprint(tmp_path)
    grow(tmp_path, f"{name}=x")
    assert fingerprint(tmp_path) == first


def test_links_count_by_what_they_lead_to(tmp_path: Path) -> None:
    root = grow(tmp_path / "root", "shop.py")
    (root / "cases.json").symlink_to(tmp_path / "cases.json")
    (root / "loop").symlink_to(root)
    dangling = fingerprint(root)
    (tmp_path / "cases.json").write_text("x")
    assert fingerprint(root) != dangling


def test_data_files_are_bounded(tmp_path: Path) -> None:
    grow(tmp_path, "shop.py", *(f"data/{number}.txt" for number in range(5)))
    assert fingerprint(tmp_path, most=5)[1]
    few = fingerprint(tmp_path, most=4)
    assert not few[1]
    (tmp_path / "data/4.txt").write_text("beyond the bound")
    assert fingerprint(tmp_path, most=4) == few
    (tmp_path / "data/0.txt").write_text("within it")
    assert fingerprint(tmp_path, most=4) != few
