"""`refute browse`: what it lists, in which order; then the real application, run headless."""

from __future__ import annotations

import asyncio
import html
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.pages import EVIL, hostile, large, small

from refute.browse.entries import Entry, Order, View, entries, kinds, shown
from refute.browse.panes import detail, source
from refute.cli.app import app as command_line
from refute.judgement import FOLDER, Judgement, Slug, Verdict, save

SIZE = (120, 40)


def of_kind(judgement: Judgement, kind: str) -> tuple[Entry, ...]:
    return shown(entries(judgement), View(kind=kind))


def test_every_finding_and_every_mutant_is_there_and_survivors_once() -> None:
    judgement = small()
    ids = [entry.id for entry in entries(judgement)]
    findings = [one.id for one in judgement.findings if one.slug is not Slug.SURVIVOR]
    assert sorted(ids) == sorted([*findings, *(item.mutant.id for item in judgement.judged)])


def test_at_first_findings_and_survivors_are_shown() -> None:
    found = entries(small())
    mutants = {one.kind for one in shown(found, View()) if one.id.startswith("m-")}
    assert mutants == {Verdict.SURVIVED.value}
    assert {one.id for one in found if one.id.startswith("f-")} <= {
        one.id for one in shown(found, View())
    }


def test_a_kind_shows_that_kind_alone_and_the_numbers_are_right() -> None:
    found = entries(small())
    for kind, number in kinds(found):
        chosen = shown(found, View(kind=kind))
        assert len(chosen) == number
        assert {one.kind for one in chosen} == {kind}


def test_each_word_of_a_search_has_to_be_there() -> None:
    found = entries(small())
    some = shown(found, View(text="MONEY survived"))
    assert some
    assert all("money" in one.words and "survived" in one.words for one in some)
    assert shown(found, View(text="money nowhere-at-all")) == ()


def test_orders() -> None:
    found = entries(small())
    places = [(one.file, one.line or 0) for one in shown(found, View(order=Order.FILE))]
    assert places == sorted(places)
    names = [one.kind for one in shown(found, View(order=Order.KIND))]
    assert names == sorted(names)


def test_the_same_report_gives_the_same_texts() -> None:
    first, second = small(), small()
    assert entries(first) == entries(second)
    for entry in entries(first):
        assert detail(first, entry, 60) == detail(second, entry, 60)
        assert source(first, entry) == source(second, entry)


def test_nothing_of_a_hostile_project_moves_the_cursor() -> None:
    judgement = hostile()
    for entry in entries(judgement):
        texts = [entry.kind, entry.place, entry.title, entry.command]
        texts += detail(judgement, entry, 60).plain.split("\n")
        texts += source(judgement, entry)[0].plain.split("\n")
        assert all(text.isprintable() for text in texts), entry.id


# The application itself.

Then = Callable[[Any, Any], Any]


def lines(app: Any) -> list[str]:
    """What is on the screen, line by line, out of its own picture."""
    picture = app.export_screenshot(simplify=True)
    rows: dict[int, str] = {}
    for row, text in re.findall(r"<text[^>]*clip-path=\"[^\"]*line-(\d+)\)\">([^<]*)", picture):
        rows[int(row)] = rows.get(int(row), "") + html.unescape(text).replace("\xa0", " ")
    return [rows[row].rstrip("\n") for row in sorted(rows)]


def browse(
    judgement: Judgement,
    *keys: str,
    root: Path = Path(),
    editor: str = "",
    size: tuple[int, int] = SIZE,
) -> tuple[Any, list[str]]:
    """The application after these keys, and what it shows then."""
    pytest.importorskip("textual", reason="the extra `browse` is not installed")
    from refute.browse.app import Browse

    app = Browse(judgement, root, editor)

    async def run() -> list[str]:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
            # What a key makes is mounted first, and drawn then.
            await pilot.pause()
            await pilot.pause(0.1)
            return lines(app)

    return app, asyncio.run(run())


def on_screen(shown: list[str], text: str) -> bool:
    return any(text in line for line in shown)


def test_first_screen_has_the_list_the_source_and_the_change() -> None:
    judgement = small()
    _, screen = browse(judgement, "f", "end", "enter")
    kind, number = kinds(entries(judgement))[-1]
    assert f"{number} line" in screen[0]
    assert f"{kind}, by worth" in screen[0]
    first = of_kind(judgement, kind)[0]
    assert first.kind in screen[1]
    assert on_screen(screen, first.id)
    assert on_screen(screen, first.place)


@pytest.mark.parametrize(
    ("keys", "place"), [(("j",), 1), (("down", "j", "k"), 1), (("G",), -1), (("G", "g"), 0)]
)
def test_keys_move_the_cursor(keys: tuple[str, ...], place: int) -> None:
    judgement = small()
    _, screen = browse(judgement, *keys)
    wanted = shown(entries(judgement), View())[place]
    assert on_screen(screen, f" {wanted.kind}  {wanted.id} ")


