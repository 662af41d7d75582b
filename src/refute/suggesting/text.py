"""What a session found, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from refute.report import crop, plural, printable, prose
from refute.suggesting.document import line_of
from refute.suggesting.session import Suggestions
from refute.suggestions.values import Suggestion

_SHOWN = 4


def render(found: Suggestions, console: Console) -> None:
    """All of it: the suggestions as diffs, what each is told, and why there are no others."""
    for number, one in enumerate(found.found, 1):
        show(found, one, number, console)
    if found.nothing:
        console.print(Text("No suggestion", style="bold"))
        for nothing in found.nothing:
            target = found.targets[nothing.fault]
            head = f"  {nothing.fault}  {target.where}: {target.what}"
            console.print(Text(crop(printable(head), console.width)))
            prose(console, printable(nothing.reason), 6, "dim")
        console.print()
    told, asked = len(found.told & {one.id for one in found.asked}), len(found.asked)
    also = len(found.told) - told
    more = f", and of {plural(also, 'other survivor')}" if also else ""
    if found.refused:
        more += f"; {len(found.refused):,} more would crash at a double with a spec"
    changes = plural(len(found.found), "change")
    console.print(
        Text(f"{changes} proven: told of {told} of {plural(asked, 'fault')}{more}.", style="bold")
    )
    if found.found:
        prose(
            console,
            "Nothing was written. To take all: refute suggest --patch | git apply; "
            "one by one: --interactive.",
        )


def show(found: Suggestions, one: Suggestion, number: int, console: Console) -> None:
    """One suggestion."""
    point = one.candidate.point
    place = f"{point.file}:{line_of(found, one)}  {point.function}"
    console.print(Text(f"{number}. {printable(place)}", style="bold"))
    for line in found.patch([one]).decode("utf-8", "replace").splitlines()[2:]:
        style = {"+": "green", "-": "red", "@": "dim"}.get(line[:1], "")
        console.print(Text(f"   {printable(line)}", style=style), soft_wrap=True)
    way = "a double refuses the call under" if one.refused else "told of"
    for fault in one.noticed[:_SHOWN]:
        target = found.targets[fault]
        head = f"   {way} {fault}  "
        words = crop(printable(f"{target.where}: {target.what}"), console.width - len(head))
        console.print(Text(head + words))
    if len(one.noticed) > _SHOWN:
        console.print(f"   and {len(one.noticed) - _SHOWN} more")
    console.print(Text(f"   passes unchanged code {one.passes} times of {one.passes}", style="dim"))
    console.print()
