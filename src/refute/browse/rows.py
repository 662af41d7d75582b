"""The list: draws those lines alone that are on the screen, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from refute.browse.entries import Entry
from refute.report import crop_path

KIND, PLACE = 18, 34
"""Columns of a kind and of a place; the rest is the title's."""


class Rows(ScrollView, can_focus=True):
    """Lines of entries with a cursor that the keys move."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--kind", "rows--place"}
    DEFAULT_CSS = """
    Rows { height: 1fr; min-height: 4; overflow-x: hidden; scrollbar-size-vertical: 1; }
    Rows > .rows--cursor { background: $accent; color: $text; text-style: bold; }
    Rows > .rows--kind { color: $text-warning; }
    Rows > .rows--place { color: $text-primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
        Binding("g,home", "move(-1000000000)", "first", show=False),
        Binding("G,end", "move(1000000000)", "last", show=False),
    ]

    cursor: reactive[int] = reactive(0)

    class Moved(Message):
        """The cursor stands on another entry, or on none."""

        def __init__(self, entry: Entry | None) -> None:
            self.entry = entry
            super().__init__()

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.drawn = 0
        """Lines that were made so far: a test holds that they are no more than were seen."""
        self._entries: Sequence[Entry] = ()

    @property
    def entry(self) -> Entry | None:
        """What the cursor stands on; None in an empty list."""
        return self._entries[self.cursor] if self._entries else None

    def fill(self, entries: Sequence[Entry]) -> None:
        """Show other entries. The cursor stays on the one it was on, if that is still there."""
        before = self.entry
        self._entries = entries
        places = (n for n, one in enumerate(entries) if before is not None and one.id == before.id)
        self.virtual_size = Size(self.size.width, len(entries))
        self.set_reactive(Rows.cursor, next(places, 0))
        self._follow()

    def watch_cursor(self) -> None:
        """Keep the cursor in sight."""
        self._follow()

    def action_move(self, lines: int) -> None:
        """Move the cursor by so many lines, as far as there are any."""
        self.cursor = max(0, min(self.cursor + lines, len(self._entries) - 1))

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many lines as are on the screen."""
        self.action_move(pages * max(1, self.size.height - 1))

    def _follow(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self.entry))

    def render_line(self, y: int) -> Strip:
        """One line of what is on the screen."""
        number, width = y + self.scroll_offset.y, self.size.width
        if number >= len(self._entries):
            return Strip.blank(width, self.rich_style)
        self.drawn += 1
        entry = self._entries[number]
        room = max(10, min(PLACE, width // 3))
        texts = (f"{entry.kind:<{KIND}} ", f"{crop_path(entry.place, room):<{room}}  ", entry.title)
        if number == self.cursor:
            style = self.get_component_rich_style("rows--cursor")
            return Strip([Segment(set_cell_size("".join(texts), width), style)], width)
        names = ("rows--kind", "rows--place")
        styles = [*(self.get_component_rich_style(name) for name in names), self.rich_style]
        parts = [Segment(text, style) for text, style in zip(texts, styles, strict=True)]
        return Strip(parts).adjust_cell_length(width, self.rich_style).crop(0, width)
