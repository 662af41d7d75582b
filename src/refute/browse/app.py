"""The application: a list above, the source and what is known of it side by side below."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from refute.browse import panes
from refute.browse.entries import Entry, Order, View, entries, kinds, shown, summary
from refute.browse.rows import Rows
from refute.judgement import Judgement
from refute.report import plural

GOTO = frozenset({"code", "codium", "cursor", "subl", "zed"})
"""Editors that take ``path:line``; the others take ``+line path``."""

KEYS = """\
j k, arrows       down and up; g and G to the first and the last
PgUp PgDn         by pages
Enter             the texts on the whole screen; there h j k l scroll, Tab changes sides
Esc               back to the list; in the list: no search
/                 search: each word has to be in the line
f                 choose a kind of finding, or mutants by verdict
s                 sort by worth, by file, by kind
o                 open the place in $EDITOR
y                 copy the command that reproduces it
?                 these keys
q                 quit
"""


class Help(ModalScreen[None]):
    """The keys; any of them leads back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss")]

    def compose(self) -> ComposeResult:
        """One box of text."""
        yield Static(Text(KEYS), id="help", classes="box", markup=False)


class Kinds(ModalScreen[str | None]):
    """The kinds to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f", "dismiss"),
        Binding("j", "move(1)"),
        Binding("k", "move(-1)"),
    ]

    def __init__(self, found: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        self._found = [("", 0), *found]

    def compose(self) -> ComposeResult:
        """One list; its first line is the usual view."""
        names = [
            Option(Text(f"{number:>7,}  {kind}" if kind else "         findings and survivors"))
            for kind, number in self._found
        ]
        yield OptionList(*names, id="kinds", classes="box", markup=False)

    def action_move(self, lines: int) -> None:
        """Move by one line."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if lines > 0 else options.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A kind was chosen."""
        self.dismiss(self._found[event.option_index][0])


