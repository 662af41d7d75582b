"""Write a report as a comment on a pull request of GitHub, or into the one that is there.

    python comment.py NUMBER FILE

Reads GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL. The standard library alone. Where the
token may not write (a pull request from a fork), that is said, and the job goes on.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

MARK = "<!-- refute report -->"
"""The first line of our comments."""

PAGE = 100
SECONDS = 30


def call(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    """Ask GitHub's API, below the repository, and give back what it says."""
    base = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    request = Request(
        f"{base}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "User-Agent": "refute",
        },
    )
    with urlopen(request, timeout=SECONDS) as answer:
        return json.loads(answer.read())


def comments(number: int) -> Iterator[dict[str, Any]]:
    """All comments of a pull request, the oldest first."""
    page = 1
    while True:
        found = call("GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def ours(comment: dict[str, Any]) -> bool:
    """Whether a comment is one of ours; anybody may write the mark, and bots alone are changed."""
    return bool(comment["user"]["type"] == "Bot") and str(comment["body"]).startswith(MARK)


def main(arguments: list[str]) -> int:
    """Write the comment; see the module's own words."""
    number, body = int(arguments[0]), Path(arguments[1]).read_text(encoding="utf-8")
    try:
        old = next(filter(ours, comments(number)), None)
        if old is None:
            call("POST", f"issues/{number}/comments", {"body": body})
        else:
            call("PATCH", f"issues/comments/{old['id']}", {"body": body})
    except HTTPError as error:
        print(f"::warning title=refute::The comment could not be written: {error.code}.")
        return 0 if error.code in (403, 404) else 1
    except URLError as error:
        print(f"The comment could not be written: {error.reason}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
