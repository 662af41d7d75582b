"""Past bugs, put to today's tests: plain pytest on the tree as it would be without the fix.

Each change is mounted at the project's own paths in the seal (see `cold.py`). Only test files
that can meet the change are run, up to the first failure; then the test that noticed is run by
itself, watched, so that it is known whether it was told, tripped or crashed.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from refute.baseline import Baseline, TestOutcome
from refute.faults.past import PastBug, Why
from refute.trials.alone import Ending, OneTest
from refute.trials.cold import Cold, ColdRun
from refute.trials.facts import Replay
from refute.trials.outcome import Mechanism, Outcome, Result
from refute.trials.seal import Program

_LEAST = 20.0
"""Seconds that a test by itself may take in any case."""

_UNCOLLECTED = re.compile(r"^ERROR (.+?)(?: - (.*))?$", re.MULTILINE)
_PLACE = re.compile(r"^(\S.*?\.py):(\d+): in .*\n((?:    .*\n)?)", re.MULTILINE)
_RAISED = re.compile(r"^E   ((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*): (.*)$", re.MULTILINE)
_SECTION = re.compile(r"^_+ ERROR collecting (.+?) _+$", re.MULTILINE)
_SIGNATURE = re.compile(
    r"unexpected keyword argument|positional argument|required keyword-only argument"
    r"|multiple values for"
)


@dataclass(slots=True)
class Replays:
    """Replays past bugs, ``cold.jobs`` at a time; Ctrl-C ends all of them at once.

    ``taken`` tells which names a change takes from the project, by bug; ``sources`` are the
    project's files, relative to its root.
    """

    cold: Cold
    baseline: Baseline
    sources: frozenset[str]
    taken: Mapping[str, frozenset[str]]
    #: pytest's arguments but for the places of tests.
    arguments: tuple[str, ...]
    #: Tests that noticed, ready to be run alone; None for those that do not pass so.
    _known: dict[str, OneTest | None] = field(default_factory=dict)
    _programs: list[Program] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, bugs: Sequence[PastBug], emit: Callable[[PastBug, Replay], None]) -> None:
        """Replay each; ``emit`` gets the facts as they come."""
        # Programs die with the thread that started them: these live until all is done.
        with ThreadPoolExecutor(max_workers=self.cold.jobs) as pool:
            waiting: dict[Future[Replay], PastBug] = {}
            queue = list(reversed(bugs))
            try:
                while queue or waiting:
                    while queue and len(waiting) < self.cold.jobs:
                        bug = queue.pop()
                        waiting[pool.submit(self.one, bug)] = bug
                    for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                        emit(waiting.pop(done), done.result())
            finally:
                self._stopped.set()
                for program in self._programs:
                    program.kill()

    def one(self, bug: PastBug) -> Replay:
        """Replay one bug, to the end."""
        reaching = meets(bug, self.baseline)
        ids = tuple(self.baseline.tests[index].id for index in sorted(reaching))
        if not reaching:
            return Replay(bug.id, Outcome(bug.id, Mechanism.NONE, Result.PASSED))
        files = {self.baseline.test_files[index] for index in reaching}
        others = [path for n, path in enumerate(self.baseline.files) if n not in files]
        ignored = tuple(f"--ignore={path}" for path in others)
        narrow = ignored
        run = self._run(bug, ("-x", *narrow))
        ran = sum(number in files for number in self.baseline.test_files)
        facts = Replay(bug.id, self.cold.outcome(bug.id, run), ids, ran, seconds=run.seconds)
        if _is_uncollected(run):
            facts, run, ignored = self._rest(bug, facts, ignored)
        if facts.outcome.result not in (Result.FAILED, Result.DIED, Result.TIMEOUT):
            return facts
        if facts.at_root or (facts.uncollected and _is_uncollected(run)):
            return facts
        broken = ignored[len(narrow) :]
        facts = replace(facts, lacking=self._lacking(bug, run))
        return self._confirmed(bug, facts, narrow, broken)

    def _run(self, bug: PastBug, options: Sequence[str]) -> ColdRun:
        root = self.cold.launch.root
        files = {root / one.path: one.buggy for one in bug.files}
        return self.cold.altered(files, options, self._started)

    def _started(self, program: Program) -> None:
        self._programs.append(program)
        if self._stopped.is_set():
            program.kill()

    def _rest(
        self, bug: PastBug, facts: Replay, ignored: tuple[str, ...]
    ) -> tuple[Replay, ColdRun, tuple[str, ...]]:
        """Find out what can't be collected any more, and run the tests that can; with the
        options that leave out the others.
        """
        if bug.why is Why.CATALOGUE:
            # Nothing of today's was built upon such a patch: what it breaks is what it is.
            return facts, ColdRun(1, "", 0.0), ignored
        words = ("--collect-only", "-q", "--continue-on-collection-errors", *ignored)
        looked = self._run(bug, words)
        broken = [found.group(1) for found in _UNCOLLECTED.finditer(looked.output)]
        facts = replace(facts, uncollected=_reasons(looked.output) or ("all tests",))
        inside = any(self._is_source(place.group(1)) for place in _PLACE.finditer(looked.output))
        if inside or not broken or looked.code not in (1, 2):
            return replace(facts, at_root=True), looked, ignored
        root = self.cold.launch.root
        ignored = (*ignored, *(f"--ignore={root / path}" for path in broken))
        run = self._run(bug, ("-x", *ignored))
        outcome = self.cold.outcome(bug.id, run)
        if run.code == 5:
            # No test is left.
            return facts, run, ignored
        return replace(facts, outcome=outcome, seconds=facts.seconds + run.seconds), run, ignored

    def _is_source(self, name: str) -> bool:
        root = self.cold.launch.root
        path = os.path.relpath(os.path.join(root, name), root)
        return path in self.sources

    def _lacking(self, bug: PastBug, run: ColdRun) -> str:
        """What code that is newer than the bug missed, if that is why a test failed."""
        body = run.output.rpartition("short test summary info")[0]
        places, raised = list(_PLACE.finditer(body)), list(_RAISED.finditer(body))
        if bug.why is Why.CATALOGUE or not places or not raised:
            return ""
        kind, message = raised[-1].groups()
        place = places[-1]
        line = place.group(3).strip()
        if not self._is_source(place.group(1)):
            return ""
        old = {text.strip() for content in bug.before for text in _lines(content)}
        if line in old:
            # The line was there when the bug was: then this is how the bug showed.
            return ""
        words = set(re.findall(r"\w+", message)) & self.taken.get(bug.id, frozenset())
        names = kind in ("NameError", "ImportError", "ModuleNotFoundError", "AttributeError")
        shape = kind == "TypeError" and _SIGNATURE.search(message) is not None
        if (names and words) or (shape and any(one.lines is None for one in bug.files)):
            return f"{place.group(1)}:{place.group(2)}: {kind}: {message}"
        return ""

    def _confirmed(
        self, bug: PastBug, facts: Replay, narrow: tuple[str, ...], broken: tuple[str, ...]
    ) -> Replay:
        """The same facts, with the failure as the test alone shows it, or as the whole suite.

        ``narrow`` leaves out the files that can't meet the bug, ``broken`` those that can't be
        imported with it.
        """
        outcome = facts.outcome
        if facts.lacking or outcome.result is Result.TIMEOUT:
            return facts
        found = self._witnessed(bug, outcome)
        if found is None:
            # It may need the tests before it, be a matter of chance, or miss what the files that
            # were left out do: only the whole suite is known to pass without the bug.
            again = self.cold.outcome(bug.id, self._run(bug, ("-x", *broken)))
            if (again.result, again.test) == (outcome.result, outcome.test):
                return facts
            if again.result is Result.PASSED and self._fails_anyway((*narrow, *broken)):
                return replace(facts, outcome=again)
            # Then chance noticed first, or alone.
            found = self._witnessed(bug, again)
        return replace(facts, steady=False) if found is None else replace(facts, outcome=found)

    def _fails_anyway(self, ignored: tuple[str, ...]) -> bool:
        """Whether the tests fail without any bug, because files are left out."""
        return self.cold.altered({}, ("-x", *ignored), self._started).code == 1

    def _witnessed(self, bug: PastBug, outcome: Outcome) -> Outcome | None:
        """The outcome with the failure that the test shows by itself; None if it shows none."""
        alone = self._alone(bug, outcome.test)
        if alone is None or alone.failure is None:
            return None
        # What a collection or a process ends with is told better by pytest's own words.
        worse = alone.failure.phase in ("collect", "process") and outcome.failure is not None
        return outcome if worse else replace(outcome, failure=alone.failure)

    def _alone(self, bug: PastBug, test: str | None) -> Ending | None:
        """How the test that noticed ends alone under the bug; None if it doesn't pass without."""
        index = next((n for n, one in enumerate(self.baseline.tests) if one.id == test), None)
        if index is None or self._stopped.is_set():
            return None
        test = self.baseline.tests[index].id
        if test not in self._known:
            self._known[test] = self._unchanged(index)
        one = self._known[test]
        if one is None:
            return None
        root = self.cold.launch.root
        return one.quietly({root / item.path: item.buggy for item in bug.files})

    def _unchanged(self, index: int) -> OneTest | None:
        """One test, run by itself without any change; None if it does not pass."""
        launch = self.cold.launch
        path = self.baseline.files[self.baseline.test_files[index]]
        _, colons, name = self.baseline.tests[index].id.partition("::")
        argument = os.path.relpath(path, launch.root) + colons + name
        one = OneTest(
            replace(launch, arguments=(*self.arguments, argument)), max(_LEAST, self.cold.limit)
        )
        return one if one.unchanged().result is Result.PASSED else None


