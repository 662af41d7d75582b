"""The words of a pytest line, turned into those of `refute run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from refute.pytesting.words import Selection, positional, select


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "test_a.py").write_text("")
    return tmp_path


def chosen(words: str, paths: list[int], folder: Path, root: Path) -> Selection:
    return select(words.split(), paths, folder, root)


def test_paths_and_node_ids_are_tests_and_the_rest_are_arguments(root: Path) -> None:
    words = "tests/test_a.py::test_x[1::2] -k add -m fast -p no:cov --runslow --deselect tests/b.py"
    assert chosen(words, [0], root, root) == Selection(
        ("tests/test_a.py::test_x[1::2]",),
        ("-k", "add", "-m", "fast", "-p", "no:cov", "--runslow", "--deselect", "tests/b.py"),
    )


@pytest.mark.parametrize(
    "words",
    [
        "--refute", "--refute-since main", "--refute-args=--jobs=1", "-x", "-q", "-vvxl", "-rA",
        "-r fE", "-n 4", "-n4", "-nauto", "--dist=loadfile", "--dist loadfile", "--tb=short",
        "--junitxml=out.xml", "--junitxml out.xml", "--maxfail 3", "--color=no", "--durations=3",
    ],
)  # fmt: skip
def test_what_is_shown_or_shared_out_is_no_matter_of_trials(words: str, root: Path) -> None:
    assert chosen(f"{words} -k add", [], root, root) == Selection((), ("-k", "add"))


@pytest.mark.parametrize(
    ("word", "kept"),
    [("-xs", "-s"), ("-sv", "-s"), ("-xkadd", "-kadd"), ("-vm", "-m"), ("-pno:x", "-pno:x")],
)
def test_letters_that_matter_stay_of_a_cluster(word: str, kept: str, root: Path) -> None:
    assert chosen(word, [], root, root).arguments == (kept,)


def test_what_goes_by_earlier_runs_is_left_out_and_named(root: Path) -> None:
    found = chosen("--lf --sw --cache-clear -k add --lf", [], root, root)
    assert found == Selection((), ("-k", "add"), ("--lf", "--sw", "--cache-clear"))


def test_a_module_that_is_no_file_stays_an_argument(root: Path) -> None:
    assert chosen("--pyargs shop.tests", [1], root, root) == Selection(
        (), ("--pyargs", "shop.tests")
    )


def test_paths_are_seen_from_the_root(root: Path) -> None:
    words = "test_a.py::test_x --ignore=deep --ignore deep -c ../pytest.ini -k deep"
    found = chosen(words, [0], root / "tests", root)
    assert found.tests == ("tests/test_a.py::test_x",)
    assert found.arguments == (
        "--ignore=tests/deep", "--ignore", "tests/deep", "-c", "pytest.ini", "-k", "deep",
    )  # fmt: skip


def test_selection_is_said_in_words_that_survive_a_shell() -> None:
    selection = Selection(("tests/a b.py",), ("-m", "not slow"))
    assert selection.words() == ["--tests=tests/a b.py", "--pytest-args=-m 'not slow'"]
    assert Selection((), ()).words() == []


def paths_of(words: list[str]) -> list[str]:
    """A parser that knows -k alone, and wants a number after --count."""
    found, skip = [], False
    for before, word in zip(["", *words], words, strict=False):
        skip = before in ("-k", "--count")
        if before == "--count" and not word.isdigit():
            return []
        if not skip and not word.startswith("-"):
            found.append(word)
    return found


def test_positional_words_are_told_from_values_of_the_same_text() -> None:
    assert positional(["a", "-k", "a", "a", "--count", "3"], paths_of) == [0, 3]
