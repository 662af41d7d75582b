"""What is judged of tests and doubles, as members of the report's document, and back.

Tests are positions in ``tests``, as everywhere in the document. A report without these members
was made by a run that judged no tests; that is not the same as one with empty lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from refute.faults.double import DoubleFault
from refute.observed import DoubleKind, Site
from refute.strength import Strength, TestVerdict
from refute.theatre.boundaries import Boundary, Pyramid
from refute.theatre.claims import Claim, Leak
from refute.theatre.commands import CheckedCall
from refute.theatre.doubles import MergedDouble, MergedLie
from refute.theatre.places import BlindPlace, DeafTest, UnreadArrangement
from refute.theatre.raising import MergedRaise
from refute.theatre.swallowed import Change, Fate, Trace
from refute.theatre.theatre import Theatre, TriedDouble

Document = dict[str, Any]
_Value = TypeVar("_Value")

LISTS = {
    "doubles": "doubles",
    "blind_places": "blind_places",
    "boundaries": "boundaries",
    "leaks": "leaks",
    "claims": "claims",
    "contracts": "contracts",
    "deaf_tests": "deaf_tests",
    "unread_arrangements": "unread",
}
"""Members of the document that hold the values of one field as they are, and which field."""


def members(theatre: Theatre | None) -> Document:
    """The members at the top of the document; none when tests were not judged."""
    if theatre is None:
        return {}
    found: Document = {
        name: [_plain(asdict(one)) for one in getattr(theatre, field)]
        for name, field in LISTS.items()
    }
    for record, claim in zip(found["claims"], theatre.claims, strict=True):
        record["empty"] = claim.empty
    found["pyramid"] = asdict(theatre.pyramid)
    found["double_faults"] = [_tried(one) for one in theatre.double_faults]
    return found


def of_tests(theatre: Theatre | None, count: int) -> list[Document]:
    """What each of so many tests has, beside its own fields: ``verdict`` and ``strength``.

    Raises ValueError when the tests are not those that were judged.
    """
    if theatre is None:
        return [{"verdict": None, "strength": None} for _ in range(count)]
    if len(theatre.strengths) != count:
        raise ValueError(f"{len(theatre.strengths)} verdicts on {count} tests")
    return [
        {"verdict": strength.verdict.value, "strength": _without(strength, "verdict")}
        for strength in theatre.strengths
    ]


def of_mutant(theatre: Theatre | None, id: str) -> Document:
    """What a mutant has beside its own fields: what became of its effect, null if nobody looked."""
    trace = None if theatre is None else theatre.traces.get(id)
    if trace is None:
        return {"trace": None}
    return {"trace": _without(trace, "mutant") | {"words": trace.words}}


def read(document: Mapping[str, Any]) -> Theatre | None:
    """The value that was written; None when the document's run judged no tests."""
    if "pyramid" not in document:
        return None
    return Theatre(
        strengths=tuple(_strength(record) for record in document["tests"]),
        doubles=tuple(_double(record) for record in document["doubles"]),
        double_faults=tuple(_tried_double(record) for record in document["double_faults"]),
        blind_places=_all(BlindPlace, document["blind_places"]),
        deaf_tests=_all(DeafTest, document["deaf_tests"]),
        unread=_all(UnreadArrangement, document["unread_arrangements"]),
        boundaries=_all(Boundary, document["boundaries"]),
        claims=_all(Claim, document["claims"]),
        leaks=_all(Leak, document["leaks"]),
        contracts=_all(CheckedCall, document.get("contracts", ())),
        pyramid=_value(Pyramid, document["pyramid"]),
        traces={
            record["id"]: _trace(record["id"], record["trace"])
            for record in document["mutants"]
            if record.get("trace") is not None
        },
    )


def _plain(value: Any) -> Any:
    """Tuples as lists, so that a document equals itself after a round trip."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _without(value: Strength | Trace, name: str) -> Document:
    """The fields of a value but one, which stands elsewhere."""
    return {key: item for key, item in _plain(asdict(value)).items() if key != name}


def _tried(one: TriedDouble) -> Document:
    """The fault's own fields, and beside them what all tests made of it."""
    counts = {key: item for key, item in asdict(one).items() if key != "fault"}
    return {**_plain(asdict(one.fault)), **counts}


def _value(kind: type[_Value], record: Mapping[str, Any], /, **more: Any) -> _Value:
    """A flat value from the members of a record that are fields of it.

    A field with a default may be missing. Raises TypeError when another one is.
    """
    fields = {
        name: tuple(record[name]) if isinstance(record[name], list) else record[name]
        for name in getattr(kind, "__dataclass_fields__", {})
        if name not in more and name in record
    }
    return kind(**fields, **more)


def _all(kind: type[_Value], records: Sequence[Mapping[str, Any]]) -> tuple[_Value, ...]:
    return tuple(_value(kind, record) for record in records)


def _strength(test: Mapping[str, Any]) -> Strength:
    return _value(Strength, test["strength"], verdict=TestVerdict(test["verdict"]))


def _double(record: Mapping[str, Any]) -> MergedDouble:
    lies: Iterable[Mapping[str, Any]] = record["lies"]
    return _value(
        MergedDouble,
        record,
        kind=DoubleKind(record["kind"]),
        lies=tuple(_value(MergedLie, lie) for lie in lies),
        raises=_all(MergedRaise, record.get("raises", ())),
    )


def _tried_double(record: Mapping[str, Any]) -> TriedDouble:
    site = _value(Site, record["site"])
    return _value(TriedDouble, record, fault=_value(DoubleFault, record, site=site))


def _trace(mutant: str, record: Mapping[str, Any]) -> Trace:
    change = record["change"]
    return _value(
        Trace,
        record,
        mutant=mutant,
        fate=Fate(record["fate"]),
        change=None if change is None else _value(Change, change),
    )
