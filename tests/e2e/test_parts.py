"""Runs on a part: what changed, some files, what fits into a time, one shard; and their merge."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.stage import Done, Stage, stage
from tests.unit.pastrepo import git

from refute.report import plural

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
]

MORE = '''"""Two functions more."""


def low(value, limit):
    if value < limit:
        return limit
    return value


def twice(value):
    doubled = value * 2
    return doubled + 0  # refute: accept[survivor] adds nothing
'''

MORE_TEST = """from calc.more import low, twice


def test_low():
    assert low(1, 3) == 3


def test_twice():
    assert twice(2) == 4
"""


@pytest.fixture
def calc() -> Iterator[Stage]:
    """The calculator with two functions more, in a repository with one commit on main."""
    with stage("calc") as made:
        (made.project / "calc" / "more.py").write_text(MORE)
        (made.project / "tests" / "test_more.py").write_text(MORE_TEST)
        (made.project / ".gitignore").write_text("__pycache__/\n.refute/\n")
        git(made.project, "init", "-q", "-b", "main")
        commit(made)
        yield made


SHORT = "4s"
"""Less than the test sleeps, also if it does twice at a time: 0.3 s for each of 22 faults."""


@pytest.fixture
def patient() -> Iterator[Stage]:
    """Three functions, whose tests need longer than the machine does."""
    with stage("patient") as made:
        yield made


def commit(made: Stage) -> None:
    git(made.project, "add", "-A")
    git(made.project, "commit", "-q", "-m", "All there is")
    made.before = made.content()


def edit(made: Stage, file: str, old: str, new: str) -> None:
    path = made.project / file
    text = path.read_text()
    assert text.count(old) == 1, (file, old)
    path.write_text(text.replace(old, new))
    made.before = made.content()


def score(made: Stage, *options: str) -> Done:
    return made.run("--jobs", "1", "--score-only", *options)


def spots(done: Done) -> set[tuple[str, int]]:
    """Functions with mutants that the run took up, and their lines."""
    return {(m["function"], m["line"]) for m in done.report["mutants"]}


def verdicts(done: Done) -> dict[str, str]:
    return {m["id"]: m["verdict"] for m in done.report["mutants"]}


def numbers(done: Done) -> dict[str, Any]:
    """The counts and shares of the mutation score."""
    return dict(done.report["metrics"]["mutation"])


def test_what_a_branch_changes_is_judged(calc: Stage) -> None:
    git(calc.project, "switch", "-q", "-c", "topic")
    edit(calc, "calc/more.py", "doubled + 0", "0 + doubled")
    commit(calc)
    done = score(calc, "--since", "main")
    assert done.code == 0, done.output
    # The whole function that holds the changed line, and nothing of the others.
    assert spots(done) == {("twice", 11), ("twice", 12)}
    assert done.mutants(verdict="killed")
    chosen = done.report["selection"]
    base = git(calc.project, "rev-parse", "main")[:8]
    assert chosen["changes"] == f"since main ({base})"
    assert chosen["changed_tests"] == []
    assert chosen["left_out"] > 0
    said = f"Only changes are judged, since main ({base}): {len(done.report['mutants'])} of "
    assert said in done.note("selection")
    assert said in " ".join(done.output.split())
    assert calc.clean()


def test_a_new_test_is_judged_by_all_that_it_runs(calc: Stage) -> None:
    new = "from calc import add\n\n\ndef test_new():\n    assert add(1, 1) == 2\n"
    (calc.project / "tests" / "test_new.py").write_text(new)
    calc.before = calc.content()
    done = calc.run("--jobs", "1", "--since", "HEAD")
    assert done.code == 0, done.output
    assert {function for function, _ in spots(done)} == {"add"}
    assert done.report["selection"]["changed_tests"] == ["tests/test_new.py::test_new"]
    assert "1 changed test" in done.note("selection")
    judged = {t["id"]: t["verdict"] for t in done.report["tests"]}
    assert judged.pop("tests/test_new.py::test_new") == "witness"
    # The other one that runs `add` is a witness if it was the first to notice a fault, which may
    # be either of the two; of the rest nothing is known.
    assert judged.pop("tests/test_calc.py::test_add") in ("witness", "unjudged")
    assert set(judged.values()) == {"unjudged"}
    assert calc.clean()


def test_nothing_that_could_be_judged_has_changed(calc: Stage) -> None:
    edit(calc, "README.md", "#", "# A")
    done = score(calc, "--since", "HEAD")
    # As docs/fitting.md has it: a change of texts alone is nothing to complain about.
    assert done.code == 0, done.output
    assert done.report["mutants"] == []
    assert "Nothing was judged: nothing has changed that a fault could be made in" in done.output
    assert numbers(done)["score"] is None


def test_revisions_that_are_not_there(calc: Stage) -> None:
    first = git(calc.project, "rev-parse", "HEAD").strip()
    unknown = score(calc, "--since", "nowhere")
    assert unknown.code == 2
    assert "error[unknown-revision]: git knows no commit `nowhere` here." in unknown.output
    assert "shallow" not in unknown.output.partition("\n")[0]
    assert unknown.report == {}

    edit(calc, "README.md", "#", "# A")
    commit(calc)
    clone = calc.folder / "clone"
    git(calc.folder, "clone", "-q", "--depth", "1", f"file://{calc.project}", str(clone))
    done = calc.finish(calc.start("run", str(clone), "--since", first))
    assert done.code == 2
    said = " ".join(done.output.split())
    assert f"git knows no commit `{first}` here. This clone is shallow" in said
    assert "git fetch --unshallow" in said
    assert not (clone / ".refute").exists()


def test_what_is_staged_counts_where_it_lies_now(calc: Stage) -> None:
    edit(calc, "calc/more.py", "value * 2", "2 * value")
    git(calc.project, "add", "-A")
    edit(calc, "calc/more.py", "    if value", "    # A remark.\n    if value")
    edit(calc, "calc/__init__.py", "a + b", "b + a")
    done = score(calc, "--staged")
    assert done.code == 0, done.output
    assert spots(done) == {("twice", 12), ("twice", 13)}
    assert done.report["selection"]["changes"] == "staged, as it lies in the work tree"
    assert calc.clean()


def test_some_files(calc: Stage) -> None:
    done = score(calc, "--paths", "calc/__init__.py")
    assert done.code == 0, done.output
    assert {m["file"] for m in done.report["mutants"]} == {"calc/__init__.py"}
    assert {m["function"] for m in done.report["mutants"]} == {"add", "is_full"}
    assert done.report["selection"]["paths"] == ["calc/__init__.py"]
    none = score(calc, "--paths", "calc/nothing.py")
    assert none.code == 2
    assert "error[no-such-path]: --paths calc/nothing.py: no file is meant by that" in none.output


def test_as_much_as_fits_and_then_the_rest(patient: Stage) -> None:
    some = score(patient, "--budget", SHORT)
    assert some.code == 0, some.output
    pending = {m["id"] for m in some.mutants(verdict="pending")}
    assert pending
    assert some.report["partial"]
    assert "The time is spent. Tried were, of the faults, " in some.note("budget")
    assert {"verdict": "pending", "reason": "not tried yet", "count": len(pending)} in numbers(
        some
    )["left_out"]
    foretold = numbers(some)["estimate"]
    assert 0 <= foretold["low"] <= foretold["score"] <= foretold["high"] <= 1
    assert foretold["low"] < foretold["high"]
    assert "the score of the whole run" in some.output.lower()

    # Nothing of it was said in vain: the same command with more time goes on from there.
    whole = score(patient, "--budget", "10m")
    assert whole.code == 0, whole.output
    assert not whole.report["partial"]
    assert whole.mutants(verdict="pending") == []
    assert numbers(whole)["estimate"] is None
    assert whole.note("budget") == ""
    known = {id: verdict for id, verdict in verdicts(some).items() if id not in pending}
    assert known.items() <= verdicts(whole).items()
    tried = {m["id"] for m in some.report["mutants"] if m["mechanism"] != "none"}
    assert tried == {m["id"] for m in whole.report["mutants"] if m["reused"]}
    # Whichever beginning was finished, its interval holds: all that is tried there is killed.
    assert foretold["low"] <= numbers(whole)["score"] <= foretold["high"]
    # A function is accused only of what no later trial can take back.
    assert accused(some) <= accused(whole)
    assert patient.clean()


def accused(done: Done) -> set[str]:
    return {one["id"] for one in done.report["findings"] if one["slug"] == "unnoticed-function"}


PARTS = 3


def test_the_shards_of_a_run_make_the_whole(calc: Stage) -> None:
    whole = score(calc)
    shutil.rmtree(calc.project / ".refute")
    shards = [shard(calc, number) for number in range(1, PARTS + 1)]
    mutants = [id for one in shards for id in verdicts(one)]
    assert len(mutants) == len(set(mutants))
    assert set(mutants) == set(verdicts(whole))
    assert all(verdicts(one) for one in shards)
    for number, one in enumerate(shards, start=1):
        assert one.report["selection"]["shard"] == f"{number}/{PARTS}"
        assert f"Shard {number} of {PARTS}: {plural(len(verdicts(one)), 'fault')}." in one.output

    # In whatever order, by file or by folder.
    reports = calc.folder / "reports"
    merged = merge(calc, reports / "3", reports / "1" / "report.json", reports / "2")
    assert merged.code == whole.code == 0, merged.output
    assert merged.report["selection"]["shard"] == ""
    assert verdicts(merged) == verdicts(whole)
    assert numbers(merged) == numbers(whole)
    assert merged.report["findings"] == whole.report["findings"]
    tests = [(t["id"], t["outcome"], t["defined"]) for t in whole.report["tests"]]
    assert [(t["id"], t["outcome"], t["defined"]) for t in merged.report["tests"]] == tests
    assert merged.report["metrics"]["speed"]["first_failure"]["kills"] == numbers(whole)["killed"]
    assert [one["accepted"]["reason"] for one in merged.report["findings"] if one["accepted"]]
    # It is the last run from now on.
    survivor = merged.mutants(verdict="survived")[0]["id"]
    assert calc.finish(calc.start("show", survivor)).code == 0
    assert calc.clean()

    # What is not all of one run is refused.
    places = [reports / str(number) for number in range(1, PARTS + 1)]
    refused(calc, "missing: 3", *places[:2])
    refused(calc, "missing: 3; more than once: 2", *places[:2], places[1])
    refused(calc, "There is no report at", *places[:2], reports / "4", slug="no-report")

    # The same tests by name, with another body.
    edit(calc, "tests/test_more.py", "== 4", "== 2 + 2")
    shard(calc, 3)
    refused(calc, "Shards 1 and 3 differ: the code or the tests.", *places)


def test_a_matrix_with_empty_shards_and_too_little_time_is_green(calc: Stage) -> None:
    few = ("--paths", "calc/__init__.py", "--budget", "0.1s")
    many = len(score(calc, *few).report["mutants"]) + 3
    places = [calc.folder / "reports" / str(number) for number in range(1, many + 1)]
    empty = 0
    for number, place in enumerate(places, start=1):
        done = score(calc, *few, "--shard", f"{number}/{many}")
        assert done.code == 0, done.output
        place.mkdir(parents=True)
        shutil.copy(calc.project / ".refute" / "report.json", place)
        said = " ".join(done.output.split())
        if not done.report["mutants"]:
            empty += 1
            assert f"is in this part (calc/__init__.py; shard {number}/{many})." in said
        assert (
            f"Part {number}/{many}. To put all parts together: " in said or done.report["partial"]
        )
    assert empty >= 3
    calc.before = calc.content()

    merged = merge(calc, *places)
    assert merged.code == 0, merged.output
    assert "shards the time ended before the work did." in merged.note("budget")
    assert len(merged.mutants(verdict="pending")) > 0
    assert numbers(merged)["estimate"]["low"] == 0


def shard(made: Stage, number: int) -> Done:
    """Run one shard, and put its report where a CI would."""
    done = score(made, "--shard", f"{number}/{PARTS}")
    assert done.code == 0, done.output
    place = made.folder / "reports" / str(number)
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(made.project / ".refute" / "report.json", place)
    made.before = made.content()
    return done


def merge(made: Stage, *reports: Path) -> Done:
    return made.finish(made.start("merge", *map(str, reports)))


def refused(made: Stage, why: str, *reports: Path, slug: str = "cant-merge") -> None:
    """Merging these is an error that says why, and leaves no report."""
    last = made.project / ".refute" / "report.json"
    last.unlink(missing_ok=True)
    done = merge(made, *reports)
    assert done.code == 2, done.output
    said = " ".join(done.output.split())
    assert f"error[{slug}]" in said
    assert why in said
    assert not last.exists()
