"""`refute run` on a suite that uses a real dependency: one server, and verdicts that hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.stage import Done, Stage, stage
from tests.real.places import needs

pytestmark = [needs("postgres"), pytest.mark.slow]


@pytest.fixture(scope="module")
def ledger() -> Iterator[tuple[Stage, Done]]:
    with stage("ledger") as made:
        yield made, made.run()


def test_faults_in_the_service_and_in_its_migration_are_noticed(
    ledger: tuple[Stage, Done],
) -> None:
    done = ledger[1]
    assert done.code == 0, done.output
    assert "4 of 4 tests pass" in done.output
    assert done.note("dependency").startswith("Postgres: PostgreSQL ")
    assert done.note("service") == ""
    verdicts = {
        (m["function"], m["original"], m["replacement"]): m["verdict"]
        for m in done.report["mutants"]
    }
    # The constraint is made by the migration, which runs once: under this fault it has to run
    # again, or the copy of the unchanged database would hide it.
    assert verdicts["migrate", "0", "1"] == "killed"
    assert verdicts["entries", " CHECK (cents <> ", " CHCEK (cents <> "] == "killed"
    # Nobody books in one session and looks in another.
    assert verdicts["migrate", "connection.commit()", "pass"] == "survived"


def test_tests_are_called_what_they_are(ledger: tuple[Stage, Done]) -> None:
    report = ledger[1].report
    assert {t["verdict"] for t in report["tests"]} == {"witness"}
    assert report["pyramid"] == {"unit": 0, "integration": 4, "end_to_end": 0}


def test_plain_pytest_agrees(ledger: tuple[Stage, Done]) -> None:
    made = ledger[0]
    words = ("verify", "--sample", "20", "--python", made.python)
    again = made.finish(made.start(*words))
    assert again.code == 0, again.output
    assert "20 of 20" in again.output


def test_second_run_tries_nothing_anew(ledger: tuple[Stage, Done]) -> None:
    made, done = ledger
    again = made.run()
    assert "Nothing is left to try." in again.output
    verdicts = [(m["id"], m["verdict"]) for m in done.report["mutants"]]
    assert [(m["id"], m["verdict"]) for m in again.report["mutants"]] == verdicts
