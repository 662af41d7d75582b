"""Judgements for the HTML page: one as large as can be, and one that is hostile throughout."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import Any

from tests.unit.factory import shop
from tests.unit.theatre_factory import stage

from refute.faults.double import DoubleFault
from refute.faults.fault import Mutant
from refute.findings import Finding, Severity, Slug
from refute.judgement import (
    Advice,
    BaselineRecord,
    BlindPlace,
    Boundary,
    Environment,
    Fate,
    Judged,
    Judgement,
    KillKind,
    MergedDouble,
    Project,
    Pyramid,
    Reached,
    Remark,
    Replacement,
    Selection,
    Source,
    Strength,
    Suggested,
    TestOutcome,
    TestRecord,
    TestVerdict,
    Theatre,
    Trace,
    TriedDouble,
    Verdict,
)
from refute.metrics.speed import FirstFailure, Speed, Taken
from refute.observed import DoubleKind, Site
from refute.theatre.doubles import MergedLie
from refute.theatre.swallowed import Change
from refute.trials.outcome import Failure, Mechanism

EVIL = (
    "</script><script>window.pwned = 1</script>",
    "<img src=x onerror=window.pwned=2>",
    "\"><svg onload='window.pwned=3'>",
    "<!--<script>",
    "--></style><iframe srcdoc='<script>parent.pwned=4</script>'>",
    "javascript:window.pwned=5",
    "{{constructor.constructor('window.pwned=6')()}}",
    "${window.pwned=7}",
    "\u202etxet neddih\u202c\u2028\u2029\x00\x1b[31m\ud800",
    "__proto__",
    "' onmouseover='window.pwned=8",
    "<!--data--><!--sources--><!--script-->",
)
"""Texts that would be more than text if a page let them."""

BODY = """\
def work_{number}(amount, member):
    if amount > {number} and member:
        return amount * 0.9
    log(amount)
    return amount + {number}


