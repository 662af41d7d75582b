"""Progress on standard error: it listens to the pipeline's events and to nothing else.

On a terminal a line moves at the bottom. Anywhere else (pipes, CI) there are plain lines: one
for each stage, and one for each tenth of the trials, without carriage returns. A test of the
unchanged suite has no limit of time, so one that runs for long is named in both.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from types import TracebackType
from typing import IO

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from refute.events import (
    BaselineSummary,
    Estimate,
    Event,
    FirstFindings,
    Interrupted,
    Note,
    StageFinished,
    StageStarted,
    TestsRun,
    TrialDone,
    Warning_,
)
from refute.report import console_for, crop, plural, printable
from refute.verdicts import Verdict

FIRST = 5
"""So many survivors are named at once; the summary has the rest in a better order."""

WINDOW = 200
"""The rate is that of the last so many trials."""

STEPS = 10
"""Lines of progress where there is no live display."""

CALM = 2.0
"""At least so many seconds lie between two such lines, so that a short run prints none."""

LONG = 60.0
"""Seconds after which a test is named that has not ended; in plain lines again after twice as
many, and so on."""


class Console:
    """Prints the events of one run. Use it as a context manager, so that the line goes away.

    ``plain`` never moves anything; ``quiet`` lets warnings through and nothing else. ``calm``
    and ``long`` are in seconds; see CALM and LONG.
    """

    def __init__(
        self,
        stream: IO[str] | None = None,
        *,
        quiet: bool = False,
        plain: bool = False,
        width: int | None = None,
        calm: float = CALM,
        long: float = LONG,
    ) -> None:
        target = sys.stderr if stream is None else stream
        self._out = console_for(target, width=width, plain=plain)
        self._quiet = quiet
        # Rich takes a pipe for a terminal when FORCE_COLOR is set; colours do no harm there,
        # but a live display would.
        still = plain or quiet or bool(os.environ.get("CI")) or not target.isatty()
        self._live: Progress | None = None
        if not still and not self._out.is_dumb_terminal:
            self._live = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=20),
                TextColumn("{task.fields[state]}", markup=False),
                console=self._out,
                transient=True,
            )
        self._task: TaskID | None = None
        self._clock: deque[tuple[float, int]] = deque(maxlen=WINDOW)
        self._named = 0
        self._step, self._what = 0, ""
        self._said = self._began = 0.0
        self._calm, self._long = calm, long
        #: What is under way, since when, and after how many seconds there will be a word of it.
        self._running: tuple[str, float, float] | None = None
        self._lock, self._closed = threading.Lock(), threading.Event()

    def __enter__(self) -> Console:
        # While a test hangs, nobody else does anything: the thread that reads events waits.
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the moving line away and give the cursor back."""
        with self._lock:
            self._closed.set()
            if self._live is not None:
                self._live.stop()

    def handle(self, event: Event) -> None:
        """Show one event."""
        if not self._quiet or isinstance(event, Warning_):
            with self._lock:
                self._handle(event)

    def _handle(self, event: Event) -> None:
        match event:
            case StageStarted():
                self._start(event)
            case StageFinished():
                self._finish(event)
            case TestsRun():
                self._begin(event.running)
                self._advance(event.done, event.total, event.things)
            case TrialDone():
                self._trial(event)
            case FirstFindings():
                for finding in event.findings[:FIRST]:
                    self._say(Text(f"  {printable(finding.message)}"))
            case Warning_():
                slug = (f"warning[{event.slug}]: ", "yellow")
                self._say(Text.assemble(slug, printable(event.text)))
            case _:
                self._say(Text(_sentence(event)))

    def _say(self, text: Text) -> None:
        """A line above the moving one."""
        self._out.print(text, soft_wrap=True)

    def _start(self, event: StageStarted) -> None:
        self._clock.clear()
        self._said = time.monotonic()
        self._began = self._said
        self._clock.append((self._said, 0))
        self._step = 0
        self._begin("The collection of the suite" if event.name == "collect" else "")
        if self._live is not None:
            self._live.start()
            if self._task is not None:
                self._live.remove_task(self._task)
            self._task = self._live.add_task(event.name, total=None, state=printable(event.detail))

    def _finish(self, event: StageFinished) -> None:
        if self._live is not None and self._task is not None:
            self._live.remove_task(self._task)
            self._task = None
        self._begin("")
        detail = f"  {printable(event.detail)}" if event.detail else ""
        name = f"{event.name:<10}"
        self._say(Text.assemble((name, "bold"), f"{duration(event.seconds):>8}{detail}"))

    def _begin(self, what: str) -> None:
        """Something begins that may never end; what began before it has ended."""
        self._running = (what, time.monotonic(), self._long) if what else None

    def _watch(self) -> None:
        """In a thread of its own: look now and then whether something has not ended for long."""
        while not self._closed.wait(min(1.0, self._long / 4)):
            with self._lock:
                if self._running is not None and not self._closed.is_set():
                    self._remind(*self._running)

    def _remind(self, what: str, since: float, due: float) -> None:
        seconds = time.monotonic() - since
        if seconds < due:
            return
        if self._live is not None and self._task is not None:
            state = f"{crop(printable(what), 40)}: {duration(seconds)}"
            self._live.update(self._task, state=state)
        else:
            self._running = (what, since, 2 * due)
            said = f"{printable(what)} has been running for {duration(seconds)}"
            self._say(Text(f"  {said}. Ctrl-C stops."))

    def _trial(self, event: TrialDone) -> None:
        self._clock.append((time.monotonic(), event.done))
        if event.judged.verdict is Verdict.SURVIVED and self._named <= FIRST:
            self._survivor(event)
        self._advance(event.done, event.total, "tried", self._state(event))

    def _advance(self, done: int, total: int, what: str, state: str = "") -> None:
        """Move the line on, or print one for each tenth, if the last is old enough."""
        if what != self._what:
            # One stage may go through several things, one after the other.
            self._what, self._step = what, 0
        counted = f"{done:,} of {total:,} {what}"
        if self._live is not None and self._task is not None:
            self._live.update(self._task, total=total, completed=done, state=state or counted)
            return
        step = done * STEPS // max(total, 1)
        now = time.monotonic()
        if step > self._step and now - self._said >= self._calm:
            self._step, self._said = step, now
            said = f"{counted}: {state}" if state else counted
            self._say(Text(f"  {step * 100 // STEPS:>3}%  {said}"))

    def _survivor(self, event: TrialDone) -> None:
        self._named += 1
        if self._named > FIRST:
            self._say(Text("  More survivors, the most telling first, at the end.", "dim"))
            return
        mutant = event.judged.mutant
        before, after = _short(mutant.original), _short(mutant.replacement)
        self._say(
            Text.assemble(
                ("  survived  ", "red"),
                (printable(f"{mutant.file}:{mutant.line}"), "cyan"),
                f"  {before or '(nothing)'}  ->  {after or '(removed)'}",
            )
        )

    def _state(self, event: TrialDone) -> str:
        """Kills so far, rate and time left, in a few words."""
        (begun, first), (now, last) = self._clock[0], self._clock[-1]
        said = f"{event.killed:,} killed, {event.survived:,} survived"
        if last <= first or now <= begun:
            return said
        rate = (last - first) / (now - begun)
        speed = f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
        if not event.behind or event.done == event.total:
            return f"{said}, {speed}"
        left = duration(event.ahead * (now - self._began) / event.behind)
        return f"{said}, {speed}, {left} left"


