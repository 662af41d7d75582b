"""Which survivors are looked into, in which tests, and what is made of what the child says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.unit import factory
from tests.unit.stage_props import baseline, call, double, mutant, named, observed, seen

from refute.baseline import Baseline
from refute.theatre.chances import make_chances
from refute.theatre.identity import double_id
from refute.theatre.swallowed import Change, Difference, trace
from refute.theatre.traced import difference_of, settle_reached, worth_tracing
from refute.trials import tracing
from refute.trials.outcome import Mechanism
from refute.trials.pool import ZYGOTE
from refute.trials.requests import Limits
from refute.trials.tracing import Tracing, choose
from refute.verdicts import Judged, Reached, Verdict

LIMITS = Limits(2.0, 0.0)
CHANGE = {
    "target": "shop.cloud.run_kubectl",
    "name": "run_kubectl",
    "made": "tests/test_a.py",
    "double": True,
    "file": "src/cloud.py",
    "line": 12,
    "before": "'delete'",
    "after": "'deleet'",
}


def record(**fields: Any) -> dict[str, Any]:
    return {"elsewhere": False, **fields}


def traced(base: Baseline, **records: dict[str, Any]) -> tuple[Tracing, dict[str, Any]]:
    told: dict[str, Any] = {}
    return Tracing(base, LIMITS, records, told.__setitem__), told


def some(count: int) -> Baseline:
    return baseline(named(*(f"test_{n}" for n in range(count))))


def test_tests_with_doubles_come_first_and_then_the_quickest() -> None:
    base = some(7)
    quiet, used, slow = seen(), seen(double(calls=(call(),))), seen(double(calls=(call(),)))
    base = replace(base, observed=observed(quiet, quiet, quiet, quiet, quiet, used, slow))
    tests = list(base.tests)
    tests[6] = replace(tests[6], seconds=1.5)
    base = replace(base, tests=tuple(tests))
    assert choose(base, range(7)) == [5, 0, 1, 2]
    assert choose(base, [6]) == []


def test_each_survivor_is_asked_for_once() -> None:
    work, told = traced(some(2), a=record(path="x"), b=record(path="y"))
    assert work.begin([("a", [1, 0]), ("b", [1])]) == 2
    first, second = work.next_request(None), work.next_request(ZYGOTE)
    assert first is not None
    assert second is not None
    assert work.next_request(None) is None
    assert (first.mode, first.record["op"], first.record["id"]) == (ZYGOTE, "traces", "a")
    assert (first.record["tests"], second.record["tests"]) == ([0, 1], [1])
    assert first.record["limits"] == [LIMITS.of(0.01), LIMITS.of(0.02)]
    work.on_reply(second, {"found": {"1": None}})
    work.on_reply(first, {"result": "slot-died", "reason": "killed"})
    assert told == {"b": {1: None}}


def test_it_is_told_how_far_it_is() -> None:
    counts: list[tuple[int, int]] = []
    records = {"a": record(path="x"), "b": record(path="y")}
    work = Tracing(some(1), LIMITS, records, lambda *_: None)
    work.on_done = lambda done, total: counts.append((done, total))
    work.begin([("a", [0]), ("b", [0])])
    for reply in ({"found": {"0": None}}, {"result": "slot-died"}):
        request = work.next_request(None)
        assert request is not None
        work.on_reply(request, reply)
    assert counts == [(1, 2), (2, 2)]


def test_what_can_not_be_looked_into_is_left_out() -> None:
    work, _ = traced(some(1), a=record(), far=record(elsewhere=True))
    assert work.begin([("far", [0]), ("unknown", [0]), ("a", [])]) == 0


def test_there_is_an_end_to_it() -> None:
    ids = [f"m-{n}" for n in range(2 * tracing.MOST)]
    work, _ = traced(some(1), **{id: record() for id in ids})
    assert work.begin((id, [0]) for id in ids) == tracing.MOST
    first = work.next_request(None)
    assert first is not None
    assert first.about[0] == "m-0"


def survivor(id: str, operator: str = "comparison", **more: object) -> Judged:
    more = {"verdict": Verdict.SURVIVED, "mechanism": Mechanism.SWAP, **more}
    return mutant(id, operator, ["tests/test_a.py::test_0"], **more)


def test_survivors_that_can_be_swapped_in_most_telling_first() -> None:
    judged = [
        survivor("m-typo", "string_typo"),
        survivor("m-body", "whole_body"),
        survivor("m-import", "whole_body", mechanism=Mechanism.IMPORT),
        survivor("m-killed", "whole_body", verdict=Verdict.KILLED),
    ]
    chances = make_chances(some(2), judged, ())
    found = worth_tracing(judged, chances)
    assert found == [("m-body", frozenset({0})), ("m-typo", frozenset({0}))]


def of(received: Mapping[str, Any] | None, returned: Mapping[str, Any] | None = None) -> Difference:
    return difference_of({"received": received, "returned": returned}, factory.fault("and", "or"))


def test_a_change_is_that_of_the_double_as_the_report_tells_them_apart() -> None:
    assert of(CHANGE) == Difference(
        Change(
            double_id(double()),
            "shop.cloud.run_kubectl",
            "src/cloud.py",
            12,
            "'delete'",
            "'deleet'",
        )
    )
    unnamed = of({**CHANGE, "target": "", "name": "client"}).received
    assert unnamed is not None
    assert unnamed.name == "client"
    assert unnamed.double == double_id(double("", name="client"))


def test_boundaries_and_results_have_no_double() -> None:
    plain = {**CHANGE, "target": "", "made": "", "double": False}
    found = of({**plain, "name": "process kubectl"}, {**plain, "name": "delete()"})
    assert found.received is not None
    assert found.returned is not None
    assert (found.received.double, found.received.name) == ("", "process kubectl")
    assert (found.returned.double, found.returned.name) == ("", "delete()")
    assert difference_of(None, factory.fault("and", "or")) == Difference()


def test_what_a_thread_sent_came_from_where_the_fault_is() -> None:
    fault = factory.fault("and", "or")
    found = of({**CHANGE, "file": "", "line": 0}).received
    assert found is not None
    assert (found.file, found.line) == (fault.file, fault.line)


def test_how_far_survivors_got() -> None:
    judged = [survivor(f"m-{n}", reached=Reached.INFECTED) for n in range(4)]
    change = of(CHANGE).received
    traces = {
        "m-0": trace("m-0", {0: Difference(change)}),
        "m-1": trace("m-1", {0: Difference(None, change)}),
        "m-2": trace("m-2", {0: Difference()}),
    }
    found = settle_reached(judged, traces)
    assert [item.reached for item in found] == [
        Reached.SWALLOWED,
        Reached.PROPAGATED,
        Reached.INFECTED,
        Reached.INFECTED,
    ]
    assert [replace(item, reached=Reached.INFECTED) for item in found] == judged