"""
FAULTS = (
    ("comparison", "amount > {number}", "amount >= {number}", 1),
    ("boolean", "and", "or", 1),
    ("arithmetic", "amount * 0.9", "amount / 0.9", 2),
    ("statement_removed", "log(amount)", "pass", 3),
    ("number", "+ {number}", "+ {number}1", 4),
)
"""Operator, before, after, and the line of BODY that it is on."""


def large(mutants: int = 20_000, tests: int = 10_000, files: int = 100) -> Judgement:
    """A judgement of so many mutants, tests and files; the same each time."""
    chance = random.Random(20_000)
    per_file = mutants // files // len(FAULTS)
    names = [f"tests/test_{n % 250:03}.py::test_case_{n}" for n in range(tests)]
    sources: dict[str, Source] = {}
    judged: list[Judged] = []
    for number in range(files):
        file = f"src/big/part_{number % 9}/module_{number:03}.py"
        sources[file] = Source("utf-8", "".join(BODY.format(number=n) for n in range(per_file)))
        for function in range(per_file):
            first = chance.randrange(tests - 40)
            covered = tuple(names[first : first + chance.randrange(1, 40)])
            judged += [
                _judged(file, sources[file].text, function, one, covered, chance) for one in FAULTS
            ]
    theatre = _theatre(tests, judged, list(sources), chance)
    outcome, kinds = TestOutcome.PASSED, (0.002, 0.01, 0.3)
    return Judgement(
        version="0.1.0",
        environment=Environment("3.12.1", "9.2.0", "namespaces", 8, "ab" * 20, False),
        selection=Selection(),
        project=Project("big", ("src",), ("tests",)),
        baseline=BaselineRecord(4.0, 300.0),
        judged=tuple(judged),
        tests=tuple(
            TestRecord(name, outcome, chance.choice(kinds), "", chance.randrange(4), 9)
            for name in names
        ),
        findings=_findings(judged),
        timing=(),
        notes=(Remark("interpreter", "the active environment"),),
        partial=False,
        sources=sources,
        theatre=theatre,
        speed=Speed(300.0, 290.0, FirstFailure(900, 1.0, 7.5), (), None, None, Taken(2, 1.0)),
    )


def _judged(
    file: str, text: str, function: int, fault: tuple[str, str, str, int], covered: Any, chance: Any
) -> Judged:
    operator, before, after, offset = fault
    original, replacement = before.format(number=function), after.format(number=function)
    line = function * 7 + offset + 1
    column = text.split("\n")[line - 1].index(original) + 1
    name = f"work_{function}"
    id = hashlib.sha256(f"{file}\0{name}\0{operator}".encode()).hexdigest()[:8]
    mutant = Mutant(
        id=f"m-{id}",
        file=file,
        line=line,
        column=column,
        end_line=line,
        end_column=column + len(original),
        start=0,
        end=0,
        function=name,
        operator=operator,
        original=original,
        replacement=replacement,
        lines=((line, line),),
        unit=name,
        unit_line=function * 7 + 1,
    )
    verdict = chance.choices(
        (Verdict.KILLED, Verdict.SURVIVED, Verdict.NO_COVERAGE, Verdict.TIMEOUT), (12, 6, 1, 1)
    )[0]
    if verdict is Verdict.NO_COVERAGE:
        return Judged(mutant, verdict, reached=Reached.NOT_REACHED)
    if verdict is Verdict.SURVIVED:
        reached = chance.choice((Reached.REACHED, Reached.SWALLOWED))
        return Judged(
            mutant, verdict, Mechanism.SWAP, covered_by=covered, tests_run=covered, reached=reached
        )
    kind = KillKind.TIMEOUT if verdict is Verdict.TIMEOUT else chance.choice(list(KillKind)[:3])
    return Judged(
        mutant,
        verdict,
        Mechanism.SWAP,
        killed_by=covered[0],
        kill_kind=kind,
        failure=Failure("call", "AssertionError", f"assert {function} == 90", True, False),
        covered_by=covered,
        tests_run=covered[:1],
        seconds=0.004,
    )


def _theatre(tests: int, judged: list[Judged], files: list[str], chance: Any) -> Theatre:
    verdicts = chance.choices(list(TestVerdict), (1, 2, 2, 8, 2, 12, 30, 60), k=tests)
    swallowed = [one.mutant for one in judged if one.reached is Reached.SWALLOWED]
    doubles, places, tried, traces = [], [], [], {}
    for number in range(400):
        id, file, line = f"w-{number:08x}", files[number % len(files)], number % 200 * 7 + 4
        name, users = f"big.remote.call_{number}", tuple(range(number, number + 20))
        mine = swallowed[number * 8 : number * 8 + 8]
        for mutant in mine:
            change = Change(id, name, mutant.file, mutant.line, "1", "2")
            traces[mutant.id] = Trace(mutant.id, Fate.SWALLOWED, 0, change, (id,), users)
        site = Site(file, line, 5, line, 16, "work")
        ids = []
        for argument in range(4):
            fault = f"d-{number:05x}{argument:03x}"
            where = ("", str(argument), "typo", "'a'", "'b'")
            tried.append(TriedDouble(DoubleFault(fault, site, name, *where, users, "work", 1), 20))
            ids.append(f"p-{number:05x}{argument:03x}")
            places.append(
                BlindPlace(ids[-1], f"{number:x}", file, line, "work", str(argument), name, users,
                           "'a' -> 'b'", (fault,))
            )  # fmt: skip
        lies = (MergedLie("signature", f"call_{number} takes no x", "tests/conftest.py", 3, users),)
        doubles.append(
            MergedDouble(id, name, "", DoubleKind.MOCK, False, "tests/conftest.py", number + 1,
                         users, 9, tuple(ids), tuple(one.id for one in mine), lies[: number % 2],
                         6, 2)
        )  # fmt: skip
    return Theatre(
        strengths=tuple(Strength(one, 40, 30, told=chance.randrange(9)) for one in verdicts),
        doubles=tuple(doubles),
        double_faults=tuple(tried),
        blind_places=tuple(places),
        boundaries=tuple(
            Boundary(files[n], n + 1, (f"big.remote.call_{n}",), (), tuple(range(n, n + 20)), 9)
            for n in range(60)
        ),
        pyramid=Pyramid(tests - 30, 28, 2),
        traces=traces,
    )


def _findings(judged: list[Judged]) -> tuple[Finding, ...]:
    missed = [one.mutant for one in judged if one.verdict is Verdict.SURVIVED][:3000]
    return tuple(
        Finding(f"f-{n:08x}", Slug.SURVIVOR, Severity.MEDIUM, one.file, one.line,
                f"{one.original} became {one.replacement}", (one.id,), f"refute show {one.id}",
                "Assert on it.")
        for n, one in enumerate(missed)
    )  # fmt: skip


def small() -> Judgement:
    """A little of everything: mutants of all kinds, tests, doubles, a map."""
    first, second = shop(), stage()
    ids = [test.id for test in first.tests]
    assert second.theatre is not None
    tests = second.tests + tuple(one for one in first.tests if one.id in ids)
    assert len({test.id for test in tests}) == len(tests)
    found = second.theatre
    return replace(
        second,
        judged=(*first.judged, *second.judged),
        tests=tests,
        findings=(*first.findings, *second.findings),
        sources={**first.sources, **second.sources},
        test_sources={
            "tests/test_cloud.py": Source("utf-8", "def test_delete_passes():\n    pass\n")
        },
        theatre=replace(
            found,
            strengths=found.strengths + (Strength(TestVerdict.WITNESS, 9, 9, told=3),) * len(ids),
        ),
        speed=Speed(2.0, 1.9, FirstFailure(4, 0.2, 0.4), (), Taken(1, 0.3), None, Taken(1, 1.0)),
    )


def hostile() -> Judgement:
    """The same with every text that a project has a say in made to break out."""
    found = small()
    evil = "|".join(EVIL)
    path = f"src/{EVIL[0]}/{EVIL[1]}{EVIL[8]}.py"

    def renamed(file: str) -> str:
        return path if file == "src/shop/cloud.py" else file

    text = f'def delete_pod(name):\n    """{evil}\n    """\n    return "{EVIL[0]}"  # {EVIL[2]}\n'
    tests = {test.id: f"tests/{EVIL[1]}.py::test_{n}[{EVIL[n % len(EVIL)]}]"
             for n, test in enumerate(found.tests)}  # fmt: skip
    judged = []
    for one in found.judged:
        mutant = one.mutant
        if mutant.file == "src/shop/cloud.py":
            mutant = replace(
                mutant, file=path, line=4, end_line=4, column=5, end_column=11,
                function=EVIL[2], original=EVIL[0], replacement=evil,
            )  # fmt: skip
        judged.append(
            replace(
                one,
                mutant=mutant,
                killed_by=None if one.killed_by is None else tests.get(one.killed_by, EVIL[1]),
                covered_by=tuple(tests.get(test, EVIL[0]) for test in one.covered_by),
                tests_run=tuple(tests.get(test, EVIL[0]) for test in one.tests_run),
                failure=Failure("call", EVIL[1], evil, True, False) if one.failure else None,
                reason=evil if one.reason else "",
            )
        )
    assert found.theatre is not None
    return replace(
        found,
        project=Project(EVIL[0], (EVIL[1],), (EVIL[2],)),
        environment=replace(found.environment, interpreter=EVIL[0], commit=EVIL[1], python=EVIL[3]),
        judged=tuple(judged),
        tests=tuple(
            replace(one, id=tests[one.id], detail=evil if one.detail else "", defined=f"{path}:1")
            for one in found.tests
        ),
        findings=tuple(
            replace(one, message=evil, remedy=evil, reproduce=evil, file=renamed(one.file),
                    evidence=(*one.evidence, EVIL[0]))
            for one in found.findings
        ),
        notes=(Remark(EVIL[0], evil),),
        sources={renamed(file): Source("utf-8", text) if file == "src/shop/cloud.py" else one
                 for file, one in found.sources.items()},
        test_sources={EVIL[9]: Source("utf-8", text)},
        theatre=_hostile(found.theatre, path, evil),
    )  # fmt: skip


def suggested(found: Judgement, evil: str = "x") -> Suggested:
    """A change to a test for the first survivor, and a reason for the second."""
    ids = [one.mutant.id for one in found.judged if one.verdict is Verdict.SURVIVED]
    tests = tuple(test.id for test in found.tests[:1])
    body = f" def test_it():\n     {evil}\n+    assert {evil}\n"
    patch = f"--- a/t.py\n+++ b/t.py\n@@ -1,2 +1,3 @@\n{body}"
    one = Advice(
        "s-12345678", "result", "tests/t.py", f"test_{evil}", 2, f"assert {evil}", tests,
        tuple(ids[:1]), 5, patch, (Replacement(2, 6, 2, 6, f"\n    assert {evil}"),),
    )  # fmt: skip
    return Suggested((one,), dict.fromkeys(ids[1:2], f"nothing {evil} differs"))


def _hostile(found: Theatre, path: str, evil: str) -> Theatre:
    return replace(
        found,
        doubles=tuple(
            replace(one, target=EVIL[0] if one.target else "", name=EVIL[1], file=path,
                    lies=tuple(replace(lie, message=evil, file=path) for lie in one.lies))
            for one in found.doubles
        ),
        blind_places=tuple(
            replace(one, file=path, function=evil, argument=EVIL[0], target=EVIL[1], example=evil)
            for one in found.blind_places
        ),
        double_faults=tuple(
            replace(one, fault=replace(one.fault, original=evil, replacement=evil, target=EVIL[0]))
            for one in found.double_faults
        ),
        boundaries=tuple(
            replace(one, file=path, what=(EVIL[0], f"process {EVIL[1]}"))
            for one in found.boundaries
        ),
        claims=tuple(replace(one, claims=(EVIL[1],)) for one in found.claims),
        leaks=tuple(replace(one, what=evil, file=path, looks=evil) for one in found.leaks),
        traces={
            id: replace(one, change=None if one.change is None else replace(
                one.change, name=EVIL[0], file=path, before=evil, after=EVIL[1]))
            for id, one in found.traces.items()
        },
    )  # fmt: skip
