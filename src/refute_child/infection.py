"""Which mutants would have made a difference in which test, seen in one run of the suite."""

from __future__ import annotations

from collections.abc import Sequence

from .observe.lines import Marks
from .probes import probe_unit
from .swap import LiveFunctions, Unswappable
from .trial import Texts
from .units import UnknownUnit
from .wire import Record


def plant_probes(
    mutants: Sequence[Record], texts: Texts, live: LiveFunctions, marks: Marks
) -> list[int]:
    """Swap probed code into all live functions that have mutants; in a fork, for good.

    Returns the positions of the mutants that are probed. Of the others nothing is learnt:
    wherever their lines run they may make a difference.
    """
    seen = marks.bytes

    def note(position: int) -> None:
        seen[position] = 1

    units: dict[tuple[str, str, int], list[int]] = {}
    for position, mutant in enumerate(mutants):
        if mutant["unit"] is not None:
            key = (mutant["path"], mutant["unit"], mutant["unit_line"])
            units.setdefault(key, []).append(position)
    probed: list[int] = []
    for (path, unit, line), positions in units.items():
        own = [mutants[position] for position in positions]

        def own_note(index: int, positions: list[int] = positions) -> None:
            note(positions[index])

        try:
            module = texts.module(path)
            memory = bytearray(len(own))
            code, found = probe_unit(module, unit, line, own, own_note, memory)
            marks.memories.append(memory)
            if found and live.swap(module.original(unit, line), code):
                probed += [positions[index] for index in found]
        except (UnknownUnit, Unswappable, SyntaxError, OSError, RecursionError):
            # Not probed: these mutants count as different wherever they run.
            continue
    return sorted(probed)
