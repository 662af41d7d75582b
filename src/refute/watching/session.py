"""The loop of ``refute watch``: wait for a save, run, tell, wait again."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from refute import subrun
from refute.errors import ExitCode, RefuteError
from refute.judgement import Judgement, load
from refute.layout import find
from refute.report import plural
from refute.settings import Settings, operator_names
from refute.sources import matches
from refute.watching.choosing import (
    Region,
    Saved,
    as_pattern,
    changed_regions,
    compare_contents,
    files_to_judge,
)
from refute.watching.memory import Memory
from refute.watching.telling import Teller
from refute.watching.tree import Contents, Tree

PAUSE = 0.3
"""Seconds between two looks."""
SHARE = 20
"""In a large project a look takes long; then the pause is so many times as long."""

STILL = 0.15
"""Seconds for which nothing may change before a save counts as done: editors write in steps."""

_ERROR = re.compile(r"\s+E\s")
"""How pytest marks the lines of a traceback that say what is wrong."""

GONE_ON = (ExitCode.OK, ExitCode.NOTHING_JUDGED)
"""How a run may end that has a report."""


@dataclass(slots=True)
class Watch:
    """Watches one project until KeyboardInterrupt. ``read`` reads the settings, which may change
    as well; ``words`` are options for ``refute run``.
    """

    read: Callable[[], Settings]
    words: Sequence[str]
    teller: Teller
    memory: Memory = field(default_factory=Memory)
    #: The files as they were when the last run that came to its end began.
    judged: Contents = field(default_factory=dict)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = self.read()

    def run(self) -> None:
        """Go on for ever. Raises RefuteError for what is wrong before the first save."""
        tree = Tree(self.settings.root)
        sources = self._sources()
        self.judged = seen = tree.look()
        self._recall(sources)
        python = [name for name in seen if name.endswith(".py")]
        count = plural(len(sources), "source file")
        others = plural(len(set(python) - set(sources)), "other Python file")
        self.teller.say(
            f"Watching {count} and {others} in {self.settings.root}. Save one, and what changed "
            "in it is judged. Ctrl-C ends."
        )
        while True:
            seen = _next_save(tree, seen)
            self._judge(tree, seen)

    def _sources(self) -> tuple[str, ...]:
        return tuple(file for root in find(self.settings).sources for file in root.files)

    def _of_interest(self, sources: Sequence[str]) -> tuple[str, ...]:
        patterns = self.settings.paths
        chosen = (file for file in sources if any(matches(file, text) for text in patterns))
        return tuple(chosen) if patterns else tuple(sources)

    def _recall(self, sources: Sequence[str]) -> None:
        """Begin with what the last run has found out, if it has left a report."""
        try:
            earlier = load(self.settings.root)
        except RefuteError:
            # None yet, or one that nobody can read: then nothing is known before.
            return
        if _is_alike(earlier, self.settings):
            self.memory.learn(earlier, [file for file in sources if file in earlier.sources])

    def _judge(self, tree: Tree, now: Contents) -> None:
        """Judge what differs from the last judged state, unless somebody saves meanwhile."""
        try:
            self.settings = self.read()
            sources = self._sources()
        except RefuteError as error:
            self._wait_for_better(f"{error}\n{error.remedy}")
            return
        saved = compare_contents(self.judged, now, {*sources, *self.memory.judged})
        if not saved.files:
            self.teller.say("All is as it was judged before.")
            return
        regions = self._regions(saved, now)
        self.teller.saved(saved, regions)
        self.memory.forget(saved.gone)
        files = files_to_judge(saved, self.memory.reach(), sources, self.settings.paths)
        if files is not None and not files:
            self.teller.say("  No source file is concerned.")
            self.judged = now
            return
        where = self.settings.paths if files is None else [as_pattern(file) for file in files]
        taken = self._of_interest(sources) if files is None else files
        self.teller.say(f"  Judging {_where(taken, {})} ...", "dim")
        with tempfile.TemporaryFile() as log:
            program = subrun.start(
                self.settings.root,
                [*self.words, *(f"--paths={pattern}" for pattern in where)],
                output=subprocess.DEVNULL,
                errors=log,
            )
            code = _wait_unless_saved(program, tree, now)
            if code is None:
                self.teller.say("  Saved again: the run is stopped, and begins anew.")
            elif code in GONE_ON:
                self._tell(taken, regions, narrow=saved.only_sources)
                self.judged = now
            elif code != ExitCode.INTERRUPTED:
                self._wait_for_better(_short(_text(log)))

    def _regions(self, saved: Saved, now: Contents) -> dict[str, tuple[Region, ...]]:
        """What has changed in the source files that were saved."""
        found = {}
        for file in saved.sources:
            if file in now:
                before = self.judged.get(file)
                text = None if before is None else before.decode("utf-8", "replace")
                found[file] = changed_regions(text, now[file].decode("utf-8", "replace"))
        return found

    def _tell(
        self, files: Sequence[str], regions: dict[str, tuple[Region, ...]], *, narrow: bool
    ) -> None:
        """Say what the run has found, and remember it."""
        judgement: Judgement = load(self.settings.root)
        # Where tests have changed, too, all that they reach is concerned.
        changed = {file: regions[file] for file in files if narrow and file in regions}
        step = self.memory.step(judgement, changed, files)
        self.teller.step(step, _where(files, changed))
        self.memory.learn(judgement, files)

    def _wait_for_better(self, text: str) -> None:
        self.teller.below(text)
        self.teller.say("  Nothing could be judged. Waiting for the next save.")


def _is_alike(earlier: Judgement, settings: Settings) -> bool:
    """Whether a report holds all faults that we would try, and of the same tests."""
    chosen = earlier.selection
    return (
        not earlier.partial
        and not (chosen.changes or chosen.shard or chosen.left_out)
        and chosen.operators == tuple(filter(settings.operators.allows, operator_names()))
        and sorted(chosen.rules_off) == sorted(settings.rules_off)
        and earlier.project.tests == settings.tests
    )


def _next_save(tree: Tree, seen: Contents) -> Contents:
    """Wait until something differs, and then until nothing changes any more."""
    now = seen
    while now == seen:
        time.sleep(max(PAUSE, SHARE * tree.seconds))
        now = tree.look()
    while True:
        time.sleep(STILL)
        later = tree.look()
        if later == now:
            return now
        now = later


def _wait_unless_saved(program: subprocess.Popen[bytes], tree: Tree, now: Contents) -> int | None:
    """The run's exit code; None if a file was saved before its end, which has stopped it."""
    try:
        while True:
            try:
                return program.wait(max(PAUSE, SHARE * tree.seconds))
            except subprocess.TimeoutExpired:
                if tree.look() != now:
                    return None
    except KeyboardInterrupt:
        # At a terminal it has heard of it as well.
        subrun.stop(program, patience=subrun.GRACE / 10)
        raise
    finally:
        subrun.stop(program)


def _where(files: Sequence[str], regions: dict[str, tuple[Region, ...]]) -> str:
    if len(files) > 1:
        what = plural(len(files), "file")
    else:
        what = files[0] if files else "the project"
    return f"what changed in {what}" if regions else what


def _text(log: BinaryIO) -> str:
    log.seek(0)
    return log.read().decode("utf-8", "replace").strip()


def _short(text: str) -> str:
    """What a run has said of its failure, without the way that led to an error of pytest's."""
    lines = text.splitlines()
    errors = [line.strip().removeprefix("E").strip() for line in lines if _ERROR.match(line)]
    return "\n".join([*lines[:1], *(f"  {line}" for line in errors)]) if errors else text
