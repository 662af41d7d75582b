"""What a reader means: things of a judgement by the beginnings of their ids, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from refute.errors import fail
from refute.judgement import BlindPlace, Judged, Judgement, MergedDouble, Theatre, TriedDouble
from refute.judgement.defects import BugRecord, Defects

SOME = 5
"""How many ids a message names."""

_Item = TypeVar("_Item")


def find_mutant(judgement: Judgement, wanted: str) -> Judged:
    """The mutant whose id begins with ``wanted``; the ``m-`` in front may be left out.

    Raises RefuteError unknown-mutant, which names the nearest ids.
    """
    text = wanted.strip().lower()
    whole = text if text.startswith("m-") else f"m-{text}"
    known = {item.mutant.id: item for item in judgement.judged}
    return _by_id(known, wanted, whole, "mutant", "unknown-mutant")


def theatre_of(judgement: Judgement) -> Theatre:
    """What was judged of tests and doubles. Raises RefuteError no-report when nothing was."""
    if judgement.theatre is None:
        fail(
            "no-report",
            "The last report says nothing of tests and doubles: an older refute made it.",
            remedy="Run `refute run` again; it judges them as well.",
        )
    return judgement.theatre


def find_double(judgement: Judgement, wanted: str) -> MergedDouble:
    """The double whose id begins like that. Raises RefuteError unknown-fault."""
    known = {one.id: one for one in theatre_of(judgement).doubles}
    return _by_id(known, wanted, wanted.strip().lower(), "double", "unknown-fault")


def find_place(judgement: Judgement, wanted: str) -> BlindPlace:
    """The blind place whose id begins like that. Raises RefuteError unknown-fault."""
    known = {one.id: one for one in theatre_of(judgement).blind_places}
    return _by_id(known, wanted, wanted.strip().lower(), "blind place", "unknown-fault")


def find_fault(judgement: Judgement, wanted: str) -> TriedDouble:
    """The double fault whose id begins like that. Raises RefuteError unknown-fault."""
    known = {one.fault.id: one for one in theatre_of(judgement).double_faults}
    return _by_id(known, wanted, wanted.strip().lower(), "double fault", "unknown-fault")


def find_bug(defects: Defects, wanted: str) -> BugRecord:
    """The past bug whose id begins like that. Raises RefuteError unknown-fault."""
    known = {bug.id: bug for bug in defects.bugs}
    return _by_id(known, wanted, wanted.strip().lower(), "past bug", "unknown-fault")


def find_test(judgement: Judgement, wanted: str) -> str:
    """The node id that ``wanted`` stands for: itself, the name of one test, or a part of one
    node id alone. Raises RefuteError unknown-test, which names the nearest.
    """
    ids = [test.id for test in judgement.tests]
    text = wanted.strip()
    if text in ids:
        return text
    for found in (
        [one for one in ids if _names(one, text)],
        [one for one in ids if text and text in one],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            fail(
                "unknown-test",
                f"{len(found)} tests are called like {wanted}: {_some(found)}",
                remedy="Give more of the node id.",
            )
    by_name = {one.rpartition("::")[2]: one for one in ids} | {one: one for one in ids}
    near = dict.fromkeys(by_name[one] for one in get_close_matches(text, by_name, n=3, cutoff=0.4))
    hint = f" The nearest: {', '.join(near)}." if near else ""
    fail("unknown-test", f"No test of the last run is called {wanted or 'nothing'}.{hint}")


def _names(id: str, text: str) -> bool:
    """Whether the text is the whole name of a test, without its file, class or parameters."""
    path, _, parameters = id.partition("[")
    names = path.split("::")
    return any(
        "::".join(names[start:]) + end == text
        for start in range(len(names))
        for end in ("", f"[{parameters}")
    )


def named(judgement: Judgement, wanted: str) -> list[MergedDouble]:
    """Doubles by what they replace: as a whole, else by its last parts; or by their own name."""
    doubles = () if judgement.theatre is None else judgement.theatre.doubles
    text = wanted.strip()
    if not text:
        return []
    exact = [one for one in doubles if text in (one.target, one.name)]
    return exact or [one for one in doubles if one.target.endswith(f".{text}")]


def _by_id(known: dict[str, _Item], wanted: str, text: str, noun: str, slug: str) -> _Item:
    """The one thing whose id is, or begins like, ``text``; ``wanted`` is what was typed."""
    found = [text] if text in known else [id for id in known if id.startswith(text)]
    if len(found) == 1:
        return known[found[0]]
    if found and wanted.strip():
        fail(
            slug,
            f"{len(found)} ids begin with {wanted}: {_some(found)}",
            remedy="Give a few more characters of the id.",
        )
    fail(slug, f"No {noun} of the last run is called {wanted or 'nothing'}.{_nearest(text, known)}")


def _nearest(text: str, known: Iterable[str]) -> str:
    near = get_close_matches(text, list(known), n=3, cutoff=0.4)
    return f" The nearest: {', '.join(near)}." if near else ""


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:SOME]) + (", ..." if len(ids) > SOME else "")
