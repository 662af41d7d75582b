"""The manners of a test file: what it imports, its quotes, its width, its order of arguments."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import Any


def manners(source: str, tree: ast.Module) -> dict[str, Any]:
    """How this file is written, for lines that are added to it.

    ``names`` maps what is imported at the top to the name that it has there (``pytest``,
    ``unittest.mock``, ``unittest.mock.call``); ``expected_first`` is the order of arguments of
    ``assertEqual``; ``width`` the longest line of code, between 79 and 120.
    """
    ends = Counter(re.findall(r"\r\n|\r|\n", source))
    quotes = Counter(re.findall(r"(?<![\w'\"])['\"](?=[^'\"\r\n])", source))
    longest = max((len(line) for line in source.splitlines()), default=0)
    return {
        "newline": ends.most_common(1)[0][0] if ends else "\n",
        "quote": "'" if quotes["'"] > quotes['"'] else '"',
        "width": min(max(longest, 79), 120),
        "names": _imported(tree),
        "expected_first": _expected_first(tree),
    }


def _imported(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import unittest.mock` gives the name `unittest`, and the way from there.
                found.setdefault(alias.name, alias.asname or alias.name)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                found.setdefault(f"{node.module}.{alias.name}", alias.asname or alias.name)
    return found


def _calls(tree: ast.Module, *names: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and len(node.args) >= 2
    ]


def _expected_first(tree: ast.Module) -> bool:
    """Whether ``assertEqual`` is mostly given the literal first here."""
    votes = 0
    for call in _calls(tree, "assertEqual", "assertEquals"):
        first, second = (isinstance(argument, ast.Constant) for argument in call.args[:2])
        votes += int(first) - int(second)
    return votes > 0
