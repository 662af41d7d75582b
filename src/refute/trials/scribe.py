"""What the project's interpreter reads out of files: mutants, and the pieces that they consist of.

Sources are only parsed here, so this process needs no seal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from refute.faults.fault import Mutant
from refute.settings import Settings
from refute.trials.seal import Seal, SealKind
from refute.trials.slot import Launch, Record, Slot, greet


@dataclass(frozen=True, slots=True)
class Broken:
    """A source file that could not be read or parsed."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An outermost function of a file: its name (namesakes are numbered), its lines from the
    first decorator to the end, a digest of their text, and where its body begins.
    """

    name: str
    first: int
    last: int
    digest: str
    body: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a file consists of; all but the units as digests (see ``refute_child.pieces``)."""

    content: str
    rest: str
    neutral: str
    units: tuple[Unit, ...]


class Scribe:
    """One process of the project's interpreter that reads files; begun when first needed."""

    def __init__(self) -> None:
        self._slot: Slot | None = None

    def close(self) -> None:
        """End the process."""
        if self._slot is not None:
            self._slot.close()
            self._slot = None

    def mutants(
        self, launch: Launch, settings: Settings, files: Iterable[str]
    ) -> tuple[list[Mutant], list[Broken]]:
        """All mutants of these files, paths relative to the root; the files that don't parse."""
        from refute_child.operators import OPERATORS
        from refute_child.suppress import RULES

        found: list[Mutant] = []
        broken: list[Broken] = []
        slot = self._open(launch)
        slot.send(
            {
                "op": "mutants",
                "files": _placed(launch.root, files),
                "operators": [name for name in OPERATORS if settings.operators.allows(name)],
                "rules": [name for name in RULES if name not in settings.rules_off],
            }
        )
        while (record := slot.expect("mutants", "mutants-done"))["event"] == "mutants":
            found += [Mutant.from_record(fields) for fields in record["mutants"]]
            if "error" in record:
                broken.append(Broken(record["file"], record["line"], record["error"]))
        return found, broken

    def pieces(
        self, launch: Launch, files: Iterable[str], tops: Collection[str]
    ) -> Mapping[str, Pieces]:
        """The pieces of those of the files that can be read and parsed. Importing the packages
        ``tops`` is nothing that another file could feel.
        """
        slot = self._open(launch)
        request = {"op": "pieces", "files": _placed(launch.root, files), "tops": sorted(tops)}
        slot.send(request)
        found = slot.expect("pieces")["pieces"]
        return {
            file: Pieces(
                content=record["content"],
                rest=record["rest"],
                neutral=record["neutral"],
                units=tuple(Unit(*fields) for fields in record["units"]),
            )
            for file, record in found.items()
            if record is not None
        }

    def points(self, launch: Launch, wanted: Mapping[str, Collection[int]]) -> Mapping[str, Record]:
        """The points of test functions, by file, and the manners of each (see
        ``refute_child.sights.points``): of those functions that begin at these lines.
        """
        slot = self._open(launch)
        files = [(f, str(launch.root / f), sorted(lines)) for f, lines in wanted.items()]
        slot.send({"op": "points", "files": files})
        found: dict[str, Record | None] = slot.expect("points")["files"]
        return {file: record for file, record in found.items() if record is not None}

    def _open(self, launch: Launch) -> Slot:
        if self._slot is None:
            self._slot = Slot(replace(launch, seal=Seal(SealKind.NONE)))
            greet(self._slot)
        return self._slot


def _placed(root: Path, files: Iterable[str]) -> list[tuple[str, str]]:
    return [(file, str(root / file)) for file in files]
