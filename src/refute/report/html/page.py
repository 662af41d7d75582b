"""The file itself: a template, its style and script, its data, and the rules it is shown under."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import Any

from refute.report import printable
from refute.report.html.document import document, sources
from refute.report.html.material import Material

STYLES = ("tokens", "layout", "parts", "views", "print")
SCRIPTS = (
    "base",
    "data",
    "address",
    "source",
    "roll",
    "list",
    "parts",
    "suggested",
    "fault",
    "double",
    "details",
    "treemap",
    "charts",
    "overview",
    "code",
    "file",
    "faults",
    "theatre",
    "doubles",
    "map",
    "reality",
    "findings",
    "run",
    "main",
)
"""Assets in their order; all scripts share one scope."""


def render(material: Material) -> bytes:
    """The whole page in UTF-8."""
    style = "\n".join(_asset(f"{name}.css") for name in STYLES)
    script = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    script = f"(() => {{\n'use strict';\n{script}\n}})();"
    name = html.escape(printable(material.judgement.project.name))
    text = _asset("page.html")
    for mark, value in (
        ("policy", policy(style, script)),
        ("title", name),
        ("style", style),
        ("script", script),
        # Data last: nothing in it is taken for a mark.
        ("data", embed(document(material))),
        ("sources", embed(sources(material.judgement))),
    ):
        before, _, after = text.partition(f"<!--{mark}-->")
        text = before + value + after
    return text.encode()


def policy(style: str, script: str) -> str:
    """The content security policy: this style, this script, and nothing from anywhere.

    Trusted types make the browser refuse to turn any text into markup.
    """
    rules = (
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return "; ".join(rules)


def embed(value: Any) -> str:
    """JSON that can stand inside of an element: nothing in it ends the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # A lone surrogate (from a file name that isn't UTF-8) fits into no address: it is spelled out.
    return re.sub("[\ud800-\udfff]", lambda lone: f"\\\\u{ord(lone[0]):04x}", text)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (files("refute.report.html") / "assets" / name).read_text(encoding="utf-8")
