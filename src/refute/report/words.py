"""The words for tests and doubles that several parts of the report share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refute.judgement import (
    RETURNS,
    DoubleFault,
    Judged,
    Judgement,
    MergedDouble,
    Strength,
    TestOutcome,
    TestRecord,
    TestVerdict,
    TriedDouble,
    change,
    percent,
)
from refute.report import crop, plural, printable
from refute.report.diff import Line, fitted


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict on tests: what one is called, what several are, what it says, and its colour."""

    one: str
    many: str
    meaning: str
    style: str


WORDS = {
    TestVerdict.WITNESS: Word("witness", "witnesses", "told of faults by an assertion", "green"),
    TestVerdict.FAINT_WITNESS: Word(
        "faint witness", "faint witnesses", "told of few faults, and alone on hardly any", "yellow"
    ),
    TestVerdict.SMOKE: Word(
        "smoke test", "smoke tests", "told of none, and noticed only what blew up", "yellow"
    ),
    TestVerdict.ECHO: Word(
        "echo", "echoes", "noticed faults in doubles, and none in your code", "red"
    ),
    TestVerdict.PRAYER: Word(
        "prayer", "prayers", "run against every fault in reach, and noticed none", "red"
    ),
    TestVerdict.UNTOUCHED: Word(
        "untouched", "untouched", "executed no line of the project", "yellow"
    ),
    TestVerdict.UNJUDGED: Word("unjudged", "unjudged", "too little could be tried to say", "dim"),
    TestVerdict.FLAKY: Word("flaky", "flaky", "passed or failed by chance", "dim"),
}
"""All verdicts, the best tests first."""


OUTCOMES = {
    TestOutcome.PASSED: "passes",
    TestOutcome.FAILED: "fails",
    TestOutcome.SKIPPED: "is skipped",
    TestOutcome.XFAILED: "is expected to fail",
    TestOutcome.FLAKY: "passes or fails by chance",
}


def is_aside(test: TestRecord, strength: Strength) -> bool:
    """Tell whether a test is unjudged because of what it does without any fault."""
    return strength.verdict is TestVerdict.UNJUDGED and test.outcome is not TestOutcome.PASSED


def explain(test: TestRecord, strength: Strength) -> str:
    """A verdict on a test in whole sentences."""
    verdict, tried = strength.verdict, strength.tried
    reach = f"all {plural(tried, 'fault')} that can be made in what it executes and in its doubles"
    if verdict is TestVerdict.FLAKY:
        return "It passes or fails by chance, so it was set aside." + _detail(test)
    if verdict is TestVerdict.UNTOUCHED:
        return "It executes no line of the project, so that no fault could reach it."
    if verdict is TestVerdict.PRAYER:
        return f"It was run against {reach}, and passed each time. It can't fail."
    if verdict is TestVerdict.ECHO:
        return (
            f"It was run against {reach}. It noticed those in its doubles, and none in your code: "
            "it checks that its doubles return what they were told to."
        )
    if verdict is TestVerdict.SMOKE:
        return (
            f"It was run against {reach}, and told of none. It noticed {strength.noticed:,}, but "
            f"only because something {strength.mishap}: all it knows is that nothing crashed."
        )
    if is_aside(test, strength):
        without = f"It can't be judged: without any fault it {OUTCOMES[test.outcome]}."
        return without + _detail(test)
    if verdict is TestVerdict.UNJUDGED and (strength.told or tried == strength.faults > 4):
        return (
            "It also rests on code whose faults were not put before it, and what it noticed of the "
            f"others ({strength.noticed:,} of {tried:,}) is too little to judge it by."
        )
    if verdict is TestVerdict.UNJUDGED:
        return (
            f"Too little could be tried to judge it: {tried:,} of "
            f"{plural(strength.faults, 'fault')}, and it was told of none."
        )
    if verdict is TestVerdict.FAINT_WITNESS:
        share = percent(strength.mild_told, strength.mild)
        return (
            f"It was told of {strength.mild_told:,} of {plural(strength.mild, 'mild fault')} "
            f"({share}): it is a test, and it sees little."
        )
    return (
        f"Its assertions told of {strength.told:,} of the {plural(tried, 'fault')} that it was "
        "run against. It can fail when it should."
    )


