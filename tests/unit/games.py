"""A hunt that is driven by hand, with hand-made replies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.unit.plans import FILE, world

from refute.baseline import Baseline
from refute.faults.fault import Mutant
from refute.faults.plan import Order, Planned, make_plan
from refute.trials.hunt import Hunt
from refute.trials.outcome import Outcome
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import Limits

PATH = f"/project/{FILE}"
FAILURE = {
    "phase": "call",
    "exception": "AssertionError",
    "message": "assert 1 == 2",
    "by_test": True,
    "accidents": [],
}


class Game:
    """A hunt, the outcomes that it has emitted, and hand-made replies."""

    def __init__(
        self,
        base: Baseline,
        mutants: Iterable[Mutant],
        known: frozenset[str] = frozenset(),
        files: tuple[int, ...] = (),
        *,
        in_turn: bool = False,
    ) -> None:
        self.emitted: list[tuple[Planned, Outcome]] = []
        self.hunt = Hunt(
            root=Path("/project"),
            plan=make_plan(list(mutants), base),
            baseline=base,
            test_files=files or tuple(0 for _ in base.tests),
            order=Order([test.seconds for test in base.tests]),
            limits=Limits(10.0, base.collect_seconds),
            emit=lambda planned, outcome: self.emitted.append((planned, outcome)),
            in_turn=in_turn,
        )
        self.hunt.begin(known)

    def next(self, mode: str | None = ZYGOTE) -> Request:
        """The next request, which there must be."""
        found = self.hunt.next_request(mode)
        assert found is not None
        return found

    def pass_controls(self, mode: str | None = ZYGOTE) -> Request:
        """Answer controls that they passed, up to the first other request."""
        while (request := self.next(mode)).record.get("id") == "control":
            self.reply(request, "passed")
        return request

    def reply(self, request: Request, result: str, **more: Any) -> None:
        """Answer a trial."""
        reply: dict[str, Any] = {"event": "trial", "result": result, "took": 0.5, **more}
        if result == "failed":
            reply.setdefault("failure", FAILURE)
            reply.setdefault("ran", 1)
        self.hunt.on_reply(request, reply)

    def batch(self, request: Request, **results: Any) -> None:
        """Answer a batch: a result by mutant id, with underscores for dashes."""
        records = []
        for id, result in results.items():
            record = {"id": id.replace("_", "-"), "took": 0.5, "ran": 1}
            record |= result if isinstance(result, dict) else {"result": result}
            if record["result"] == "failed":
                record.setdefault("failure", FAILURE)
            records.append(record)
        self.hunt.on_reply(request, {"event": "trial", "results": records})

    def settle(self) -> Request:
        """Have the controls pass and the batch notice nothing: forks for single mutants follow."""
        request = self.pass_controls()
        self.batch(request, **{t["id"].replace("-", "_"): "quiet" for t in trials(request)})
        return self.pass_controls()

    @property
    def verdicts(self) -> dict[str, str]:
        """The last result of each mutant."""
        return {outcome.mutant: str(outcome.result) for _, outcome in self.emitted}


def trials(request: Request) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = request.record["trials"]
    return found


def covered(tests: int = 4, **more: Any) -> Baseline:
    """All tests run over line 1."""
    return world(tests, {1: range(tests)}, **more)
