"""The hunt: each mutant's trials, from the swap through its fallbacks to one raw outcome."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from refute.baseline import Baseline
from refute.faults.plan import Order, Plan, Planned
from refute.trials.outcome import Mechanism, Outcome, Result
from refute.trials.pool import ZYGOTE, Request
from refute.trials.requests import LONG, Batch, ControlFailed, Limits, Requests, Try
from refute.trials.slot import Record

CONTROL_EVERY = 200
"""Trials between two null controls."""
FIRST_CONTROLS = 5
CONTROL = (50, 2.0)
"""What one null control may run: so many tests, of so many seconds in all."""
FEW_TESTS = 12
"""Tests of the first attempt on a mutant of import-time code; most are noticed by these."""

BATCH = 20
"""Mutants that one warm child looks at."""
GATHERED = 100
"""Mutants that batches leave open before each of them gets a fork of its own."""
QUICK = (4, 0.01)
"""The likeliest killers that it runs against each: so many, or so long in all."""

Emit = Callable[[Planned, Outcome], None]


@dataclass(slots=True)
class Hunt:
    """Decides what is run next, and what each reply means; knows no process.

    ``emit`` gets one outcome for each mutant; a mutant whose killer proved unfit is emitted
    again. ``to_cold`` collects mutants that only a cold run can judge. ``in_turn`` ends what was
    begun before anything else, for a run within a budget.
    """

    root: Path
    plan: Plan
    baseline: Baseline
    test_files: Sequence[int]
    order: Order
    limits: Limits
    emit: Emit
    in_turn: bool = False
    #: Tests that fail without a fault when they run in a fork, alone or among others.
    unfit: dict[int, str] = field(default_factory=dict)
    to_cold: list[tuple[Planned, str]] = field(default_factory=list)
    controls: int = 0
    #: Mutants that have not been looked at yet, those that need a fork of their own, and those
    #: of them whose turn it is.
    _fresh: deque[Planned] = field(default_factory=deque)
    _swaps: deque[Planned] = field(default_factory=deque)
    _turn: deque[Planned] = field(default_factory=deque)
    _imports: dict[str, deque[Try]] = field(default_factory=dict)
    _survived_swap: set[str] = field(default_factory=set)
    _urgent: deque[Request] = field(default_factory=deque)
    _trusted: set[int] = field(default_factory=set)
    _held: dict[int, list[tuple[Planned, Outcome]]] = field(default_factory=dict)
    _killed_by: dict[int, list[Planned]] = field(default_factory=dict)
    _deaths: dict[str, int] = field(default_factory=dict)
    _trials: int = 0
    _requests: Requests = field(init=False)

    def __post_init__(self) -> None:
        self._requests = Requests(self.root, self.baseline, self.test_files, self.limits)

    def begin(self, known: frozenset[str], plan: Plan | None = None) -> None:
        """Fill the queues with what is not known of a plan, in the place of the one before."""
        self.plan = plan or self.plan
        queues = (self._fresh, self._swaps, self._turn, self._urgent, self._imports, self._held)
        for queue in queues:
            queue.clear()
        known |= {planned.mutant.id for planned, _ in self.to_cold}
        self.to_cold.extend((p, "") for p in self.plan.cold if p.mutant.id not in known)
        for planned in (*self.plan.swap, *self.plan.imports):
            if planned.mutant.id in known:
                continue
            if planned.mechanism is Mechanism.IMPORT or planned.mutant.id in self._survived_swap:
                self._queue_import(planned)
            else:
                self._fresh.append(planned)
        for planned in list(self._fresh)[:FIRST_CONTROLS]:
            self._control(self._requests.first(self.order.sort(planned), *CONTROL), ZYGOTE)

    def next_request(self, mode: str | None) -> Request | None:
        """The next trial for a slot in this mode: what it can serve at once comes first."""
        swaps = bool(self._fresh or self._swaps or self._turn)
        if self._urgent and (mode is None or self._urgent[0].mode == mode or not swaps):
            return self._urgent.popleft()
        if swaps and mode in (None, ZYGOTE):
            return self._swap_request()
        if mode in self._imports:
            return self._import_request(mode)
        if swaps:
            return self._swap_request()
        for file in self._imports:
            return self._import_request(file)
        return self._urgent.popleft() if self._urgent else None

    def on_reply(self, request: Request, reply: Record) -> None:
        """Take in one reply: emit an outcome, or queue what has to follow."""
        about: Try | Batch = request.about
        self._trials += 1
        if isinstance(about, Batch):
            self._on_batch(about, request, reply)
            return
        result = reply["result"]
        if result == "slot-died" and request.deaths < 2:
            self._urgent.append(request)
            return
        if about.planned is None:
            self._on_control(about, reply)
            return
        if self._trials % CONTROL_EVERY == 0 and request.mode == ZYGOTE:
            self._control(self._requests.first(about.tests, *CONTROL), ZYGOTE)
        if result in ("slot-died", "broken", "not-imported"):
            self._fall_back(request, reply)
        elif result == "unswappable":
            self._queue_import(about.planned)
        elif result == "passed":
            self._on_survival(request, reply)
        else:
            self._on_notice(request, reply)

    def _swap_request(self) -> Request:
        """A batch of fresh mutants, or a fork for one that a batch did not settle.

        Those come first when enough have gathered, the quickest first, so that one that turns
        out to sleep is found while there is other work for the core; in turn, at once.
        """
        if self.in_turn or (not self._turn and (len(self._swaps) >= GATHERED or not self._fresh)):
            quickest = None if self.in_turn else self._requests.seconds
            self._turn.extend(sorted(self._swaps, key=quickest) if quickest else self._swaps)
            self._swaps.clear()
        if self._turn:
            planned = self._turn.popleft()
            return self._requests.trial(Try(planned, self._fit(self.order.whole(planned))), ZYGOTE)
        tries: list[Try] = []
        trials: list[Record] = []
        ahead = 0.0
        while self._fresh and len(tries) < BATCH and ahead < LONG:
            planned = self._fresh.popleft()
            tests = self._fit(self.order.sort(planned))
            tries.append(Try(planned, self._requests.first(tests, *QUICK), whole=False))
            trials.append(self._requests.trial(tries[-1], ZYGOTE).record)
            seconds = [self.baseline.tests[test].seconds for test in tries[-1].tests]
            trials[-1]["limits"] = [self.limits.quick(second) for second in seconds]
            ahead += sum(seconds)
        return Request({"op": "batch", "trials": trials}, ZYGOTE, Batch(tuple(tries)))

    def _fit(self, tests: list[int]) -> list[int]:
        return [test for test in tests if test not in self.unfit]

    def _on_batch(self, batch: Batch, request: Request, reply: Record) -> None:
        """Accept proven kills; whatever else happened is looked at again, one at a time."""
        results = self._requests.by_fault(reply.get("results", ()))
        left: list[Planned] = []
        stopped = False
        for one in batch.tries:
            planned = one.planned
            assert planned is not None
            result = results.get(planned.mutant.id)
            if result is None:
                if stopped:
                    left.append(planned)
                else:
                    # What ended the child, or was not proven. It may sleep for long: begun
                    # early, others have the core meanwhile.
                    self._turn.appendleft(planned)
                stopped = True
            elif result["result"] == "failed":
                self._trusted.add(one.tests[result["ran"] - 1])
                self._on_notice(Request({}, ZYGOTE, one), result)
            elif result["result"] == "unswappable":
                self._queue_import(planned)
            else:
                self.order.learn(planned.mutant, one.tests, None)
                self._swaps.append(planned)
        # They keep their turn: the order was fixed beforehand.
        self._fresh.extendleft(reversed(left))

    def _queue_import(self, planned: Planned) -> None:
        tests = planned.tests
        if planned.also_import:
            tests = tuple(i for i, t in enumerate(self.baseline.tests) if t.outcome == "passed")
        whole = replace(planned, mechanism=Mechanism.IMPORT, tests=tests)
        few = len(tests) > FEW_TESTS
        queue = self._imports.setdefault(self._requests.path(planned), deque())
        near = self._requests.nearest(planned, self.order.sort(whole))
        queue.append(Try(whole, near[:FEW_TESTS] if few else list(tests), whole=not few))

    def _import_request(self, file: str) -> Request:
        queue = self._imports[file]
        about = queue.popleft()
        if not queue:
            del self._imports[file]
        assert about.planned is not None
        if about.whole:
            about.tests = self.order.whole(about.planned)
        about.tests = [test for test in about.tests if test not in self.unfit]
        return self._requests.trial(about, file)

    def _control(self, tests: list[int], mode: str) -> None:
        self._urgent.append(self._requests.trial(Try(None, tests), mode))

    def _on_control(self, about: Try, reply: Record) -> None:
        self.controls += 1
        if reply["result"] == "passed":
            for test in about.tests[:1]:
                self._trusted.add(test)
                for planned, outcome in self._held.pop(test, ()):
                    self._accept(planned, outcome, test)
            return
        ran = min(max(int(reply.get("ran", 1)), 1), len(about.tests))
        test = about.tests[ran - 1]
        failure = reply.get("failure", {})
        why = f"{failure.get('exception', reply['result'])}: {failure.get('message', '')}"
        self.unfit[test] = why.rstrip(": ")
        if len(self.unfit) > max(3, len(self.baseline.tests) // 10):
            raise ControlFailed(f"{self.baseline.tests[test].id} ({self.unfit[test]})")
        again = [planned for planned, _ in self._held.pop(test, ())]
        again += self._killed_by.pop(test, [])
        for planned in again:
            self._again(planned)
        if about.tests[:1] != [test] and about.tests[0] in self._held:
            self._control(about.tests[:1], ZYGOTE)

    def _again(self, planned: Planned) -> None:
        if planned.mechanism is Mechanism.IMPORT:
            self._queue_import(planned)
        else:
            self._swaps.append(planned)

    def _on_survival(self, request: Request, reply: Record) -> None:
        about: Try = request.about
        planned = about.planned
        assert planned is not None
        if not about.whole:
            queue = self._imports.setdefault(request.mode, deque())
            queue.append(Try(planned, list(planned.tests), whole=True))
            return
        self.order.learn(planned.mutant, about.tests, None)
        if planned.also_import and request.mode == ZYGOTE:
            self._survived_swap.add(planned.mutant.id)
            self._queue_import(planned)
            return
        if self.baseline.unseen:
            self.to_cold.append((planned, "tests start interpreters that can't be observed"))
            return
        self.emit(planned, self._requests.outcome(request, Result.PASSED, about.tests, reply=reply))

    def _on_notice(self, request: Request, reply: Record) -> None:
        about: Try = request.about
        planned = about.planned
        assert planned is not None
        ran = about.tests[: int(reply["ran"])]
        # A test that exists under the fault alone can't be asked about the original.
        known = 0 < int(reply["ran"]) <= len(about.tests)
        killer = ran[-1] if known else None
        outcome = self._requests.noticed(request, reply, ran, killer)
        if killer in self.unfit:
            # It proved unfit while this trial was under way.
            self._again(planned)
            return
        self.order.learn(planned.mutant, ran, killer)
        if killer is None or killer in self._trusted:
            self._accept(planned, outcome, killer)
            return
        # A test that was never seen to pass alone in a fork must first prove that it does.
        waiting = self._held.setdefault(killer, [])
        waiting.append((planned, outcome))
        if len(waiting) == 1:
            self._control([killer], request.mode)

    def _accept(self, planned: Planned, outcome: Outcome, killer: int | None) -> None:
        if killer is not None:
            self._killed_by.setdefault(killer, []).append(planned)
        self.emit(planned, outcome)

    def _fall_back(self, request: Request, reply: Record) -> None:
        about: Try = request.about
        assert about.planned is not None
        self.to_cold.append((about.planned, str(reply.get("reason", reply["result"]))))
