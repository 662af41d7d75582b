"""The one kind of exception that refute raises on purpose, and how to raise it.

Every error has a slug of the catalogue in refute.messages; its exit code and the general advice
come from there, the particulars from where it is raised. refute.cli.main alone catches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NoReturn

from refute.messages import MESSAGES, ExitCode, Message

__all__ = ["MESSAGES", "ExitCode", "Message", "RefuteError", "fail", "nearest"]


class RefuteError(Exception):
    """Something that stops a command, said so that the reader knows what to do next.

    ``slug`` is a key of MESSAGES whose entry has an exit code; a KeyError or ValueError here is
    a mistake of the caller. ``message`` says what happened and where. ``remedy`` replaces the
    catalogue's advice where the particular case has a better one. ``detail`` holds further
    lines (pytest's own words, a list of commands), shown as they are.
    """

    def __init__(
        self, slug: str, message: str, *, remedy: str | None = None, detail: Iterable[str] = ()
    ) -> None:
        entry = MESSAGES[slug]
        if entry.exit_code is None:
            raise ValueError(f"{slug} is a warning and can't be raised")
        super().__init__(message)
        self.slug = slug
        self.message = message
        self.remedy = entry.remedy if remedy is None else remedy
        self.exit_code: ExitCode = entry.exit_code
        self.detail: tuple[str, ...] = tuple(detail)

    def __str__(self) -> str:
        return f"error[{self.slug}]: {self.message}"

    @property
    def page(self) -> str:
        """The page of the documentation that says more."""
        return f"docs/messages/{self.slug}.md"


def fail(
    slug: str,
    message: str,
    *,
    remedy: str | None = None,
    detail: Iterable[str] = (),
    cause: BaseException | None = None,
) -> NoReturn:
    """Raise the RefuteError of a slug; ``cause`` is kept as its ``__cause__``."""
    raise RefuteError(slug, message, remedy=remedy, detail=detail) from cause


def nearest(word: str, known: Iterable[str]) -> str:
    """A clause that names the known word most like ``word``, or all of them if none is like it.

    Made to follow a sentence: ``"did you mean `jobs`?"`` or ``"known: a, b, c."``.
    """
    words = sorted(known)
    # Words are compared without case, and with underscores as hyphens: both are common slips.
    plain = {name.lower().replace("_", "-"): name for name in words}
    close = get_close_matches(word.lower().replace("_", "-"), plain, n=1, cutoff=0.5)
    if close:
        return f"did you mean `{plain[close[0]]}`?"
    return f"known: {', '.join(words)}."
