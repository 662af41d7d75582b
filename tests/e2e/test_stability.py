"""`refute stability` on suites with planted faults of the suite itself, by each known cause.

Each planted test is found, named with its cause, and reproduced by the printed command; the
tests beside it, and a stable suite, are not accused.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.e2e.stage import Done, Stage, stage

import refute

pytestmark = pytest.mark.slow

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "stability-1.json").read_text())
TEST = "tests/test_shop.py::test_"


def stability(place: Stage, *arguments: str) -> tuple[Done, dict[str, Any]]:
    """One whole run; what it printed, and what it wrote down."""
    words = ("stability", "--python", place.python, "--quiet", *arguments)
    done = place.finish(place.start(*words))
    path = place.project / ".refute" / "stability.json"
    assert path.exists(), done.output
    found = json.loads(path.read_text())
    jsonschema.validate(found, SCHEMA)
    assert place.clean()
    return done, found


def reproduced(place: Stage, finding: dict[str, Any]) -> Done:
    """What the command of a finding prints."""
    program, *words = shlex.split(finding["reproduce"])
    assert program == "refute"
    return place.finish(place.start(*words))


PLANTED = [
    # Suite, runs that meet it, and for each test: its cause, what changed, after, needs, left.
    ("order", 3, {
        "price": ("order-dependent", "order", ["reduced_price"], [], []),
        "greeting": ("order-dependent", "nothing", [], ["login"], []),
    }),
    ("environment", 3, {
        "live": ("order-dependent", "order", ["trial"], [],
                 ["the environment changed: SHOP_MODE"]),
    }),
    ("port", 3, {
        "serve": ("order-dependent", "order", ["serve_for_ever"], [],
                  ["network port 47613 taken"]),
    }),
    ("files", 11, {
        "nothing_is_saved": ("order-dependent", "order", ["save"], [],
                             ["files behind: first.order"]),
        "create": ("rerun-dependent", "again", [], [], ["files behind: ledger.txt"]),
        "relative": ("cwd-dependent", "cwd", [], [], []),
    }),
    ("hashing", 6, {"words": ("hash-dependent", "hash", [], [], [])}),
    ("time", 12, {
        "next_year": ("time-dependent", "clock", [], [], []),
        "opened": ("time-dependent", "zone", [], [], []),
    }),
    ("randomness", 12, {"lot": ("random-dependent", "random", [], [], [])}),
]  # fmt: skip


@pytest.mark.parametrize(("suite", "runs", "expected"), PLANTED, ids=[one[0] for one in PLANTED])
def test_planted_tests_are_found_named_and_reproduced(
    suite: str, runs: int, expected: dict[str, tuple[Any, ...]]
) -> None:
    with stage(f"flaky/{suite}") as place:
        done, found = stability(place, "--runs", str(runs), "--rewrites", "0")
        assert done.code == 1, done.output
        by_name = {one["test"].removeprefix(TEST): one for one in found["findings"]}
        # `again` meets the files that others leave, too: each cause is named once for a test.
        assert set(by_name) == set(expected), done.output
        for name, (cause, kind, after, needs, left) in expected.items():
            one = next(
                f for f in found["findings"] if f["test"] == TEST + name and f["cause"] == cause
            )
            assert one["perturbation"] == kind
            assert one["after"] == [TEST + other for other in after]
            assert one["needs"] == [TEST + other for other in needs]
            assert one["left"] == left
            assert one["confirmed"] is True
            assert one["failed"] == one["tried"]
            assert one["test"] in done.output
            again = reproduced(place, one)
            assert again.code == 1, again.output
            assert f"FAILED {one['test']}" in again.output
        assert place.clean()


def test_concurrency_is_told_from_chance() -> None:
    with stage("flaky/concurrency") as place:
        done, found = stability(place, "--runs", "20", "--rewrites", "0")
        causes = {one["test"].removeprefix(TEST): one for one in found["findings"]}
        assert set(causes) == {"notes", "race"}, done.output
        assert causes["notes"]["cause"] == "schedule-dependent"
        assert causes["race"]["cause"] == "flaky"
        assert 0 < causes["race"]["failed"] < causes["race"]["tried"]
        for one in causes.values():
            again = reproduced(place, one)
            assert again.code == 1, again.output


def test_brittle_tests_are_named_with_the_rewrite() -> None:
    with stage("flaky/brittle") as place:
        done, found = stability(place, "--runs", "2")
        brittle = {one["test"].removeprefix(TEST): one for one in found["findings"]}
        assert {name: one["cause"] for name, one in brittle.items()} == {
            "names": "brittle",
            "source": "brittle",
        }, done.output
        assert brittle["names"]["rewrite"]["operator"] == "local_renamed"
        assert brittle["source"]["rewrite"]["function"] == "size"
        assert "    - amount = sum(prices)\n" in done.output
        for one in brittle.values():
            again = reproduced(place, one)
            assert again.code == 1, again.output
        assert place.clean()


def test_a_stable_suite_is_not_accused_over_twenty_runs() -> None:
    with stage("flaky/stable") as place:
        done, found = stability(place)
        assert done.code == 0, done.output
        assert found["findings"] == []
        assert len(found["runs"]) == 20
        assert {one["perturbation"] for one in found["runs"]} == {
            "nothing", "order", "process", "hash", "random", "clock", "zone", "cwd", "schedule",
            "again",
        }  # fmt: skip
        assert [one["trouble"] for one in found["runs"]] == [""] * 20
        assert found["rewrites"] > 5
        assert found["counts"]["stable"] == found["counts"]["judged"] == 17
        assert (found["counts"]["skipped"], found["kills"]) == (2, None)
        assert "17 of 17 tests stable" in done.output


def test_red_tests_are_set_aside_and_kills_are_shared_out() -> None:
    with stage("calc") as place:
        path = place.project / "tests" / "test_calc.py"
        path.write_text(path.read_text() + "\n\ndef test_red():\n    assert 0\n")
        place.before = place.content()
        assert place.run("--score-only", "--jobs", "1").code == 0
        done, found = stability(place, "--runs", "3", "--rewrites", "0")
        assert done.code == 0, done.output
        assert found["red"] == ["tests/test_calc.py::test_red"]
        assert "Set aside: 1 red test." in done.output
        assert found["kills"]["total"] > 0
        assert f"{found['kills']['told']} told" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--only", f"{TEST}live"), 0, "1 passed"),
        (("--only", f"{TEST}live", "--perturb", "order", "--seed", "0"), 1, "1 failed, 2 passed"),
        (("--only", f"{TEST}nobody"), 2, "error[unknown-test]"),
        (("--only", f"{TEST}live", "--rewrite", "r-0"), 2, "error[unknown-fault]"),
        (("--after", f"{TEST}live"), 2, "--after goes with --only."),
    ],
)
def test_one_test_in_one_world(arguments: tuple[str, ...], code: int, words: str) -> None:
    with stage("flaky/environment") as place:
        words_given = ("stability", *arguments, "--python", place.python)
        done = place.finish(place.start(*words_given))
        assert done.code == code, done.output
        assert words in done.output
        assert place.clean()


def test_ctrl_c_in_the_sweep_accuses_nobody_falsely_and_forgets_nobody() -> None:
    with stage("flaky/hashing") as place:
        words = ("--python", place.python, "--plain", "--jobs", "1", "--runs", "40")
        program = place.start("stability", ".", *words)
        assert program.stdout is not None
        half = (line for line in iter(program.stdout.readline, b"") if b" 20 of 40 runs" in line)
        assert next(half)
        os.killpg(program.pid, signal.SIGINT)
        done = place.finish(program)
        assert done.code == 130, done.output
        assert "Traceback" not in done.output
        found = json.loads((place.project / ".refute" / "stability.json").read_text())
        assert found["partial"] is True
        # It failed under several seeds by then, and nobody has looked into it yet.
        [one] = found["findings"]
        assert one["test"] == TEST + "words"
        assert (one["cause"], one["confirmed"]) == ("hash-dependent", False)
        counts = found["counts"]
        assert counts["stable"] == counts["judged"] - 1
        assert "stable so far" in done.output
        assert "seen once, not looked into" in done.output
        assert place.clean()