def meets(bug: PastBug, baseline: Baseline) -> frozenset[int]:
    """The tests in use, by index, that can meet the change: those that run over the changed
    functions, or all where the change goes further or what runs there depends on the order.
    """
    usable = frozenset(
        index for index, test in enumerate(baseline.tests) if test.outcome is TestOutcome.PASSED
    )
    coverage = baseline.coverage
    found: frozenset[int] = frozenset(baseline.unseen)
    for one in bug.files:
        if one.lines is None:
            return usable
        vague = (
            *coverage.order_dependent.get(one.path, ()),
            *_inner(coverage.at_import.get(one.path, frozenset()), one.lines),
        )
        if any(first <= line <= last for line in vague for first, last in one.lines):
            return usable
        found |= coverage.tests_on(one.path, one.lines)
        found |= coverage.elsewhere_on(one.path, one.lines)
    return found & usable


def _inner(at_import: frozenset[int], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Lines of functions that ran at import, beyond the one line that defines each."""
    firsts = {first for first, _ in spans}
    return [line for line in at_import if line not in firsts]


def _is_uncollected(run: ColdRun) -> bool:
    """Whether pytest came to an end of its own before there was a test to run."""
    if run.code in (3, 4, 5):
        return True
    found = _UNCOLLECTED.search(run.output)
    return run.code in (1, 2) and found is not None and "::" not in found.group(1)


def _reasons(output: str) -> tuple[str, ...]:
    """What could not be imported, each with the error; in pytest's summary they are cut off."""
    parts = _SECTION.split(output)
    if len(parts) == 1:
        # A conftest.py that fails has no section.
        return tuple(found.group(0)[4:] for found in _RAISED.finditer(output))[-1:]
    found = []
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        raised = [error.group(0)[4:] for error in _RAISED.finditer(text)]
        found.append(f"{name}: {raised[-1]}" if raised else name)
    return tuple(found)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()