def _detail(test: TestRecord) -> str:
    return f" The reason: {printable(test.detail)}" if test.detail else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A mutant or a double fault, for a line of a list."""

    id: str
    #: ``path:line``.
    spot: str
    words: str


class Faults:
    """All faults of a run by id."""

    def __init__(self, judgement: Judgement) -> None:
        self._known: dict[str, Judged | TriedDouble] = {
            item.mutant.id: item for item in judgement.judged
        }
        if judgement.theatre is not None:
            self._known |= {one.fault.id: one for one in judgement.theatre.double_faults}

    def __getitem__(self, id: str) -> Fault:
        """The fault for readers; one that the report lacks is its id alone."""
        known = self._known.get(id)
        if known is None:
            return Fault(id, "", "")
        if isinstance(known, TriedDouble):
            site = known.fault.site
            return Fault(id, spot(site.file, site.line), changed(known.fault))
        return Fault(id, spot(known.mutant.file, known.mutant.line), printable(change(known)))


def changed(fault: DoubleFault) -> str:
    """A double fault in a few words, on one line."""
    before, after = fault.original, fault.replacement
    if fault.path != RETURNS:
        what = "dropped" if fault.change == "dropped" else after
        return printable(f"{argument(fault.path)}: {before} -> {what}")
    # The last part of the name is enough beside the place.
    name = (fault.target.rpartition(".")[2] or "a double") + fault.method
    if fault.change == "raises":
        return printable(f"{name} raises {after}")
    return printable(f"{name} returns {after} instead of {before}")


def callee(fault: DoubleFault) -> str:
    """What is called where the fault is, as far as it is known."""
    return (fault.target or "a double") + fault.method


def argument(path: str) -> str:
    """The way to an argument as a reader knows it: ``argument 0[1]``, ``namespace``."""
    return f"argument {path}" if path[:1].isdigit() else path


def stood_in(double: MergedDouble) -> str:
    """What a double keeps from the tests, in a few words."""
    number = plural(len(double.tests), "test")
    parts = [f"stood in for the real one in {number}" if double.target else f"used in {number}"]
    if double.swallowed:
        parts.append(f"swallowed {plural(len(double.swallowed), 'fault')}")
    if double.blind_places:
        blind, of = len(double.blind_places), plural(double.arguments, "argument")
        which = f"any of its {of}" if 1 < blind == double.arguments else f"{blind:,} of its {of}"
        which = "its one argument" if double.arguments == 1 else which
        parts.append(f"nobody looks at {which}")
    return ", ".join(parts)


def some(words: Iterable[str], most: int) -> str:
    """The first few of a list, and how many more there are."""
    names = list(words)
    more = len(names) - most
    return printable(", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else ""))


def spot(file: str, line: int | None) -> str:
    """``path:line``, or the path alone where the line is not known."""
    return printable(f"{file}:{line}" if line else file)


def example(text: str, width: int) -> list[str]:
    """``before -> after`` in one line, or in two with the difference in sight."""
    shown, room = printable(text), max(30, width)
    before, arrow, after = shown.partition(" -> ")
    if after.startswith(f"{before},"):
        # What differs lies behind what is known of the value.
        tail = after[len(before) :]
        return [crop(before, room - len(tail)) + tail]
    if len(shown) <= room or not arrow:
        return [crop(shown, room)]
    sides = fitted([Line("-", None, before), Line("+", None, after)], room - 3)
    return [side.text if side.mark == "-" else f"-> {side.text}" for side in sides]


def crop_name(name: str, width: int) -> str:
    """A dotted name without so much of its beginning that it fits; a command without its end."""
    if len(name) <= width:
        return name
    if " " in name:
        return f"{name[: width - 3]}..."
    return f"...{name[len(name) - width + 3 :].lstrip('.')}"


def fate(judgement: Judgement, item: Judged) -> str:
    """Where a survivor's effect was lost, in one line; empty where it is not known."""
    known = None if judgement.theatre is None else judgement.theatre.traces.get(item.mutant.id)
    return "" if known is None or known.change is None else printable(known.words)
