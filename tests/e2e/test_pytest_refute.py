"""`pytest --refute`: real pytest processes on copies of small projects."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from tests.e2e.stage import Done, Stage, stage
from tests.e2e.test_interrupts import SLEEP, _until

QUICK = "--refute-args=--jobs 1 --score-only"
ENTRY = "-p", "refute.pytest_plugin"
"""Where refute is not installed but on the path, its plugin is named."""

NOTHING = """\
import sys

def test_nothing_of_refute_is_loaded():
    tops = {"refute", "refute_child", "click", "rich"}
    loaded = {name for name in sys.modules if name.partition(".")[0] in tops}
    assert loaded <= {"refute", "refute.pytest_plugin"}, loaded
    assert "refute.pytest_plugin" in loaded
"""


def run(place: Stage, *words: str, **env: str) -> Done:
    """`pytest WORDS` in the project's folder, with the plugin."""
    program = place.launch("-m", "pytest", "-p", "no:cacheprovider", *plugin(), *words, env=env)
    return place.finish(program)


def plugin() -> tuple[str, ...]:
    """What brings the plugin in: nothing where the entry point does."""
    from importlib.metadata import entry_points

    found = {entry.value for entry in entry_points(group="pytest11")}
    return () if "refute.pytest_plugin" in found else ENTRY


def tried(done: Done) -> set[str]:
    """The tests that the report knows."""
    return {test["id"].rpartition("::")[2] for test in done.report["tests"]}


def test_unasked_it_loads_nothing_and_runs_nothing() -> None:
    with stage("calc") as place:
        (place.project / "tests" / "test_loaded.py").write_text(NOTHING)
        done = run(place, "--refute-args=--gate", "--refute-since=main")
        assert done.code == 0, done.output
        assert done.report == {}
        assert "refute ==" not in done.output


def test_score_and_theatre_come_after_the_summary_of_pytest() -> None:
    with stage("calc") as place:
        done = run(place, "--refute", "--refute-args=--jobs 1")
        assert done.code == 0, done.output
        passed, score = done.output.index("3 passed in"), done.output.index("4 of 5 faults noticed")
        assert passed < done.output.index("= refute =") < score < done.output.index("witness")
        assert done.report["environment"]["python"].startswith(f"{sys.version_info[0]}.")
        assert tried(done) == {"test_add", "test_is_full", "test_is_not_full"}
        assert place.left() == []


@pytest.mark.parametrize(
    ("words", "tests"),
    [
        (("-q", "-k", "add"), {"test_add"}),
        (("-k", "add", "tests/test_calc.py", "-xv"), {"test_add"}),
        (("tests/test_calc.py::test_is_full",), {"test_is_full"}),
        (("--deselect", "tests/test_calc.py::test_add"), {"test_is_full", "test_is_not_full"}),
    ],
)
def test_the_tests_chosen_for_pytest_are_those_that_are_judged(
    words: tuple[str, ...], tests: set[str]
) -> None:
    with stage("calc") as place:
        done = run(place, "--refute", QUICK, *words)
        assert done.code == 0, done.output
        assert tried(done) == tests
        assert ("baseline" in done.output) is ("-q" not in words)


def test_only_what_changed_since_a_revision() -> None:
    with stage("calc") as place:
        for words in (
            "init -q",
            "add .",
            "-c user.name=a -c user.email=a@b.example commit -qm one",
        ):
            subprocess.run(
                ["git", *words.split()],
                cwd=place.project,
                env=place.environment(),
                check=True,
            )
        path = place.project / "calc" / "__init__.py"
        path.write_text(path.read_text().replace("a + b", "b + a"))
        done = run(place, "--refute", QUICK, "--refute-since=HEAD")
        assert done.code == 0, done.output
        assert {mutant["function"] for mutant in done.report["mutants"]} == {"add"}
        assert done.report["selection"]["changes"].startswith("since HEAD")


def test_typed_in_a_folder_below_the_root_it_judges_the_project() -> None:
    with stage("calc") as place:
        words = ("-m", "pytest", *plugin(), "--refute", QUICK, "test_calc.py::test_add")
        code = (
            f"import os, runpy, sys; os.chdir('tests'); sys.argv[1:] = {list(words[2:])};"
            "runpy.run_module('pytest', None, '__main__')"
        )
        done = place.finish(place.launch("-c", code))
        assert done.code == 0, done.output
        assert tried(done) == {"test_add"}


