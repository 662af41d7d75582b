"""What tools/consoles.py reads in a page, what it takes for the same; every block has a mark."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from tools import consoles

from refute.cli.app import app

PAGES = {page.relative_to(consoles.ROOT).as_posix(): page for page in consoles.pages()}

PAGE = """# Page

<!-- run: testdata/calc -->
```console
$ echo one
one
$ echo two; echo three
two
...
```

```console
$ echo unmarked
```

<!-- not run: takes an hour -->
````console
$ refute run
````

<!-- run: testdata/calc -->
```diff
- a
```
"""


def test_blocks_have_the_comment_before_them() -> None:
    found = [(one.language, one.kind, one.subject, one.runs) for one in consoles.blocks(PAGE)]
    assert found == [
        ("console", "run", "testdata/calc", True),
        ("console", "", "", False),
        ("console", "not run", "takes an hour", False),
        ("diff", "run", "testdata/calc", True),
    ]


def test_unmarked_blocks_are_named_by_line() -> None:
    assert consoles.unmarked(PAGE) == [12]


def test_commands_come_with_what_is_shown_below_them() -> None:
    assert list(consoles.commands(consoles.blocks(PAGE)[0])) == [
        ("echo one", ["one"]),
        ("echo two; echo three", ["two", "..."]),
    ]


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["took 0.1 s"], ["took   12.5 s"]),
        (["5 passed in 0.02s"], ["5 passed in 1.20s"]),
        (["Python 3.11.7, pytest 9.2.0"], ["Python 3.14.0rc1, pytest 8.4"]),
        (["   8 told", "  19 crashed"], ["  10 told", "  17 crashed"]),
        (["a", "...", "d"], ["a", "b", "c", "d"]),
        (["a", "..."], ["a"]),
    ],
)
def test_times_versions_kinds_and_left_out_lines_may_differ(
    shown: list[str], printed: list[str]
) -> None:
    assert consoles.matches(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["45 survived"], ["44 survived"]),
        (["37.5%"], ["37.6%"]),
        (["a", "c"], ["a", "b", "c"]),
        (["a", "...", "d"], ["a", "b"]),
        (["m-39a691b0"], ["m-39a691b1"]),
    ],
)
def test_nothing_else_may_differ(shown: list[str], printed: list[str]) -> None:
    assert not consoles.matches(shown, printed)


def test_commands_are_run_and_outputs_renewed() -> None:
    page = PAGE.replace("one\n$ echo two", "won\n$ echo two").partition("<!-- not run")[0]
    new, differences = consoles.renewed(page)
    assert new == page.replace("won\n", "one\n")
    assert differences == ["$ echo one\n--- shown\n+++ printed\n@@ -1 +1 @@\n-won\n+one"]


def test_a_block_that_leaves_lines_out_is_not_written_anew() -> None:
    page = PAGE.replace("two\n...", "deux\n...").partition("<!-- not run")[0]
    new, differences = consoles.renewed(page)
    assert new == page
    assert len(differences) == 1


@pytest.mark.parametrize("name", PAGES)
def test_every_console_block_is_run_or_says_why_not(name: str) -> None:
    assert consoles.unmarked(PAGES[name].read_text(encoding="utf-8")) == []


def lines(page: Path) -> list[str]:
    """The lines of a page that show a command of ours, without what explains it."""
    found = []
    for line in page.read_text(encoding="utf-8").splitlines():
        text = line.strip().removeprefix("$ ")
        indented = line.startswith(("    refute ", "$ refute "))
        if indented and not any(mark in text for mark in ("[OPTIONS]", "COMMAND")):
            found.append(text.partition("   ")[0].partition(" |")[0].partition(" >")[0])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_command_shown_is_one_that_the_command_line_takes(name: str) -> None:
    for line in lines(PAGES[name]):
        words = shlex.split(line)[1:]
        # Explanations follow after two spaces, or after one where a command is long.
        words = words[: next((n for n, word in enumerate(words) if word == "with"), len(words))]
        command: click.Command = app
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            if "/" in words[0] and "PATH" in command.subcommand_metavar:
                break
            assert words[0] in command.commands, line
            command, words = command.commands[words[0]], words[1:]
        for word in words:
            option = word.partition("=")[0]
            if word == "--":
                break
            known = {name for one in command.params for name in [*one.opts, *one.secondary_opts]}
            assert not option.startswith("--") or option in known | {"--help"}, line
