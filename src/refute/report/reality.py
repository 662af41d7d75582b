"""Where tests meet the real world, and where they say so and don't: leaks, claims, the map of
boundaries, the pyramid.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from refute.judgement import AIM, Boundary, Claim, Leak, Theatre, base, percent
from refute.report import bar, crop_path, heading, line, plural, printable, rest
from refute.report.words import crop_name, some, spot

LEAKS = 4
CLAIMS = 3
BOUNDARIES = 6
"""How many of each kind are shown; the rest is counted."""

LEAST = 30
"""Columns that a name may have in any case."""
BAR = 20
"""Columns of a whole bar."""


def real_world(theatre: Theatre, names: Sequence[str], console: Console) -> None:
    """Print what tests really cross; ``names`` are the tests' names, fit to be printed."""
    _leaks(theatre.leaks, names, console)
    _claims(theatre.claims, names, console)
    _boundaries(theatre.boundaries, console)
    _pyramid(theatre, console)


def _leaks(leaks: Sequence[Leak], names: Sequence[str], console: Console) -> None:
    groups: dict[tuple[str, int, str], list[Leak]] = {}
    for leak in leaks:
        groups.setdefault((leak.file, leak.line, leak.words), []).append(leak)
    if not groups:
        return
    heading(console, "Leaks: tests that look isolated, and reach the real world")
    for (file, number, words), found in list(groups.items())[:LEAKS]:
        where = spot(file, number)
        remote = "  likely beyond this machine" if any(one.remote for one in found) else ""
        what = crop_name(printable(words), max(LEAST, console.width - 4 - len(where) - len(remote)))
        line(console, "  ", (where, "cyan"), f"  {what}", (remote, "red"))
        tests = list(dict.fromkeys(names[one.test] for one in found))
        others = f" and {plural(len(tests) - 1, 'more test')}" if len(tests) > 1 else ""
        room = max(LEAST, console.width - 4 - len(others))
        line(console, (f"    {crop_path(tests[0], room)}{others}", "dim"))
    rest(console, len(groups) - LEAKS, "leak")


def _claims(claims: Sequence[Claim], names: Sequence[str], console: Console) -> None:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(base(names[claim.test]), []).append(claim)
    empty = {name: all(one.empty for one in found) for name, found in groups.items()}
    if not any(empty.values()):
        return
    heading(console, "Claims without substance: nothing real is crossed")
    shown = [name for name, nothing in empty.items() if nothing]
    for name in shown[:CLAIMS]:
        said = "says " + some(groups[name][0].claims, 3)
        room = max(LEAST, console.width - 4 - len(said))
        line(console, f"  {crop_path(name, room)}", (f"  {said}", "dim"))
    rest(console, len(shown) - CLAIMS, "test")


def _boundaries(boundaries: Sequence[Boundary], console: Console) -> None:
    if not boundaries:
        return
    heading(console, "Where your code leaves its process, and how many tests go there")
    line(console, ("  really  doubled  neither", "dim"))

    def reached(one: Boundary) -> int:
        return -len(one.really) - len(one.doubled)

    for one in sorted(boundaries, key=reached)[:BOUNDARIES]:
        where = spot(one.file, one.line)
        what = crop_name(some(one.what, 1), max(LEAST, console.width - 31 - len(where)))
        line(
            console,
            f"  {len(one.really) or '-':>6}  {len(one.doubled) or '-':>7}  {one.neither or '-':>7}",
            "  ",
            (where, "cyan"),
            f"  {what}" if what else "",
        )
    rest(console, len(boundaries) - BOUNDARIES, "such line")


def _pyramid(theatre: Theatre, console: Console) -> None:
    """The sizes of the tests as bars, the top of the pyramid first."""
    pyramid = theatre.pyramid
    if not pyramid.total:
        return
    heading(console, "The pyramid, by what tests really cross; in brackets what many aim for")
    levels = (
        ("end to end", pyramid.end_to_end, AIM[2]),
        ("integration", pyramid.integration, AIM[1]),
        ("unit", pyramid.unit, AIM[0]),
    )
    for name, number, aim in levels:
        (full, _), (empty, _) = bar(number / pyramid.total, BAR, console)
        share = f"{percent(number, pyramid.total):>6}  ({aim}%)"
        line(
            console, f"  {name:<11}  {full}", (empty, "dim"), f"  {share}  ", (f"{number:,}", "dim")
        )