class Pane(ScrollableContainer):
    """One of the two texts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("l", "scroll_right", show=False),
        Binding("h", "scroll_left", show=False),
    ]

    def show(self, text: Text, title: str) -> None:
        """Show another text under a title, both as they are."""
        self.border_title = Text(title)
        self.query_one(Static).update(text)
        self.scroll_home(animate=False)


class Browse(App[None]):
    """A saved report. ``root`` is the folder that its paths begin at, ``editor`` the command of
    the user's editor; empty: there is none."""

    TITLE = "refute browse"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 1; background: $panel; color: $text; padding: 0 1; }
    #panes { height: 2fr; }
    Pane { width: 1fr; border: round $panel-lighten-2; border-title-color: $text;
           scrollbar-size: 1 1; }
    Pane:focus { border: round $accent; }
    #source Static { width: auto; min-width: 100%; }
    #search { display: none; border: none; height: 1; padding: 0 1; }
    #search.asked { display: block; }
    .near Rows { display: none; }
    Help, Kinds { align: center middle; }
    .box { width: auto; max-width: 90%; height: auto; max-height: 90%; padding: 1 2;
           background: $panel; border: round $accent; }
    #kinds { min-width: 40; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "near", "read"),
        Binding("escape", "leave", "back", show=False),
        Binding("slash", "search", "search", key_display="/"),
        Binding("f", "kinds", "kind"),
        Binding("s", "sort", "sort"),
        Binding("o", "edit", "open"),
        Binding("y", "copy", "copy command"),
        Binding("question_mark", "help", "keys", key_display="?"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, judgement: Judgement, root: Path, editor: str = "") -> None:
        super().__init__()
        self._judgement, self._root, self._editor = judgement, root, editor.strip()
        self._all = entries(judgement)
        self.view = View()
        self.rows = Rows(id="rows")

    def compose(self) -> ComposeResult:
        """A line on the whole, the list, the two texts, the keys."""
        yield Static("", id="head", markup=False)
        yield self.rows
        with Horizontal(id="panes"):
            yield Pane(Static("", markup=False), id="source")
            yield Pane(Static("", markup=False), id="detail")
        yield Input(placeholder="words", id="search")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the list, and begin there."""
        self.rows.focus()
        self._look(self.view)

    def on_resize(self, _event: Resize) -> None:
        """What wraps has to be wrapped anew."""
        self.call_after_refresh(self._texts)

    def _look(self, view: View) -> None:
        self.view = view
        found = shown(self._all, view)
        said = f"{summary(self._judgement)} · {plural(len(found), 'line')}: {view.words}"
        self.query_one("#head", Static).update(Text(said, no_wrap=True, overflow="ellipsis"))
        self.rows.fill(found)

    def on_rows_moved(self, _moved: Rows.Moved) -> None:
        """Another entry, other texts; of keys that are held down, the last counts."""
        self.call_after_refresh(self._texts)

    def _texts(self) -> None:
        entry = self.rows.entry
        left, right = self.query_one("#source", Pane), self.query_one("#detail", Pane)
        if entry is None:
            left.show(Text(""), "")
            right.show(Text("Nothing is like that.", "dim"), "")
            return
        text, above = panes.source(self._judgement, entry)
        left.show(text, entry.place)
        left.scroll_to(y=max(0, above - left.size.height // 3), animate=False, force=True)
        width = max(20, right.size.width - 1)
        right.show(panes.detail(self._judgement, entry, width), f"{entry.kind}  {entry.id}")

    def action_near(self) -> None:
        """The texts on the whole screen."""
        self.screen.add_class("near")
        self.query_one("#detail", Pane).focus()
        self.call_after_refresh(self._texts)

    def action_leave(self) -> None:
        """To the list; from there to the list without a search."""
        if self.screen.has_class("near"):
            self.screen.remove_class("near")
        else:
            search = self.query_one("#search", Input)
            search.remove_class("asked")
            search.value = ""
            self._look(replace(self.view, text=""))
        self.rows.focus()

    def action_search(self) -> None:
        """Ask for words."""
        self.screen.remove_class("near")
        search = self.query_one("#search", Input)
        search.add_class("asked")
        search.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while the words are typed."""
        if event.value != self.view.text:
            self._look(replace(self.view, text=event.value))

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Back to the list, with what was found."""
        self.rows.focus()

    def action_kinds(self) -> None:
        """Choose a kind."""

        def choose(kind: str | None) -> None:
            if kind is not None:
                self._look(replace(self.view, kind=kind))

        self.push_screen(Kinds(kinds(self._all)), choose)

    def action_sort(self) -> None:
        """The next order."""
        orders = list(Order)
        after = orders[(orders.index(self.view.order) + 1) % len(orders)]
        self._look(replace(self.view, order=after))

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help())

    def action_copy(self) -> None:
        """Copy the command that reproduces the entry, where the terminal takes it."""
        entry = self.rows.entry
        if entry is not None:
            self.copy_to_clipboard(entry.command)
            self.notify(entry.command, title="Copied", markup=False)

    def action_edit(self) -> None:
        """Open the place in the user's editor, and come back when that has ended."""
        entry = self.rows.entry
        if not self._editor:
            self.notify("Set $EDITOR to the editor that you like.", severity="warning")
            return
        path = self._file(entry)
        if entry is None or path is None:
            self.notify("There is no such file here.", severity="warning")
            return
        words = shlex.split(self._editor)
        line = entry.line or 1
        goto = Path(words[0]).name in GOTO
        words += [f"{path}:{line}"] if goto else [f"+{line}", str(path)]
        try:
            with self.suspend():
                subprocess.run(words, check=False)
        except SuspendNotSupported:
            # An editor with a window of its own does not mind.
            subprocess.run(words, check=False, stdin=subprocess.DEVNULL)
        except OSError as error:
            self.notify(f"{words[0]}: {error.strerror}", severity="error", markup=False)

    def _file(self, entry: Entry | None) -> Path | None:
        """The file of an entry, if it is one of the project's."""
        if entry is None or not entry.file:
            return None
        root = self._root.resolve()
        path = (root / entry.file).resolve()
        return path if path.is_file() and path.is_relative_to(root) else None
