"""What ``refute watch`` prints: a few lines for each save, the same in a terminal as in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from rich.console import Console

from refute.judgement import Judged, Verdict, change, rank
from refute.report import line, plural, printable
from refute.watching.choosing import TOP, Region, Saved
from refute.watching.memory import Step, Tally

SHOWN = 5
"""So many faults of a kind are shown, and so many names in a row."""

KINDS = {
    "worse": "red",
    "better": "green",
    "survived": "red",
    "still": "yellow",
}

NOT_NOTICED = ("survived", "still")
"""Of these it is told whether a test runs over them at all."""


class Teller:
    """Prints the lines. ``console`` decides on colours alone."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str, style: str = "") -> None:
        """One line as it is, at the left."""
        line(self._console, (printable(text), style))

    def below(self, text: str) -> None:
        """A text of several lines, under what was said last."""
        for part in text.splitlines():
            line(self._console, f"  {printable(part)}")

    def saved(self, saved: Saved, regions: dict[str, tuple[Region, ...]]) -> None:
        """Which files were saved, and what changed in them."""
        console = self._console
        console.print()
        for file in _some(saved.files):
            names = [one.name for one in regions.get(file, ()) if one.name != TOP]
            words = ": " + ", ".join(_some(list(dict.fromkeys(names)))) if names else ""
            verb = "is gone" if file in saved.gone else "saved"
            clock = time.strftime("%H:%M:%S")
            line(console, (clock, "dim"), "  ", (printable(file), "bold"), f" {verb}{words}")

    def step(self, step: Step, where: str) -> None:
        """What a run has found; ``where`` says what its faults are in."""
        if step.now.scored:
            was = f"; before {_share(step.before)}" if step.before and step.before.scored else ""
            self.say(f"  {_share(step.now)} noticed in {where}{was}.")
        else:
            self.say(f"  There is no fault to try in {where}.")
        for id, detail in step.aside[:SHOWN]:
            reason = f": {detail.splitlines()[0]}" if detail else ""
            self.say(f"  set aside, as it fails without any fault: {id}{reason}", "yellow")
        self._rest(len(step.aside), "test")
        worse = {item.mutant.id for item in step.worse}
        for word, items in (
            ("worse", step.worse),
            ("better", step.better),
            ("survived", [one for one in step.new if one.mutant.id not in worse]),
            ("still", step.still),
        ):
            for item in sorted(items, key=rank, reverse=True)[:SHOWN]:
                self._fault(word, item)
            self._rest(len(items), "fault")

    def _fault(self, word: str, item: Judged) -> None:
        spot = f"{item.mutant.file}:{item.mutant.line}"
        style = KINDS[word]
        if word in NOT_NOTICED and item.verdict is Verdict.NO_COVERAGE:
            word = "not run"
        line(
            self._console,
            (f"  {word:<9} ", style),
            (printable(spot), "cyan"),
            f"  {printable(change(item))}  ",
            (item.mutant.id, "bold"),
        )

    def _rest(self, number: int, noun: str) -> None:
        if number > SHOWN:
            self.say(f"  and {plural(number - SHOWN, f'more {noun}')}", "dim")


def _share(tally: Tally) -> str:
    return f"{tally.noticed:,} of {plural(tally.scored, 'fault')}"


def _some(names: Sequence[str]) -> Iterable[str]:
    """The first few names, and how many more there are."""
    if len(names) <= SHOWN:
        return names
    return [*names[:SHOWN], f"{len(names) - SHOWN} more"]