def test_in_addopts_it_does_not_start_itself_again() -> None:
    with stage("calc") as place:
        config = place.project / "pyproject.toml"
        text = config.read_text()
        head = "[tool.pytest.ini_options]\n"
        assert head in text
        addopts = f"addopts = {[*plugin(), '--refute', QUICK]}\n"
        config.write_text(text.replace(head, head + addopts))
        done = run(place)
        assert done.code == 0, done.output
        assert done.output.count("= refute =") == 1
        assert done.output.count("faults noticed") == 1
        for isolation in ("fork", "cold"):
            words = ("--jobs", "1", "--operators", "comparison", "--isolation", isolation)
            again = place.run(*words)
            assert again.code == 0, again.output
            assert again.output.count("faults noticed") == 1
            assert "= refute =" not in again.output
        assert place.left() == []


def test_red_tests_are_set_aside_and_the_exit_code_is_that_of_pytest() -> None:
    with stage("redflaky") as place:
        done = run(place, "--refute", QUICK, "tests/test_red.py", "tests/test_order.py")
        assert done.code == 1, done.output
        outcomes = {test["id"]: test["outcome"] for test in done.report["tests"]}
        assert outcomes["tests/test_red.py::test_red"] == "failed"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--co", "-q"), 0, ""),
        (("--fixtures",), 0, ""),
        (("-k", "nobody"), 5, "refute was not run: there are no tests."),
        (("-x",), 1, "refute was not run: pytest was told to stop at a failure, and did."),
        (("--refute-args='",), 4, "--refute-args: No closing quotation."),
    ],
)
def test_it_is_not_run_when_there_is_nothing_to_judge(
    words: tuple[str, ...], code: int, said: str
) -> None:
    with stage("redflaky") as place:
        done = run(place, "--refute", *words)
        assert done.code == code, done.output
        assert done.report == {}
        assert said in done.output
        assert ("refute was not run" in done.output) is said.startswith("refute was")


def test_a_run_that_fails_ends_pytest_with_its_code() -> None:
    with stage("calc") as place:
        done = run(place, "--refute", "--refute-args=--gate")
        assert done.code == 2
        assert "error[no-gate]" in done.output
        assert "`refute run` ended with code 2 (USAGE)" in done.output


def test_what_goes_by_the_cache_is_left_out_and_said() -> None:
    with stage("calc") as place:
        done = place.finish(place.launch("-m", "pytest", *plugin(), "--refute", QUICK, "--lf"))
        assert done.code == 0, done.output
        assert "--lf is left out here" in done.output
        assert len(tried(done)) == 3


def test_variables_that_the_tests_leave_behind_reach_nobody() -> None:
    with stage("calc") as place:
        path = place.project / "tests" / "test_calc.py"
        litter = "\n\ndef test_litter():\n    import os\n    os.environ['REFUTE_LITTER'] = 'x'\n"
        guard = "import os\nassert 'REFUTE_LITTER' not in os.environ\n"
        path.write_text(guard + path.read_text() + litter)
        done = run(place, "--refute", QUICK)
        assert done.code == 0, done.output
        assert len(tried(done)) == 4


def test_ctrl_c_ends_with_what_was_judged() -> None:
    with stage("hostile/stalls") as place:
        words = ("-m", "pytest", *plugin(), "--refute")
        more = "--refute-args=--jobs 1 --timeout-factor 100000 --operators number,condition_true"
        program = place.launch(*words, more, env={"STALL": "trials"})
        _until(lambda: place.running(SLEEP), program)
        os.killpg(program.pid, signal.SIGINT)
        done = place.finish(program)
        assert done.code == 130, done.output
        assert "Traceback" not in done.output
        assert done.report["partial"] is True
        assert place.left() == []


def test_with_xdist_one_process_of_all_runs_it() -> None:
    with stage("calc") as place:
        done = run(place, "--refute", QUICK, "-n", "2", "--dist=loadfile")
        assert done.code == 0, done.output
        assert done.output.count("= refute =") == 1
        assert len(tried(done)) == 3
        assert place.left() == []


def test_it_needs_no_terminal_plugin() -> None:
    with stage("calc") as place:
        done = run(place, "--refute", QUICK, "-p", "no:terminal")
        assert done.code == 0, done.output
        assert len(tried(done)) == 3
