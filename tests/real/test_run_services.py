"""`refute run` on a suite that uses a stand-in and a real server: verdicts that hold."""

from __future__ import annotations

import pytest
from tests.e2e.stage import stage
from tests.real.places import needs

pytestmark = [needs("smtp"), needs("stripe"), pytest.mark.slow]


def test_faults_in_payments_and_mail_are_noticed_in_trials_and_by_plain_pytest() -> None:
    with stage("till") as made:
        done = made.run()
        assert done.code == 0, done.output
        assert "3 of 3 tests pass" in done.output
        assert "Stripe (a stand-in): " in done.note("dependency")
        assert "delivered nowhere" in done.note("dependency")
        verdicts = {
            (m["function"], m["original"], m["replacement"]): m["verdict"]
            for m in done.report["mutants"]
        }
        # The stand-in keeps state: without its key the same order would be paid twice.
        assert verdicts["take", '"Idempotency-Key"', '"Idemptoency-Key"'] == "killed"
        assert verdicts["take", "Bearer ", "Beraer "] == "killed"
        assert verdicts["receipt", "/", "*"] == "killed"
        # Nobody looks at the sender.
        assert verdicts["receipt", '"From"', '"Form"'] == "survived"
        again = made.finish(made.start("verify", "--sample", "6", "--python", made.python))
        assert again.code == 0, again.output
        assert "6 of 6" in again.output
