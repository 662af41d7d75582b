"""The theatre as one value, and what is said of it: a place, evidence, a command, a remedy."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest
from tests.unit.factory import survived
from tests.unit.stage_props import (
    QUIET,
    baseline,
    call,
    double,
    double_fault,
    mutant,
    named,
    observed,
    seen,
    site,
)

from refute.baseline import Test
from refute.finding import Finding, Severity, Slug
from refute.observed import Lie, Observed
from refute.strength import Matrix, Notice, Strength, TestVerdict
from refute.theatre.chances import Chances, make_chances
from refute.theatre.claims import Claim, Leak
from refute.theatre.doubles import merge_doubles
from refute.theatre.findings import find
from refute.theatre.identity import double_id
from refute.theatre.places import DeafTest, UnreadArrangement, unread_arrangements
from refute.theatre.swallowed import Change, Difference, Fate
from refute.theatre.theatre import Theatre, assemble_theatre
from refute.trials.outcome import Mechanism

NAMES = ("tests/test_a.py::test_a[x y]", "tests/test_a.py::test_a[z]", "tests/test_b.py::test_b")


def of(theatre: Theatre, *names: str) -> tuple[Finding, ...]:
    return find(theatre, baseline(named(*(names or NAMES))))


def verdicts(*words: TestVerdict, **more: object) -> Theatre:
    strength = Strength(TestVerdict.UNJUDGED, **{"tried": 7, "evidence": ("m-1",), **more})  # type: ignore[arg-type]
    return Theatre(tuple(replace(strength, verdict=word) for word in words))


@pytest.mark.parametrize(
    ("verdict", "slug", "severity", "part"),
    [
        (TestVerdict.PRAYER, Slug.PRAYER, Severity.HIGH, "all 7 faults"),
        (TestVerdict.ECHO, Slug.ECHO, Severity.HIGH, "only those in its doubles"),
        (TestVerdict.SMOKE, Slug.SMOKE_TEST, Severity.MEDIUM, "was told none"),
        (TestVerdict.FAINT_WITNESS, Slug.FAINT_WITNESS, Severity.LOW, "1 of 20 mild faults (5.0%)"),
        (TestVerdict.UNTOUCHED, Slug.UNTOUCHED_TEST, Severity.LOW, "no line of the project"),
    ],
)
def test_each_weak_verdict_is_a_finding(
    verdict: TestVerdict, slug: Slug, severity: Severity, part: str
) -> None:
    theatre = verdicts(verdict, mild=20, mild_told=1)
    (found,) = of(theatre, "tests/test_b.py::test_b")
    assert (found.slug, found.severity, found.file) == (slug, severity, "tests/test_b.py")
    assert part in found.message
    assert found.reproduce == "refute try m-1 tests/test_b.py::test_b"


@pytest.mark.parametrize("verdict", [TestVerdict.WITNESS, TestVerdict.UNJUDGED, TestVerdict.FLAKY])
def test_nothing_is_said_of_others(verdict: TestVerdict) -> None:
    assert of(verdicts(verdict), "tests/test_b.py::test_b") == ()


def test_the_cases_of_a_test_are_as_good_as_the_best_of_them() -> None:
    prayer, smoke, witness = TestVerdict.PRAYER, TestVerdict.SMOKE, TestVerdict.WITNESS
    (found,) = of(verdicts(prayer, prayer, witness))
    assert shlex.split(found.reproduce) == ["refute", "try", "m-1", NAMES[0]]
    assert found.message.endswith("The same holds for 1 more of its cases.")
    assert [one.slug for one in of(verdicts(prayer, smoke, witness))] == [Slug.SMOKE_TEST]
    assert of(verdicts(prayer, witness, witness)) == ()
    (found,) = of(verdicts(prayer, TestVerdict.UNJUDGED, witness))
    assert "cases" not in found.message


def test_the_id_of_a_finding_does_not_hang_on_numbers() -> None:
    first = of(verdicts(TestVerdict.PRAYER, tried=7), "t.py::a")
    later = of(verdicts(TestVerdict.PRAYER, tried=9, evidence=("m-2",)), "t.py::a")
    assert first[0].id == later[0].id


def leak(test: int, **more: object) -> Leak:
    made = Leak(test, "process", "kubectl", "src/shop/cloud.py", 12, "2 doubles", ("w-1",), True)
    return replace(made, **more)  # type: ignore[arg-type]


def test_leaks_at_one_line_are_one_finding() -> None:
    theatre = Theatre((), leaks=(leak(0), leak(2), leak(2, what="git", remote=False)))
    first, second = of(theatre)
    assert (first.severity, first.file, first.line) == (Severity.HIGH, "src/shop/cloud.py", 12)
    assert first.message == (
        f"{NAMES[0]} and 1 more look isolated (2 doubles), and yet this is real: process kubectl."
    )
    assert first.evidence == (NAMES[0], NAMES[2])
    assert second.severity is Severity.MEDIUM


def test_only_an_empty_claim_is_a_finding() -> None:
    empty = Claim(2, ("e2e",), (), ("subprocess.run", "requests.get"))
    full = Claim(0, ("e2e",), ("process",), ())
    (found,) = of(Theatre((), claims=(full, empty)))
    assert found.message == (
        "tests/test_b.py::test_b is called e2e, and crosses no real boundary; "
        "in the boundaries' place: subprocess.run, requests.get."
    )
    assert (
        of(Theatre((), claims=(Claim(0, ("e2e",), (), ()), Claim(1, ("e2e",), ("files",), ()))))
        == ()
    )


def test_arrangements_and_deaf_tests() -> None:
    unread = UnreadArrangement("returns 5", "shop.db", "tests/conftest.py", 9, (0, 2))
    deaf = (DeafTest(0, ("p-1",) * 5, "d-1"), DeafTest(1, ("p-1",) * 5, "d-1"))
    loud, quiet = of(Theatre((), unread=(unread,), deaf_tests=deaf))
    assert (loud.slug, quiet.slug) == (Slug.DEAF_TEST, Slug.UNREAD_ARRANGEMENT)
    assert shlex.split(loud.reproduce) == ["refute", "try", "d-1", NAMES[0]]
    assert (quiet.file, quiet.line, quiet.evidence) == (
        "tests/conftest.py",
        9,
        (NAMES[0], NAMES[2]),
    )


def test_a_double_to_which_nothing_comes_is_said_once() -> None:
    idle = double(lies=(Lie("unused", "nothing came to it"),), unread=("returns 5",))
    here = observed(seen(idle))
    doubles = merge_doubles(here, Chances({}, {}), Matrix(), (), {}, {})
    (found,) = of(Theatre((), doubles=doubles, unread=unread_arrangements(here)))
    assert found.slug is Slug.LYING_DOUBLE
    expected = "shop.cloud.run_kubectl is replaced here, and nothing comes to the double."
    assert found.message == expected


def test_lies_that_a_file_repeats_line_by_line_are_one_finding() -> None:
    lies = (Lie("unused", "nothing came to it"),)
    here = observed(*(seen(double(lies=lies, line=line)) for line in (3, 9, 27)))
    doubles = merge_doubles(here, Chances({}, {}), Matrix(), (), {}, {})
    (found,) = of(Theatre((), doubles=doubles))
    assert found.line == 3
    assert found.message.endswith(
        "nothing comes to the double. So it is on 2 more lines of this file."
    )


def facts() -> Observed:
    lie = Lie("raises", "raises KeyError, which it never lets out")
    sent = call(("0", "[...]"), ("0[0]", "'delete'"), ("0[1]", "'pod'"))
    other = double("subprocess.run", lies=(lie,), unread=("returns 5",), line=7)
    run = double(calls=(sent,))
    return observed(
        seen(run, other, crosses=["process kubectl @30"]), seen(run, other), seen(markers=["e2e"])
    )


def whole(known: list[Test]) -> Theatre:
    base = baseline(known)
    judged = [
        survived(mutant(f"m-{n}", "number", []).mutant, known[0].id, known[2].id) for n in range(6)
    ]
    assert judged[0].mechanism is Mechanism.SWAP
    faults = [
        double_fault("d-1", "0[0]", [0, 1]),
        double_fault("d-2", "0[1]", [0, 1], original="'pod'", replacement="'opd'"),
        double_fault("d-3", "0", [0, 1], at=site(40)),
    ]
    pairs = {f"m-{n}": {0: QUIET, 2: QUIET} for n in range(6)}
    pairs |= {"d-1": {0: QUIET, 1: QUIET}, "d-2": {0: QUIET, 1: QUIET}}
    pairs |= {"d-3": {0: Notice.TOLD, 1: Notice.CRASHED}}
    sent = Change(double_id(double()), "shop.cloud.run_kubectl", "src/a.py", 3, "1", "2")
    return assemble_theatre(
        baseline=base,
        judged=judged,
        observed=facts(),
        double_faults=faults,
        chances=make_chances(base, judged, faults),
        matrix=Matrix(pairs),
        differences={"m-1": {0: Difference(sent)}, "m-gone": {0: Difference(sent)}},
    )


def test_all_is_judged_from_the_facts() -> None:
    found = whole(named(*NAMES))
    assert [one.verdict for one in found.strengths] == [
        TestVerdict.ECHO,
        TestVerdict.UNJUDGED,
        TestVerdict.PRAYER,
    ]
    assert [(one.fault.id, one.tried, one.noticed) for one in found.double_faults] == [
        ("d-1", 2, 0),
        ("d-2", 2, 0),
        ("d-3", 2, 2),
    ]
    assert [one.argument for one in found.blind_places] == ["0[0]", "0[1]"]
    (run, other) = found.doubles
    assert (run.target, run.swallowed) == ("shop.cloud.run_kubectl", ("m-1",))
    assert len(run.blind_places) == 2
    assert len(other.lies) == 1
    assert {id: one.fate for id, one in found.traces.items()} == {"m-1": Fate.SWALLOWED}
    assert (found.pyramid.unit, found.pyramid.integration) == (2, 1)
    assert [one.words for one in found.leaks] == ["process kubectl"]
    assert [one.empty for one in found.claims] == [True]
    assert [(one.line, one.really) for one in found.boundaries] == [(30, (0,))]


def test_every_finding_can_be_acted_on() -> None:
    found = of(whole(named(*NAMES)))
    assert {one.slug for one in found} == {
        Slug.ECHO,
        Slug.PRAYER,
        Slug.LEAK,
        Slug.BLIND_PLACE,
        Slug.LYING_DOUBLE,
        Slug.EMPTY_CLAIM,
        Slug.UNREAD_ARRANGEMENT,
    }
    for one in found:
        assert one.message.endswith(".")
        assert ".." not in one.message
        assert one.reproduce.startswith(("refute try ", "refute show "))
        assert len(shlex.split(one.reproduce)) in (3, 4)
        assert one.remedy.endswith(".")
        assert re.fullmatch("f-[0-9a-f]{8}", one.id)
    assert len({one.id for one in found}) == len(found)
    severities = [list(Severity).index(one.severity) for one in found]
    assert severities == sorted(severities)


def test_a_blind_call_is_one_finding_with_a_bug_that_would_pass() -> None:
    (found,) = [one for one in of(whole(named(*NAMES))) if one.slug is Slug.BLIND_PLACE]
    assert found.message == (
        "shop.cloud.run_kubectl, called in delete: 2 tests receive it, and none notices a change "
        "of 0[0], 0[1]. ['delete', 'pod'] -> ['deleet', 'pod'] still passes."
    )
    assert (found.file, found.line, found.evidence) == ("src/shop/cloud.py", 12, ("d-1", "d-2"))
    assert found.severity is Severity.HIGH


def test_no_tests_no_theatre() -> None:
    base = baseline([])
    nothing = assemble_theatre(
        baseline=base,
        judged=[],
        observed=Observed(),
        double_faults=[],
        chances=make_chances(base, [], []),
        matrix=Matrix(),
    )
    assert nothing == Theatre(())
    assert find(nothing, base) == ()
