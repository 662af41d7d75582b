"""What is found without configuration, in trees of every layout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.unit.projects import found, grow

from refute.errors import RefuteError
from refute.sources import SourceRoot, matches


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
