"""The texts of failures in a run: one for each assertion that was told of a fault, taken again.

An assertion is a line of a test function; the cases of one test count as one. What fails in a
fixture is a line that tests share: it counts once for all tests of a file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from refute import judgement
from refute.baseline import Baseline
from refute.diary import Diary
from refute.faults.fault import Mutant
from refute.judgement import Clarity, FailureText, Judged, KillKind
from refute.ledger import Ledger
from refute.settings import Settings
from refute.strength import Pair
from refute.strengthening import Strengthening
from refute.trials.engine import Engine
from refute.trials.outcome import Failure, Mechanism
from refute.trials.requests import Limits
from refute.trials.slot import Record
from refute.trials.telling import Ask, Telling
from refute.verdicts import kill_kind

MOST = 200
"""Texts that one run takes at the most."""

LINELESS = "the line at which the test failed is not known"
IMPORTED = "the fault is in code that runs at import"
MANY = f"there were more than {MOST}"
STIFF = "forks do not suit this suite"
STOPPED = "the run was stopped first"

Key = tuple[str, int]
"""A test function, or the fixtures of a test file, and the line of the tests' own code at which
it failed."""


@dataclass(slots=True)
class Kills:
    """Who noticed what, and where: assertions with the kill that stands for each."""

    #: Told kills; None where none of an assertion's kills can be repeated in a fork.
    told: dict[Key, Ask | None] = field(default_factory=dict)
    tripped: set[Key] = field(default_factory=set)
    crashed: set[Key] = field(default_factory=set)

    def add(self, name: str, ask: Ask, kind: KillKind, *, swapped: bool) -> None:
        """Enter one kill; of those that can be repeated the first by test and id stands."""
        key = name, ask.line
        if kind is KillKind.TOLD:
            found = self.told.setdefault(key, None)
            if swapped and (found is None or _order(ask) < _order(found)):
                self.told[key] = ask
        elif kind in (KillKind.TRIPPED, KillKind.CRASHED):
            (self.tripped if kind is KillKind.TRIPPED else self.crashed).add(key)


def _order(ask: Ask) -> tuple[int, str]:
    return ask.test, ask.mutant


def kills_of(baseline: Baseline, judged: Iterable[Judged], pairs: Mapping[Pair, Failure]) -> Kills:
    """All kills that are known: the first of each mutant, and those of the strength phase."""
    tests = {test.id: number for number, test in enumerate(baseline.tests)}
    kills, mutants = Kills(), set()
    for item in judged:
        mutants.add(item.mutant.id)
        if item.failure is None or item.kill_kind is None or item.killed_by not in tests:
            continue
        ask = Ask(tests[item.killed_by], item.failure.line, item.mutant.id)
        swapped = item.mechanism is Mechanism.SWAP
        name = _who(item.killed_by, item.failure)
        kills.add(name, ask, item.kill_kind, swapped=swapped)
    for (fault, test), failure in pairs.items():
        # Faults in doubles break no function.
        if fault in mutants:
            ask = Ask(test, failure.line, fault)
            name = _who(baseline.tests[test].id, failure)
            kills.add(name, ask, kill_kind(failure), swapped=True)
    return kills


def _who(test: str, failure: Failure) -> str:
    if failure.phase in ("setup", "teardown"):
        return f"{failure.phase} of {test.partition('::')[0]}"
    return judgement.base(test)


def sample(kills: Kills) -> tuple[list[Ask], Counter[str]]:
    """What is asked for, in an order that no run changes; and numbers of the others by reason."""
    asked: list[Ask] = []
    missing: Counter[str] = Counter()
    for key in sorted(kills.told, key=_hash):
        ask = kills.told[key]
        if not key[1]:
            missing[LINELESS] += 1
        elif ask is None:
            missing[IMPORTED] += 1
        elif len(asked) < MOST:
            asked.append(ask)
        else:
            missing[MANY] += 1
    return asked, missing


def _hash(key: Key) -> bytes:
    # Any first part of this order is a sample.
    return hashlib.sha256(f"{key[0]}\0{key[1]}".encode("utf-8", "surrogatepass")).digest()


@dataclass(slots=True)
class Failures:
    """Takes the texts of one run; what was taken before it is stopped counts."""

    root: Path
    baseline: Baseline
    _kills: Kills | None = None
    _open: list[Ask] = field(default_factory=list)
    _why_open: str = STOPPED
    _texts: list[FailureText] = field(default_factory=list)
    _missing: Counter[str] = field(default_factory=Counter)

    def run(
        self,
        engine: Engine,
        settings: Settings,
        ledger: Ledger,
        strength: Strengthening,
        diary: Diary,
    ) -> None:
        """Take them, as a stage of the run; after the strength phase."""
        with diary.stage("clarity") as stage:
            judged = tuple(ledger.judged.values())
            self._kills = kills_of(self.baseline, judged, strength.failures)
            asked, self._missing = sample(self._kills)
            self._open = list(asked)
            mutants = {item.mutant.id: item.mutant for item in judged}

            def tell(ask: Ask, said: Record | str) -> None:
                self._open.remove(ask)
                if isinstance(said, str):
                    self._missing[said] += 1
                else:
                    self._texts.append(text_of(ask, mutants[ask.mutant], said, self.root))
                diary.progress(len(asked) - len(self._open), len(asked), "failures")

            limits = Limits(settings.timeout_factor, self.baseline.collect_seconds)
            telling = Telling(self.baseline, limits, strength.records(), tell)
            telling.begin(asked)
            if not engine.strengthen(telling):
                self._why_open = STIFF
            stage.count = len(self._texts)

    def clarity(self) -> Clarity | None:
        """What follows; None where nobody came to ask."""
        if self._kills is None:
            return None
        return judgement.measure_clarity(
            self._texts,
            assertions=len(self._kills.told),
            missing=self._missing + Counter({self._why_open: len(self._open)}),
            tripped=len(self._kills.tripped),
            crashed=len(self._kills.crashed),
        )


def text_of(ask: Ask, mutant: Mutant, said: Record, root: Path) -> FailureText:
    """What a child said of one failure, with the fault that it was taken under."""
    path = Path(said["file"])
    file = path.relative_to(root) if path.is_relative_to(root) else path
    return FailureText(
        test=ask.test,
        line=ask.line,
        mutant=ask.mutant,
        mutant_file=mutant.file,
        mutant_line=mutant.line,
        mutant_function=mutant.function,
        text=said["text"],
        message=said["message"],
        exception=said["exception"],
        lines=said["lines"],
        file=file.as_posix() if said["file"] else "",
        at=said["line"],
        side=said["side"],
        function=said["function"],
        calls=said["calls"],
    )