def _short(text: str) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= 28 else f"{line[:25]}..."


def _sentence(event: Note | BaselineSummary | Estimate | Interrupted) -> str:
    """An event that is said in one sentence."""
    match event:
        case Note():
            return printable(event.text)
        case BaselineSummary():
            return _suite(event)
        case Estimate():
            return _ahead(event)
        case Interrupted():
            if event.done == event.total:
                return "Stopped while tests were judged; all trials and pairs so far are kept."
            return f"Stopped after {event.done:,} of {event.total:,} trials; they are kept."


def _suite(event: BaselineSummary) -> str:
    """The baseline in one sentence."""
    parts = [
        f"{number:,} {word}"
        for number, word in ((event.red, "red"), (event.flaky, "flaky"), (event.skipped, "skipped"))
        if number
    ]
    aside = f"; set aside: {', '.join(parts)}" if parts else ""
    return (
        f"{event.passed:,} of {plural(event.tests, 'test')} "
        f"{'passes' if event.passed == 1 else 'pass'} in "
        f"{duration(event.seconds)}{aside}."
    )


def _ahead(event: Estimate) -> str:
    """What lies ahead, and that nobody has to wait for its end."""
    if not event.mutants:
        return "Nothing is left to try."
    faults = plural(event.mutants, "fault")
    return (
        f"{faults} to try, about {duration(event.seconds)}. Ctrl-C stops at any time: what was "
        "judged is reported and kept."
    )


def duration(seconds: float) -> str:
    """A time for readers: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"
