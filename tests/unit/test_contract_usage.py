"""How many words a command takes, read out of its line of usage."""

from __future__ import annotations

import pytest

from refute.contracts.grammar import Arity
from refute.contracts.usage import arity, widest


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("NAME", 1, 1),
        ("SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", 2, 2),
        ("[OPTIONS] CONTAINER [CONTAINER...]", 1, None),
        ("[OPTIONS] IMAGE [COMMAND] [ARG...]", 1, None),
        ("CONTAINER [PRIVATE_PORT[/PROTO]]", 1, 2),
        ("NAME|ID [NAME|ID...]", 1, None),
        ("[OPTIONS] [REGISTRYHOST/]NAME", 1, 1),
        ("SRC_PATH|- CONTAINER:DEST_PATH", 2, 2),
        ("RELEASE_NAME [...]", 1, None),
        ("[RELEASE] [CHART]", 0, 2),
        ("[<options>] <source>... <destination>", 2, None),
        ("[-t <branch>] [-m <master>] [-f] [--tags | --no-tags] <name> <url>", 2, 2),
        ("[-q | --quiet] [--] [<pathspec>...]", 0, None),
        ("[(-m | --message) <message>] [-q]", 0, 0),
        ("[<repository> [<refspec>...]]", 0, None),
        ("NAME --image=image [--dry-run=server|client]", 1, 1),
        ("[--sql] [--tag TAG] revision", 1, 1),
        ("[FILES]...", 0, None),
        ("POD [flags] -- COMMAND [args...]", 1, None),
    ],
)
def test_usage_that_is_clear(text: str, least: int, most: int | None) -> None:
    assert arity(text) == Arity(least, most)


@pytest.mark.parametrize(
    "text",
    [
        "(-f FILENAME | TYPE NAME)",
        "PATH | URL | -",
        "[-f FILENAME | TYPE]",
        "TYPE/NAME [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
        "-l [<pattern>...]",
        "[NAME",
    ],
)
def test_usage_that_can_be_read_in_two_ways_tells_nothing(text: str) -> None:
    assert arity(text) is None


def test_forms_of_one_command_are_taken_together() -> None:
    assert widest([Arity(1, 2), Arity(0, 1)]) == Arity(0, 2)
    assert widest([Arity(1, 2), Arity(3, None)]) == Arity(1, None)
    assert widest([Arity(1, 2), None]) is None
    assert widest([]) is None
