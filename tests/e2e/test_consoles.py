"""The commands that README and docs/ show are run, and print what the pages say."""

from __future__ import annotations

import pytest
from tools import consoles

PAGES = {
    page.relative_to(consoles.ROOT).as_posix(): page
    for page in consoles.pages()
    if any(block.runs for block in consoles.blocks(page.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page_print_what_it_shows(name: str) -> None:
    _, differences = consoles.renewed(PAGES[name].read_text(encoding="utf-8"))
    assert "\n\n".join(differences) == ""


def test_the_tutorial_and_the_readme_are_among_them() -> None:
    assert {"README.md", "docs/tutorial.md", "docs/gates.md", "docs/contracts.md"} <= set(PAGES)
