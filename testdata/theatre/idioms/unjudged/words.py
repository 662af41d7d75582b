"""Words: counted, cut and put back together."""

from __future__ import annotations


def count(text):
    """How often each word comes, in lower case."""
    counts = {}
    for word in text.lower().split():
        word = word.strip(".,;!?")
        if not word:
            continue
        counts[word] = counts.get(word, 0) + 1
    return counts


def shorten(text, width):
    """At most `width` characters, cut at a word."""
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, width)
    if cut < 1:
        cut = width - 1
    return text[:cut] + "…"
