"""The score as a badge: an SVG that needs no font and no network, and what shields.io reads."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from refute.judgement import Judgement, percent, percentage
from refute.report import FAIR, GOOD
from refute.report.headline import about
from refute.report.subject import Subject, as_json

LABEL = "mutation score"

COLOURS = {"green": "#1a7f37", "yellow": "#8a6100", "red": "#c2222c", "grey": "#57606a"}
"""Each has a contrast of 4.5 to 1 or more with white text."""

SHIELDS = {"green": "brightgreen", "yellow": "yellow", "red": "red", "grey": "lightgrey"}
"""The names that shields.io has for them."""

HEIGHT, PAD, CHARACTER = 20, 7, 6.2
"""Pixels; a character's width is about that of a sans serif font of 11 pixels."""


def render(subject: Subject) -> str:
    """The badge as SVG."""
    said, colour = _value(subject.judgement)
    label, value = _width(LABEL), _width(said)
    whole = label + value
    title = f"{LABEL}: {said}"
    size = f'width="{whole}" height="{HEIGHT}"'
    font = 'font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {whole} {HEIGHT}"'
    return "\n".join(
        [
            f'{head} role="img" aria-label={quoteattr(title)}>',
            f"<title>{escape(title)}</title>",
            f'<clipPath id="r"><rect {size} rx="3"/></clipPath>',
            '<g clip-path="url(#r)">',
            f'<rect width="{label}" height="{HEIGHT}" fill="#3f4448"/>',
            f'<rect x="{label}" width="{value}" height="{HEIGHT}" fill="{COLOURS[colour]}"/>',
            "</g>",
            f'<g fill="#fff" {font} text-anchor="middle" aria-hidden="true">',
            _text(LABEL, label / 2, label),
            _text(said, label + value / 2, value),
            "</g>",
            "</svg>\n",
        ]
    )


def render_json(subject: Subject) -> str:
    """The badge as shields.io reads it from an address (its "endpoint" badge)."""
    said, colour = _value(subject.judgement)
    return as_json({"schemaVersion": 1, "label": LABEL, "message": said, "color": SHIELDS[colour]})


def _value(judgement: Judgement) -> tuple[str, str]:
    """What it says, and in which colour: that of the score as it is, never rounded up."""
    counts, foretold = judgement.counts, about(judgement)
    if counts.pending:
        if foretold is None:
            return "not finished", "grey"
        return f"about {percentage(foretold)}", _colour(foretold)
    if not counts.scored:
        return "not judged", "grey"
    said = percent(counts.detected, counts.scored)
    # A part is not the score of the project.
    said += " of a part" if judgement.selection.part else ""
    return said, _colour(counts.detected / counts.scored)


def _colour(share: float) -> str:
    if share >= GOOD:
        return "green"
    return "yellow" if share >= FAIR else "red"


def _width(text: str) -> int:
    return round(len(text) * CHARACTER) + 2 * PAD


def _text(text: str, middle: float, width: int) -> str:
    # With a given length it fits whatever font is there.
    return f'<text x="{middle:g}" y="14" textLength="{width - 2 * PAD}">{escape(text)}</text>'