def test_search_narrows_the_list_and_escape_widens_it() -> None:
    judgement = small()
    found = entries(judgement)
    few, all_ = shown(found, View(text="refund")), shown(found, View())
    assert 0 < len(few) < len(all_)
    app, screen = browse(judgement, "slash", *"refund", "enter")
    assert f"{len(few)} line" in screen[0]
    assert app.view == View(text="refund")
    _, screen = browse(judgement, "slash", *"refund", "enter", "escape")
    assert f"{len(all_)} lines" in screen[0]


def test_a_search_without_result_says_so() -> None:
    _, screen = browse(small(), "slash", *"xyzzy", "enter", "o", "y")
    assert "0 lines" in screen[0]
    assert on_screen(screen, "Nothing is like that.")


def test_sorting_changes_the_order_and_keeps_the_cursor() -> None:
    judgement = small()
    second = shown(entries(judgement), View())[1]
    app, screen = browse(judgement, "j", "s")
    assert app.view.order is Order.FILE
    assert "by file" in screen[0]
    assert on_screen(screen, f" {second.kind}  {second.id} ")


def test_enter_gives_the_texts_the_whole_screen_and_escape_the_list_again() -> None:
    judgement = small()
    _, near = browse(judgement, "enter")
    _, back = browse(judgement, "enter", "escape")
    assert len([line for line in near if line.startswith("survived ")]) == 0
    assert len([line for line in back if line.startswith("survived ")]) > 0


def test_help_lists_every_key_and_closes() -> None:
    _, screen = browse(small(), "question_mark")
    assert on_screen(screen, "copy the command that reproduces it")
    _, screen = browse(small(), "question_mark", "escape")
    assert not on_screen(screen, "copy the command that reproduces it")


def test_the_command_is_copied() -> None:
    judgement = small()
    wanted = shown(entries(judgement), View())[1]
    app, screen = browse(judgement, "j", "y")
    assert app.clipboard == wanted.command
    assert on_screen(screen, "Copied")


def test_the_editor_is_opened_at_the_line(tmp_path: Path) -> None:
    judgement = small()
    entry = next(one for one in of_kind(judgement, Verdict.SURVIVED.value) if one.line != 1)
    (tmp_path / entry.file).parent.mkdir(parents=True)
    (tmp_path / entry.file).write_text("pass\n")
    note = tmp_path / "note"
    editor = tmp_path / "editor"
    editor.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(note)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
    )
    editor.chmod(0o755)
    keys = ("slash", *entry.id, "enter", "o")
    browse(judgement, *keys, root=tmp_path, editor=str(editor))
    assert note.read_text() == f"+{entry.line} {(tmp_path / entry.file).resolve()}"


def test_without_an_editor_or_a_file_it_says_so(tmp_path: Path) -> None:
    _, screen = browse(small(), "o", root=tmp_path)
    assert on_screen(screen, "Set $EDITOR")
    _, screen = browse(small(), "o", root=tmp_path, editor="/bin/true")
    assert on_screen(screen, "There is no such file here.")


def test_a_path_that_leads_out_of_the_project_is_not_opened(tmp_path: Path) -> None:
    judgement = small()
    entry = of_kind(judgement, Verdict.SURVIVED.value)[0]
    (tmp_path / "outside.py").write_text("pass\n")
    (tmp_path / "inside" / entry.file).parent.mkdir(parents=True)
    (tmp_path / "inside" / entry.file).symlink_to(tmp_path / "outside.py")
    keys = ("slash", *entry.id, "enter", "o")
    _, screen = browse(judgement, *keys, root=tmp_path / "inside", editor="/bin/true")
    assert on_screen(screen, "There is no such file here.")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
def test_hostile_texts_stay_texts(size: tuple[int, int]) -> None:
    count = len(shown(entries(hostile()), View()))
    for keys in (["j"] * min(count, 6), ["enter"], ["f"], ["y"]):
        _, screen = browse(hostile(), *keys, size=size)
        assert all(line.isprintable() for line in screen)
        assert not on_screen(screen, "Traceback")
    assert any("<" in text for text in EVIL)


def test_of_twenty_thousand_mutants_those_on_the_screen_are_drawn() -> None:
    judgement = large()
    app, screen = browse(judgement, "f", "end", "enter", "G", "g", "pagedown")
    assert "by worth" in screen[0]
    assert len(shown(entries(judgement), app.view)) > 900
    assert 0 < app.rows.drawn < 20 * SIZE[1]


def test_without_a_terminal_the_command_says_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("textual", reason="the extra `browse` is not installed")
    save(small(), tmp_path)
    done = CliRunner().invoke(command_line, ["browse", str(tmp_path)], standalone_mode=False)
    assert (tmp_path / FOLDER).exists()
    assert "refute report" in str(done.exception)
