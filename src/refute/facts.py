"""What is kept of one mutant between runs, and all that it rests on; as values and as bytes."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from refute.trials.outcome import Failure, Mechanism, Outcome, Result

Needs = tuple[tuple[str, str], ...]
"""All that a verdict rests on: names in order, each with the digest of its content."""


Body = dict[str, Any]
"""What is kept under one name, as plain JSON values."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is kept of one mutant: the outcome, and a word on the tests that could notice it."""

    outcome: Outcome
    covering: str = ""


def digest_of(needs: Needs) -> str:
    """One digest for all of them."""
    return hashlib.sha256(json.dumps(needs).encode()).hexdigest()


def pack_needs(needs: Needs) -> bytes:
    """As they are kept."""
    return zlib.compress(json.dumps(needs).encode(), 1)


def unpack_needs(body: bytes) -> Needs | None:
    """The same read back, or None when they are not whole."""
    try:
        return tuple((name, digest) for name, digest in json.loads(zlib.decompress(body)))
    except (zlib.error, ValueError, TypeError):
        return None


def pack(body: Body, name: str, needs: str) -> bytes:
    """What is kept under a name, beside the digest of its needs."""
    # Node ids repeat themselves: compressed, a record takes a tenth. The checksum of the format
    # also tells a damaged record from a whole one.
    record = {"name": name, "needs": needs, "body": body}
    return zlib.compress(json.dumps(record).encode(), 1)


def unpack(record: bytes, name: str, needs: str) -> Body | None:
    """The same read back, or None when it is not whole, or belongs to others."""
    try:
        whole: dict[str, Any] = json.loads(zlib.decompress(record))
        body: Body = whole["body"]
        return body if (whole["name"], whole["needs"]) == (name, needs) else None
    except (zlib.error, ValueError, KeyError, TypeError):
        return None


def to_body(fact: Fact) -> Body:
    """A fact as plain values."""
    return {"outcome": asdict(replace(fact.outcome, began=None)), "covering": fact.covering}


def fact_from(body: Body) -> Fact | None:
    """The same read back, or None when it is no fact."""
    try:
        fields = body["outcome"]
        failure = fields["failure"]
        outcome = Outcome(
            **{
                **fields,
                "mechanism": Mechanism(fields["mechanism"]),
                "result": Result(fields["result"]),
                "failure": None if failure is None else Failure(**failure),
                "tests_run": tuple(fields["tests_run"]),
            }
        )
        return Fact(outcome, body["covering"])
    except (ValueError, KeyError, TypeError):
        return None
