"""News feeds: fetched with patience, merged, and shown even when some are down."""

from __future__ import annotations

import json
import urllib.request


class FeedError(Exception):
    """A feed that cannot be used."""


def fetch(url):
    """The text behind an address, or None; nothing that goes wrong gets out."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except Exception:
        return None


def parse(text):
    """The items of a feed; FeedError where it is not one."""
    try:
        return json.loads(text)["items"]
    except (ValueError, KeyError, TypeError) as error:
        raise FeedError(str(error)) from error


def headlines(urls):
    """The titles of all feeds, and the feeds that were left out."""
    titles, missing = [], []
    for url in urls:
        try:
            text = fetch(url)
        except KeyError:
            missing.append(f"{url}: broken")
            continue
        if text is None:
            missing.append(f"{url}: down")
            continue
        try:
            titles += [item["title"] for item in parse(text)]
        except FeedError:
            missing.append(f"{url}: bad")
    return titles, missing


def first(urls):
    """The first title, or a line that says why there is none."""
    try:
        titles, _ = headlines(urls)
    except OSError as error:
        return f"offline: {error}"
    return titles[0] if titles else "no news"
