"""The first lines of a run's summary: the score, and what it is made of."""

from __future__ import annotations

from textwrap import wrap

from rich.console import Console
from rich.text import Text

from refute.judgement import Counts, Judgement, percent, percentage
from refute.report import colour, line, plural, prose

VAGUE = 0.5
"""An interval that is wider says hardly more than its bounds."""

KINDS = {
    "told": "an assertion said so",
    "tripped": "an assertion failed only because the code blew up",
    "crashed": "the exception itself reached the test",
    "timeout": "the test did not come to its end",
}


def about(judgement: Judgement) -> float | None:
    """The score that a run which did not come to its end foretells, if it says anything."""
    foretold = judgement.estimate
    if foretold is None or foretold.high - foretold.low > VAGUE:
        return None
    return foretold.score


def headline(judgement: Judgement, counts: Counts, console: Console) -> None:
    """The score, or what is known of it, and the parts of its denominator."""
    if counts.pending:
        _so_far(judgement, counts, console)
    else:
        share = percent(counts.detected, counts.scored)
        style = f"bold {colour(counts.detected / counts.scored)}"
        said = f"{counts.detected:,} of {plural(counts.scored, 'fault')} noticed: "
        console.print(Text.assemble((said, "bold"), (share, style)))
    console.print()
    _tally(judgement, counts, console)
    unjudged = counts.error + counts.unstable
    if unjudged:
        share = percent(counts.candidates - unjudged, counts.candidates)
        text = f"{share} of the faults could be judged; {unjudged:,} could not and don't count."
        console.print()
        prose(console, text)


def _so_far(judgement: Judgement, counts: Counts, console: Console) -> None:
    """What a run that did not come to its end has seen, and what that says of the whole."""
    # Survivors that were known before the first trial are no part of what was tried.
    tried, foretold = counts.tried - counts.settled, judgement.estimate
    why = "Stopped early" if judgement.selection.budget is None else "The time is spent"
    if tried:
        share = percent(counts.detected, tried)
        style = f"bold {colour(counts.detected / tried)}"
        verb = "was" if counts.detected == 1 else "were"
        said = f"{why}. {counts.detected:,} of {plural(tried, 'fault')} tried {verb} noticed: "
        console.print(Text.assemble((said, "bold"), (share, style)))
    else:
        prose(console, f"{why}, before the first fault was tried.", style="bold")
    if foretold is None:
        return
    bounds = f"{percentage(foretold.low)} to {percentage(foretold.high)}"
    if foretold.high - foretold.low > VAGUE:
        prose(console, f"That is too little to foretell the score of the whole run: {bounds}.")
    else:
        about = percentage(foretold.score)
        prose(
            console,
            f"The score of the whole run would be about {about} (with 95% confidence {bounds}).",
        )


def _tally(judgement: Judgement, counts: Counts, console: Console) -> None:
    """The parts of the denominator, one a line; they add up to it."""
    rows = [(number, kind, KINDS[kind]) for kind, number in judgement.kinds]
    # While the run is not at its end, the first line counts what was tried alone.
    untried = counts.settled if counts.pending else 0
    rows.append((counts.survived - untried, "survived", "tests ran over them and none noticed"))
    rows.append(
        (untried, "settled", "survive without a trial: they make no difference in any test")
    )
    others = ""
    if not counts.pending and counts.tried:
        others = f"; of the others {percent(counts.detected, counts.tried)} were noticed"
    rows.append((counts.no_coverage, "not run", f"no test runs their lines{others}"))
    rows.append((counts.pending, "to try", "the run was stopped first"))
    width = max(len(f"{number:,}") for number, _, _ in rows)
    for number, kind, words in rows:
        if number:
            margin = width + 13
            parts = wrap(words, max(20, console.width - margin), break_long_words=False)
            line(console, f"  {number:>{width},} {kind:<9} ", (parts[0], "dim"))
            for part in parts[1:]:
                line(console, " " * margin, (part, "dim"))
