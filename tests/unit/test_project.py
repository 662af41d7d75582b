"""What is found without configuration, in trees of every layout."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from refute.contents import READ, WATCHED, read_contents
from refute.errors import RefuteError
from refute.project import Project, discover
from refute.settings import load
from refute.sources import SourceRoot, matches


def grow(root: Path, *files: str, **content: str) -> Path:
    """Make files; a name with an equals sign carries its content after it."""
    for text in files:
        name, _, body = text.partition("=")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return root


def fingerprint(root: Path, most: int = WATCHED) -> tuple[str, bool]:
    """One digest of all that tests may read, and whether that is all."""
    contents = read_contents(root, most=most)
    return contents.fingerprint, contents.whole


def found(root: Path, **overrides: object) -> Project:
    return discover(load(root, overrides))


def refusal(root: Path, **overrides: object) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        found(root, **overrides)
    return caught.value


def test_src_layout(tmp_path: Path) -> None:
    grow(tmp_path, "src/shop/__init__.py", "src/shop/cart.py", "src/single.py", "tests/test_a.py")
    project = found(tmp_path)
    assert project.sources == (
        SourceRoot("src", ("src/shop/__init__.py", "src/shop/cart.py", "src/single.py")),
    )
    assert "the src layout" in project.notes[0]
    assert project.name == tmp_path.name
    assert (project.commit, project.dirty) == (None, None)


def test_flat_layout_leaves_out_what_is_no_code(tmp_path: Path) -> None:
    grow(
        tmp_path,
        "shop/__init__.py",
        "shop/cart.py",
        "shop/docs/__init__.py",
        "shop/tests/__init__.py",
        "shop/tests/test_cart.py",
        "shop/conftest.py",
        "shop/cart_test.py",
        "shop/tests.py",
        "tests/__init__.py",
        "docs/__init__.py",
        "examples/__init__.py",
        "benchmarks/__init__.py",
        "build/lib/shop/__init__.py",
        ".hidden/__init__.py",
        "node_modules/x/__init__.py",
        "myenv/pyvenv.cfg",
        "myenv/__init__.py",
        "setup.py",
        "noxfile.py",
        "test_root.py",
    )
    assert found(tmp_path).files == ("shop/__init__.py", "shop/cart.py", "shop/docs/__init__.py")


def test_folder_named_test_is_code_when_it_holds_no_tests(tmp_path: Path) -> None:
    grow(tmp_path, "web/__init__.py", "web/test/__init__.py", "web/test/client.py")
    assert "web/test/client.py" in found(tmp_path).files
    grow(tmp_path, "web/test/test_client.py")
    assert found(tmp_path).files == ("web/__init__.py",)


def test_namespace_packages(tmp_path: Path) -> None:
    grow(tmp_path, "src/company/shop/__init__.py", "src/company/shop/cart.py")
    (source,) = found(tmp_path).sources
    assert source.module("src/company/shop/cart.py") == "company.shop.cart"
    assert source.module("src/company/shop/__init__.py") == "company.shop"


def test_flat_namespace_package_needs_evidence(tmp_path: Path) -> None:
    grow(tmp_path, "company/cart.py", "helpers/x.py", "tests/test_a.py=from company.cart import A")
    assert found(tmp_path).files == ("company/cart.py",)


def test_single_modules(tmp_path: Path) -> None:
    grow(tmp_path, "six.py", "setup.py", "test_six.py")
    project = found(tmp_path)
    assert project.sources == (SourceRoot(".", ("six.py",)),)


def test_module_beside_a_package_when_the_tests_import_it(tmp_path: Path) -> None:
    grow(tmp_path, "app/__init__.py", "main.py", "deploy.py", "tests/test_a.py=import main")
    assert found(tmp_path).files == ("app/__init__.py", "main.py")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('[tool.setuptools]\npackages = ["lib_a"]', ("lib_a/__init__.py",)),
        ('[tool.setuptools]\npy-modules = ["one"]', ("one.py",)),
        ('[tool.setuptools.packages.find]\nwhere = ["python"]', ("python/pkg/__init__.py",)),
        ('[tool.setuptools]\npackage-dir = {"" = "python"}', ("python/pkg/__init__.py",)),
        (
            '[tool.hatch.build.targets.wheel]\npackages = ["python/pkg"]',
            ("python/pkg/__init__.py",),
        ),
        ('[tool.poetry]\npackages = [{include="pkg", from="python"}]', ("python/pkg/__init__.py",)),
        ('[tool.flit.module]\nname = "lib_a"', ("lib_a/__init__.py",)),
        ('[tool.pdm.build]\nincludes = ["lib_a", "*.txt"]', ("lib_a/__init__.py",)),
        (
            '[tool.uv.build-backend]\nmodule-name = "pkg"\nmodule-root = "python"',
            ("python/pkg/__init__.py",),
        ),
    ],
)
def test_build_tools_are_believed(tmp_path: Path, config: str, expected: tuple[str, ...]) -> None:
    grow(tmp_path, "lib_a/__init__.py", "lib_b/__init__.py", "one.py", "python/pkg/__init__.py")
    grow(tmp_path, f"pyproject.toml={config}\n[project]\nname = 'Some-Thing'\n")
    project = found(tmp_path)
    assert project.files == expected
    assert "in pyproject.toml" in project.notes[0]
    assert project.name == "Some-Thing"


def test_setup_cfg_is_believed(tmp_path: Path) -> None:
    grow(tmp_path, "python/pkg/__init__.py", "lib_b/__init__.py")
    body = "[options]\npackage_dir =\n    = python\npackages = find:\n"
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = x\n" + body)
    assert found(tmp_path).files == ("python/pkg/__init__.py",)
    (tmp_path / "setup.cfg").write_text("no section\n")
    assert found(tmp_path).files == ("lib_b/__init__.py",)


def test_hints_that_lead_nowhere_are_passed_over(tmp_path: Path) -> None:
    grow(tmp_path, 'pyproject.toml=[tool.setuptools]\npackages = ["gone"]', "shop/__init__.py")
    assert found(tmp_path).files == ("shop/__init__.py",)


@pytest.mark.parametrize(
    ("source", "folder", "files"),
    [
        ("src", "src", ("src/a/__init__.py", "src/a/b.py")),
        ("src/a", "src", ("src/a/__init__.py", "src/a/b.py")),
        ("src/a/b.py", "src", ("src/a/b.py",)),
        ("company", ".", ("company/cart.py",)),
        ("./tools", "tools", ("tools/run.py",)),
    ],
)
def test_configured_sources(
    tmp_path: Path, source: str, folder: str, files: tuple[str, ...]
) -> None:
    grow(tmp_path, "src/a/__init__.py", "src/a/b.py", "company/cart.py", "tools/run.py")
    grow(tmp_path, "tests/test_a.py=import company.cart")
    assert found(tmp_path, source=(source,)).sources == (SourceRoot(folder, files),)


def test_source_outside_of_the_root_is_refused(tmp_path: Path) -> None:
    grow(tmp_path, "inner/a.py", "other/b.py")
    assert refusal(tmp_path / "inner", source=("../other",)).slug == "bad-setting"


def test_exclude(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py", "shop/a_pb2.py", "shop/vendored/x.py", "shop/cart.py")
    project = found(tmp_path, exclude=("*_pb2.py", "shop/vendored"))
    assert project.files == ("shop/__init__.py", "shop/cart.py")


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a/b/c.py", "c.py", True),
        ("a/b/c.py", "b", True),
        ("a/b/c.py", "a/b", True),
        ("a/b/c.py", "a/b/", True),
        ("a/b/c.py", "./a/*", True),
        ("a/b/c.py", "a/**/c.py", True),
        ("a/b/c.py", "b/c.py", False),
        ("a/b/c.py", "c", False),
    ],
)
def test_matches(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_compiled_modules_are_named(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py", "shop/speed.pyx", "shop/fast.py")
    grow(tmp_path, "shop/fast.cpython-312-x86_64-linux-gnu.so")
    project = found(tmp_path)
    assert project.files == ("shop/__init__.py",)
    assert set(project.compiled) == {
        "shop/speed.pyx",
        "shop/fast.py",
        "shop/fast.cpython-312-x86_64-linux-gnu.so",
    }
    assert any("Not judged, because compiled" in note for note in project.notes)


def test_no_sources(tmp_path: Path) -> None:
    grow(tmp_path, "tests/test_a.py")
    assert refusal(tmp_path).slug == "no-sources"
    assert refusal(tmp_path, source=("tests",)).slug == "no-sources"


def test_several_projects_are_named_with_their_commands(tmp_path: Path) -> None:
    for name in ("one", "two"):
        grow(tmp_path, f"{name}/pyproject.toml", f"{name}/src/{name}/__init__.py")
    error = refusal(tmp_path)
    assert error.slug == "several-projects"
    assert error.detail == tuple(f"refute run {tmp_path.resolve() / n}" for n in ("one", "two"))


def test_one_project_below_is_named(tmp_path: Path) -> None:
    grow(tmp_path, "backend/pyproject.toml", "backend/src/app/__init__.py")
    error = refusal(tmp_path)
    assert error.slug == "no-sources"
    assert f"refute run {tmp_path.resolve() / 'backend'}" in error.remedy


@pytest.mark.parametrize(
    "config",
    [
        "pytest.ini=[pytest]",
        "conftest.py",
        "pyproject.toml=[tool.pytest.ini_options]",
        "tox.ini=[pytest]",
        "setup.cfg=[tool:pytest]",
        'pyproject.toml=[tool.uv.workspace]\nmembers = ["packages/*"]',
    ],
)
def test_monorepo_with_one_pytest_root(tmp_path: Path, config: str) -> None:
    for name in ("one", "two"):
        grow(
            tmp_path,
            f"packages/{name}/pyproject.toml",
            f"packages/{name}/src/{name}/__init__.py",
            f"packages/{name}/tests/test_a.py",
        )
    grow(tmp_path, config)
    assert found(tmp_path).sources == (
        SourceRoot("packages/one/src", ("packages/one/src/one/__init__.py",)),
        SourceRoot("packages/two/src", ("packages/two/src/two/__init__.py",)),
    )


def test_name_clash(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py", "shop/cart.py", "shop/cart/__init__.py")
    error = refusal(tmp_path)
    assert error.slug == "name-clash"
    assert "shop/cart.py" in error.message
    assert "`shop.cart`" in error.message


def test_symbolic_links_are_followed_once(tmp_path: Path) -> None:
    grow(tmp_path, "lib/shop_code/__init__.py", "lib/shop_code/cart.py", "src/keep.txt")
    (tmp_path / "src/shop").symlink_to("../lib/shop_code")
    (tmp_path / "lib/shop_code/loop").symlink_to(".")
    assert found(tmp_path).files == ("src/shop/__init__.py", "src/shop/cart.py")


def test_files_are_not_parsed(tmp_path: Path) -> None:
    grow(tmp_path, "shop/__init__.py=def broken(:")
    (tmp_path / "shop/latin.py").write_bytes(b"# coding: latin-1\nx = '\xe9'\n\x00")
    assert found(tmp_path).files == ("shop/__init__.py", "shop/latin.py")


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


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_state(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    grow(tmp_path, "shop/__init__.py", ".gitignore=ignored/", "ignored/pkg/__init__.py")
    git("init", "-q")
    assert found(tmp_path).commit is None
    git("add", ".")
    git("commit", "-qm", "first")
    project = found(tmp_path)
    assert (project.commit, project.dirty) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "shop/__init__.py").write_text("x = 1")
    assert found(tmp_path).dirty is True
    assert found(tmp_path / "ignored").commit is None
