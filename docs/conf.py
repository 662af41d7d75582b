"""How Sphinx makes the documentation site of these pages: `make site`, or CONTRIBUTING.md.

The pages are plain Markdown that reads well in a repository, too. So the navigation stands here
and not in the pages: it is added to those that lead a part while they are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAVIGATION = {
    "Begin": ["tutorial", "reading", "how-it-works", "faq", "comparison"],
    "Use it": ["fitting", "gates", "init", "ci", "pytest"],
    "What is measured": [
        "measures/README",
        "measures/mutation",
        "measures/defects",
        "measures/stability",
        "measures/speed",
        "measures/clarity",
        "measures/chaos",
    ],
    "Read the results": ["findings", "reports", "page", "browse", "suggest", "mcp"],
    "Replace a double": ["contracts", "real", "services"],
    "Look up": [
        "commands/README",
        "configuration",
        "operators/README",
        "messages/README",
        "exit-codes",
        "report",
    ],
}
"""Captions of the navigation, and the pages below each. A page may stand here once."""

FOLDERS = ("commands", "operators", "messages")
"""Folders whose pages stand below their README."""

project = "refute"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["tutorial/*"]
nitpicky = True

# Anchors as repositories make them of headings: links hold in both.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "refute"
html_static_path = ["assets"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# Excerpts are fetched page by page, which browsers forbid to files on disk.
html_show_search_summary = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def navigate(_app: Sphinx, page: str, text: list[str]) -> None:
    """Add the pages that stand below this one."""
    below: list[str] = []
    if page == root_doc:
        for caption, pages in NAVIGATION.items():
            below.append(_tree([f":caption: {caption}", *pages]))
    folder, _, name = page.partition("/")
    if name == "README" and folder in FOLDERS:
        below.append(_tree([":glob:", "*"]))
    text[0] += "".join(below)


def _tree(lines: list[str]) -> str:
    return "\n".join(["\n\n```{toctree}", ":hidden:", *lines, "```\n"])


def setup(app: Sphinx) -> None:
    """Hook the navigation in."""
    app.connect("source-read", navigate)
