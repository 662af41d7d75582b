"""What the unchanged code sends and returns tells what must not be told under a mutant either.

A mutant may hand a password over under a harmless name, or spoil the word before it by which a
token is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .kept import Node
from .masks import secrets_in
from .received import Event
from .shown import Secrets


def learn_from(events: Iterable[Event], secrets: Secrets) -> None:
    """Remember all secrets in what left project code."""
    for event in events:
        for step, part in zip(event.sent.steps, event.sent.parts, strict=True):
            for text in _texts(part):
                if step in event.secret:
                    secrets.learn(text)
                for secret in secrets_in(text):
                    secrets.learn(secret)


def _texts(kept: object) -> Iterator[str]:
    """The texts in a kept value."""
    if isinstance(kept, Node):
        if kept.raw is not None:
            yield from _texts(kept.raw)
        else:
            for part in kept.parts:
                yield from _texts(part)
    elif type(kept) is str:
        yield kept
    elif type(kept) is bytes:
        yield kept.decode("latin-1")
