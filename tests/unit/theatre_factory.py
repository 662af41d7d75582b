"""Synthetic judgements of tests and doubles: one with a little of everything, and any at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from tests.unit.factory import fault, judgement, killed, other, passed, survived

from refute.baseline import TestOutcome
from refute.faults.double import RETURNS, DoubleFault
from refute.judgement import Judgement, Source, Verdict
from refute.observed import DoubleKind, Site
from refute.strength import Strength, TestVerdict
from refute.theatre.boundaries import Boundary, Pyramid
from refute.theatre.claims import Claim, Leak
from refute.theatre.commands import CheckedCall
from refute.theatre.doubles import MergedDouble, MergedLie
from refute.theatre.places import BlindPlace, DeafTest, UnreadArrangement
from refute.theatre.raising import MergedRaise
from refute.theatre.swallowed import Change, Fate, Trace
from refute.theatre.theatre import Theatre, TriedDouble

CLOUD = '''\
"""What runs elsewhere."""


def delete_pod(name, namespace):
    code, out = run_kubectl(["delete", "pod", name], namespace=namespace)
    if code:
        raise RuntimeError(out)
    return out
'''

FILE = "src/shop/cloud.py"
KUBECTL = "shop.cloud.run_kubectl"
TESTS = "tests/test_cloud.py"

NAMES = (
    f"{TESTS}::test_delete_passes",
    f"{TESTS}::test_delete_runs",
    f"{TESTS}::test_delete_echo",
    f"{TESTS}::test_delete_told",
    f"{TESTS}::test_delete_faint[a]",
    f"{TESTS}::test_delete_faint[b]",
    f"{TESTS}::test_constants",
    f"{TESTS}::test_skipped",
    f"{TESTS}::test_by_chance",
    "tests/integration/test_pods.py::test_integration",
)

SITE = Site(FILE, 5, 17, 5, 75, "delete_pod")


def double_fault(id: str, path: str, change: str, before: str, after: str) -> DoubleFault:
    """A fault at the one call of CLOUD."""
    tests = (0, 1, 2, 3)
    return DoubleFault(id, SITE, KUBECTL, "", path, change, before, after, tests, "delete_pod", 4)


VERB = double_fault("d-11111111", "0[0]", "typo", "'delete'", "'deleet'")
SPACE = double_fault("d-22222222", "namespace", "dropped", "'live'", "dropped")
CODE = double_fault("d-33333333", RETURNS, "other_value", "(0, 'ok')", "(1, 'ok')")
BLOWN = double_fault("d-44444444", RETURNS, "raises", "(0, 'ok')", "RuntimeError('injected')")


def _place(id: str, argument: str, example: str, fault: DoubleFault) -> BlindPlace:
    tests = (0, 1, 2, 3)
    return BlindPlace(
        id, "12ab34cd", FILE, 5, "delete_pod", argument, KUBECTL, tests, example, (fault.id,)
    )


_HERE: dict[str, Any] = {"text": CLOUD, "file": FILE, "function": "delete_pod"}
SWALLOWED = survived(fault('"delete"', '""', operator="string", **_HERE), *NAMES[:4])
RETURNED = survived(fault("return out", "return None", operator="return_value", **_HERE), NAMES[1])
LOST = survived(fault("if code:", "if False:", operator="condition_false", **_HERE), NAMES[0])

STRENGTHS = (
    Strength(TestVerdict.PRAYER, 34, 34, mild=20, arguments=2, evidence=(VERB.id,)),
    Strength(TestVerdict.SMOKE, 40, 40, crashed=12, evidence=(SPACE.id,)),
    Strength(TestVerdict.ECHO, 12, 12, told=1, evidence=(VERB.id,)),
    Strength(
        TestVerdict.WITNESS, 40, 38, told=20, tripped=3, mild=20, mild_told=15, alone=9,
        arguments=2, arguments_noticed=2, redundant=True, evidence=(CODE.id,),
    ),
    Strength(TestVerdict.FAINT_WITNESS, 30, 30, told=1, timeout=1, mild=25, mild_told=1,
             alone=1),
    Strength(TestVerdict.PRAYER, 8, 8),
    Strength(TestVerdict.UNTOUCHED),
    Strength(TestVerdict.UNJUDGED),
    Strength(TestVerdict.FLAKY),
    Strength(TestVerdict.UNJUDGED, 3, 3),
)  # fmt: skip
DOUBLES = (
    MergedDouble(
        "w-11111111", KUBECTL, "run_kubectl", DoubleKind.MOCK, False, TESTS, 7,
        (0, 1, 2, 3), 4, ("p-11111111", "p-22222222"), (SWALLOWED.mutant.id,),
        (MergedLie("raises", "raises OSError, which the real one catches", TESTS, 7, (1,)),
         MergedLie("unused", "nobody looks it up there", TESTS, 9, (2,))),
        3, 1,
        (MergedRaise("OSError", "", "lies", "it is caught at src/shop/a.py:4", (1,)),
         MergedRaise("KeyError", ".get", "escapes", "its own source raises it", (0,)),
         MergedRaise("ValueError", "", "not_examined", "it is a generator", (2,))),
    ),
    MergedDouble(
        "w-22222222", "", "session", DoubleKind.OBJECT, True, "", 0, (3,), 0, (), (), (),
        0, 0,
    ),
)  # fmt: skip
DOUBLE_FAULTS = (
    TriedDouble(VERB, 4),
    TriedDouble(SPACE, 4),
    TriedDouble(CODE, 4, told=1, crashed=1),
    TriedDouble(BLOWN, 4, tripped=4),
)
BLIND_PLACES = (
    _place("p-11111111", "0[0]", "['delete', 'pod', 'a'] -> ['deleet', 'pod', 'a']", VERB),
    _place("p-22222222", "namespace", "namespace='live' -> dropped", SPACE),
)
DEAF_TESTS = (DeafTest(0, ("p-11111111", "p-22222222"), VERB.id),)
UNREAD = (UnreadArrangement("return_value of .commit", "session", TESTS, 12, (3,)),)
BOUNDARIES = (
    Boundary(FILE, 5, ("process kubectl", KUBECTL), (9,), (0, 1, 2, 3), 4),
    Boundary("src/shop/mail.py", 30, ("connect mail:25",), (), (3,), 8),
)
CLAIMS = (
    Claim(9, ("integration",), ("process",), ()),
    Claim(0, ("e2e",), (), (KUBECTL,)),
)
CONTRACTS = (
    CheckedCall("w-1", "kubectl deleet pod x", "refused", "no `deleet`", FILE, 5, (0, 1)),
    CheckedCall("w-1", "kubectl get pod x", "accepted", "", FILE, 7, (1,)),
)
LEAKS = (
    Leak(
        1,
        "process",
        "kubectl create ns",
        FILE,
        5,
        "2 doubles stand around it",
        ("w-22222222",),
        True,
    ),
    Leak(3, "write", "/var/x", FILE, 8, "it is called a unit test", (), False),
)
TRACES = {
    SWALLOWED.mutant.id: Trace(
        SWALLOWED.mutant.id, Fate.SWALLOWED, 0,
        Change("w-11111111", KUBECTL, FILE, 5, "['delete', 'pod']", "['', 'pod']"),
        ("w-11111111",), (0, 1),
    ),
    RETURNED.mutant.id: Trace(
        RETURNED.mutant.id, Fate.PROPAGATED, 1,
        Change("", "delete_pod", FILE, 8, "'ok'", "None"), (), (1,),
    ),
    LOST.mutant.id: Trace(LOST.mutant.id, Fate.NO_DIFFERENCE, tests=(0,)),
}  # fmt: skip


def theatre() -> Theatre:
    """A little of everything, on the tests of ``NAMES``."""
    return Theatre(
        strengths=STRENGTHS,
        doubles=DOUBLES,
        double_faults=DOUBLE_FAULTS,
        blind_places=BLIND_PLACES,
        deaf_tests=DEAF_TESTS,
        unread=UNREAD,
        boundaries=BOUNDARIES,
        claims=CLAIMS,
        contracts=CONTRACTS,
        leaks=LEAKS,
        pyramid=Pyramid(7, 1, 0),
        traces=dict(TRACES),
    )


def stage(found: Theatre | None = None) -> Judgement:
    """A run with that theatre; with the whole of ``theatre()`` if none is given."""
    judged = [
        SWALLOWED,
        RETURNED,
        LOST,
        killed(fault("raise RuntimeError(out)", "pass", operator="raise_removed", **_HERE),
               NAMES[3]),
        killed(fault("namespace=namespace", "", operator="keyword_dropped", **_HERE), NAMES[3],
               tests_run=(NAMES[1], NAMES[3])),
        other(fault("def", "async def", **_HERE), Verdict.ERROR, "died"),
    ]  # fmt: skip
    tests = [
        *passed(*NAMES[:7]),
        *passed(NAMES[7], outcome=TestOutcome.SKIPPED, detail="needs a cluster."),
        *passed(NAMES[8], outcome=TestOutcome.FLAKY, detail="passes only after others"),
        *passed(NAMES[9]),
    ]
    base = judgement(judged, tests=tests, sources={FILE: Source("utf-8", CLOUD)})
    return replace(base, theatre=theatre() if found is None else found)


_COUNT = len(NAMES)
_counts = st.integers(0, 10**6)
_lines = st.integers(0, 10**4)
_test = st.integers(0, _COUNT - 1)
_tests = st.lists(_test, max_size=4, unique=True).map(lambda found: tuple(sorted(found)))
_text = st.text(st.characters(codec=None), max_size=60)
_texts = st.lists(_text, max_size=3).map(tuple)


def _id(letter: str) -> st.SearchStrategy[str]:
    return st.integers(0, 9).map(lambda number: f"{letter}-{number}")


def _ids(letter: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(_id(letter), max_size=3).map(tuple)


def _list(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


_strength = st.builds(
    Strength,
    st.sampled_from(TestVerdict),
    *([_counts] * 8),
    alone=st.none() | _counts,
    arguments=_counts,
    arguments_noticed=_counts,
    redundant=st.none() | st.booleans(),
    evidence=_ids("d"),
)
_positive = st.integers(1, 10**4)
_site = st.builds(Site, _text, _positive, _positive, _positive, _positive, _text)
_path = _text | st.just(RETURNS)
_change = st.sampled_from(
    ["typo", "dropped", "other_value", "none", "emptied", "other_type", "raises"]
)
_fault = st.builds(
    DoubleFault,
    _id("d"), _site, _text, _text, _path, _change, _text, _text, _tests, st.none() | _text, _lines,
)  # fmt: skip
_lie = st.builds(MergedLie, _text, _text, _text, _lines, _tests)
_double = st.builds(
    MergedDouble,
    _id("w"), _text, _text, st.sampled_from(DoubleKind), st.booleans(), _text, _lines, _tests,
    _counts, _ids("p"), _ids("m"), _list(_lie), _counts, _counts,
)  # fmt: skip
_blind = st.builds(
    BlindPlace,
    _id("p"), _text, _text, _positive, _text, _text, _text, _tests, _text, _ids("d"),
)  # fmt: skip
_seen = st.builds(Change, st.just("") | _id("w"), _text, _text, _lines, _text, _text)


def _traces() -> st.SearchStrategy[dict[str, Trace]]:
    ids = sorted(item.mutant.id for item in (SWALLOWED, RETURNED, LOST))

    def one(id: str) -> st.SearchStrategy[Trace]:
        fates = st.sampled_from(Fate)
        change = st.none() | _seen
        return st.builds(Trace, st.just(id), fates, st.none() | _test, change, _ids("w"), _tests)

    return st.fixed_dictionaries({}, optional={id: one(id) for id in ids})


theatres = st.builds(
    Theatre,
    strengths=st.lists(_strength, min_size=_COUNT, max_size=_COUNT).map(tuple),
    doubles=_list(_double),
    double_faults=_list(st.builds(TriedDouble, _fault, *([_counts] * 5))),
    blind_places=_list(_blind),
    deaf_tests=_list(st.builds(DeafTest, _test, _ids("p"), _id("d"))),
    unread=_list(st.builds(UnreadArrangement, _text, _text, _text, _lines, _tests)),
    boundaries=_list(st.builds(Boundary, _text, _lines, _texts, _tests, _tests, _counts)),
    claims=_list(st.builds(Claim, _test, _texts, _texts, _texts)),
    contracts=_list(
        st.builds(
            CheckedCall,
            _id("w"),
            _text,
            st.sampled_from(["accepted", "refused", "unknown"]),
            _text,
            _text,
            _lines,
            _tests,
        )
    ),
    leaks=_list(
        st.builds(Leak, _test, _text, _text, _text, _lines, _text, _ids("w"), st.booleans())
    ),
    pyramid=st.builds(Pyramid, _counts, _counts, _counts),
    traces=_traces(),
)
"""Any theatre on the tests of ``stage()``, sensible or not."""
