"""Faults, suites and trees that fight back: the verdict stands, the tree too, nobody is left."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from tests.e2e.stage import Done, Stage, stage

EVERYBODY = pytest.mark.parametrize("kind", ["self", "ordinary"])
ONLY_TRUE = ("--operators", "condition_true")
NUMBERS = ("--operators", "number")


@EVERYBODY
def test_a_fault_that_never_ends_or_ends_the_process(kind: str) -> None:
    with stage("hostile/ends", kind) as place:
        done = place.run(*ONLY_TRUE)
        assert done.code == 0, done.output
        assert done.verdicts() == {
            "loop_in_c": "timeout",
            "sleeps": "timeout",
            "stops_itself": "timeout",
            "child_never_ends": "timeout",
            "recurses": "killed",
            "recurses_without_a_limit": "killed",
            "leaves_as_if_all_were_well": "killed",
            "exits": "killed",
            "aborts": "killed",
            "reads_nowhere": "killed",
            "kills_itself": "killed",
            "kills_its_group": "killed",
            "kills_everybody": "killed",
            "closes_everything": "killed",
            "interrupts": "killed",
        }
        # On a busy machine the clock may come first.
        assert done.mutant(function="loop_in_c")["reason"] in ("cpu limit", "wall limit")
        assert done.mutant(function="sleeps")["reason"] == "wall limit"
        assert place.clean()


def test_loops_and_recursion_are_cut_by_counting() -> None:
    with stage("hostile/ends") as place:
        # The limits of time are hours away.
        done = place.run("--operators", "augmented,condition_false", "--timeout-factor", "100000")
        loops = done.mutants(function="loop_in_python", operator="augmented")
        endless = done.mutant(function="recurses_without_a_limit")
        assert {m["verdict"] for m in (*loops, endless)} == {"timeout"}
        recursion = done.mutant(function="recurses")
        assert (recursion["verdict"], recursion["kill_kind"]) == ("killed", "crashed")
        assert recursion["failure"]["exception"] == "RecursionError"
        assert place.left() == []


@EVERYBODY
def test_a_fault_that_starts_processes_or_touches_files(kind: str) -> None:
    with stage("hostile/side", kind) as place:
        done = place.run(*ONLY_TRUE)
        assert done.code == 0, done.output
        tried = [m for m in done.report["mutants"] if m["original"] == "now"]
        assert {m["function"]: m["verdict"] for m in tried} == dict.fromkeys(
            (
                "forks_and_both_go_on",
                "forks_and_the_child_fails",
                "starts_a_child",
                "starts_a_daemon",
                "deletes_home",
                "deletes_the_project",
                "overwrites_itself",
                "writes_everywhere",
                "changes_modes",
                "links_home",
                "prints",
            ),
            "survived",
        )
        assert place.clean()
        assert not any(os.path.exists(f"{p}/refute-litter.txt") for p in ("/tmp", "/var/tmp"))


def test_a_fault_that_eats_memory_processes_or_disk() -> None:
    with stage("hostile/greedy") as place:
        done = place.run(*ONLY_TRUE, "--jobs", "1", "--timeout-factor", "1000")
        assert {m["function"]: m["verdict"] for m in done.mutants(original="now")} == dict.fromkeys(
            (
                "eats_memory",
                "asks_for_too_much",
                "bombs",
                "fills_the_disk",
            ),
            "killed",
        )
        assert done.mutant(function="eats_memory")["reason"] == "memory limit"
        assert done.mutant(function="bombs")["reason"] == "processes limit"
        assert place.clean()


@EVERYBODY
def test_tests_that_break_the_world_around_them(kind: str) -> None:
    with stage("hostile/stubborn", kind) as place:
        done = place.run(*NUMBERS)
        assert done.code == 0, done.output
        verdicts = done.verdicts()
        assert verdicts.pop("unnoticed") == "survived"
        assert set(verdicts.values()) == {"killed"}
        assert done.report["baseline"]["outcomes"]["passed"] == 12
        # `folder` has two tests, and the report of `imported` ends pytest itself.
        single = set(verdicts) - {"folder", "imported"}
        killers = {name: done.killer(name) for name in single}
        assert {k.partition("::test_")[2] for k in killers.values()} == set(killers)
        assert place.clean()


@EVERYBODY
def test_a_conftest_that_changes_the_world_for_good(kind: str) -> None:
    with stage("hostile/world", kind) as place:
        done = place.run(*NUMBERS)
        expected = {"first": "killed", "second": "killed", "unnoticed": "survived"}
        assert done.verdicts() == expected, done.output
        assert {m["mechanism"] for m in done.report["mutants"]} == {"swap"}
        assert len(done.output) < 10_000
        assert place.clean()


@pytest.mark.parametrize("isolation", ["fork", "cold"])
def test_ids_and_file_names_of_any_characters(isolation: str) -> None:
    with stage("hostile/names") as place:
        done = place.run(*NUMBERS, "--isolation", isolation)
        assert done.code == 0, done.output
        verdicts = done.verdicts()
        assert verdicts.pop("nothing") == "no_coverage"
        assert set(verdicts.values()) == {"killed"}
        assert len({done.killer(name) for name in verdicts}) == len(verdicts)
        known = {test["id"] for test in done.report["tests"]}
        if isolation == "fork":
            assert {done.killer(name) for name in verdicts} <= known
        [red] = [test for test in done.report["tests"] if test["outcome"] == "failed"]
        assert "test_red[red [a b]" in red["id"]
        assert place.clean()


@pytest.mark.parametrize(
    ("project", "code", "words"),
    [
        ("no_tests", 3, ["error[no-tests]"]),
        ("no_sources", 2, ["error[no-sources]"]),
        ("broken_test", 3, ["error[collection-failed]", "test_broken.py", "SyntaxError"]),
        ("ends_itself", 3, ["error[collection-failed]", "status 7"]),
        ("two_reasons", 3, ["error[collection-failed]", "part.py", "SyntaxError", "-m pytest"]),
    ],
)
def test_what_can_not_be_judged_ends_in_a_clear_error(
    project: str, code: int, words: list[str]
) -> None:
    with stage(f"hostile/{project}") as place:
        done = place.run(*NUMBERS)
        assert (done.code, done.report) == (code, {}), done.output
        assert [word for word in words if word not in done.output] == []
        assert "Traceback" not in done.output
        assert place.clean()


def test_a_source_file_that_does_not_compile_is_named_and_the_rest_judged() -> None:
    with stage("hostile/broken_source") as place:
        done = place.run(*NUMBERS)
        assert done.code == 0, done.output
        assert done.verdicts() == {"good": "killed"}
        assert "shop/broken.py:1" in done.note("syntax-error")
        assert place.unchanged()


def test_two_source_files_of_one_module_name() -> None:
    with stage("hostile/clash") as place:
        done = place.run(*NUMBERS, "--source", "part.py", "--source", "src")
        assert (done.code, done.report) == (2, {}), done.output
        assert "error[name-clash]" in done.output
        # What is found without being told is not what the tests import.
        assert "error[imported-elsewhere]" in place.run(*NUMBERS).output
        assert place.unchanged()


def test_files_of_one_name_in_several_packages() -> None:
    with stage("hostile/one_name") as place:
        done = place.run(*NUMBERS)
        assert done.verdicts() == {"one": "killed", "two": "killed"}
        assert done.killer("two") == "tests/two/test_part.py::test_good"


def test_a_test_that_is_red_in_the_seal_alone() -> None:
    with stage("hostile/linked") as place:
        os.link(place.project / "data" / "one.txt", place.project / "data" / "two.txt")
        place.before = place.content()
        done = place.run(*NUMBERS)
        assert done.code == 0, done.output
        red = [one for one in done.report["findings"] if one["slug"] == "red-test"]
        assert [one["message"] for one in red] == [
            f"tests/test_part.py::{name} fails in the seal without a fault; set aside."
            for name in ("test_linked", "test_red")
        ]
        assert f"Note: {red[0]['message']}\n" in done.output
        command = " ".join(["pytest", *(one["reproduce"].split()[1] for one in red)])
        assert f"To run outside the seal: {command}\n" in done.output
        assert place.unchanged()
        # The command tells the one from the other.
        words = [place.python, "-m", *command.split(), "-rA"]
        plain = subprocess.run(
            words, cwd=place.project, capture_output=True, text=True, check=False
        )
        assert "PASSED tests/test_part.py::test_linked" in plain.stdout
        assert "FAILED tests/test_part.py::test_red" in plain.stdout


def test_a_tree_that_the_user_may_not_write() -> None:
    with stage("calc", "ordinary") as place:
        for path in (place.project, *place.project.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        place.before = place.content()
        _refused(place, place.run(*NUMBERS))


def test_a_tree_on_a_read_only_mount() -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root can mount, and needs unshare(1)")
    with stage("calc") as place:
        here = str(place.project)
        script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'
        command = [place.python, "-m", "refute", "run", here, "--python", place.python]
        program = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", script, here, *command],
            env=place.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        _refused(place, place.finish(program))


def _refused(place: Stage, done: Done) -> None:
    assert (done.code, done.report) == (5, {}), done.output
    assert "error[read-only-tree]" in done.output
    assert "Traceback" not in done.output
    assert place.clean()


def test_a_tree_behind_symbolic_links() -> None:
    with stage("calc") as place:
        real = place.folder / "real"
        place.project.rename(real)
        place.project.symlink_to(real)
        (real / "calc").rename(place.folder / "elsewhere")
        (real / "calc").symlink_to(place.folder / "elsewhere")
        place.before = place.content()
        done = place.run("--operators", "return_value,comparison")
        assert done.code == 0, done.output
        assert done.report["metrics"]["mutation"]["killed"] == 3
        assert done.report["metrics"]["mutation"]["survived"] == 1
        assert place.clean()
