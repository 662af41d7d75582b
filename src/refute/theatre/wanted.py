"""What the strength phase runs next: the pairs that a test's verdict still needs, and no more.

Pure: what is known goes in as a ``Matrix``, pairs come out. A call costs one look at the faults
of one test; whoever runs the pairs adds the notices to the matrix and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from refute.strength import Matrix, Notice, Pair
from refute.theatre.chances import Chances, Exposure

SAMPLE = 20
"""Mild faults that are enough to estimate the share a test is told of."""
FAINT_BELOW = 10
"""Percent of the mild faults: a witness that is told of fewer may be a faint one."""
FAINT_ALONE = 4
"""A witness that is alone on that many faults is not faint, however small its share."""


def wanted(chances: Chances, matrix: Matrix, test: int) -> list[Pair]:
    """The pairs to run next for this test, the most decisive first; empty: it is decided.

    Until it is told something about project code: all its faults, those first that others were
    told of, then coarse ones. Then a sample of mild faults in the order of their ids, which are
    hashes; then each argument that its doubles are sent, until it notices; and if its share is
    small, whether it is alone on anything, which is asked of the other tests as well.
    """
    exposure = chances.by_test.get(test)
    if exposure is None:
        return []
    if not _told(exposure, matrix, test):
        return _open((*_likely(exposure.project, matrix), *exposure.doubles), matrix, test)
    sample = _open(exposure.mild[:SAMPLE], matrix, test)
    if sample:
        return sample
    arguments = [
        pair
        for faults in exposure.places.values()
        if not any(noticed(matrix.of(id, test)) for id in faults)
        for pair in _open(faults, matrix, test)
    ]
    if arguments:
        return arguments
    return alone_on(chances, matrix, test)[1] if share_is_small(exposure, matrix, test) else []


def silent(chances: Chances, matrix: Matrix, test: int) -> bool:
    """Tell whether the test was put to something, and noticed nothing at all so far."""
    exposure = chances.by_test.get(test)
    if exposure is None:
        return False
    notices = [matrix.of(id, test) for id in (*exposure.project, *exposure.doubles)]
    return any(one is not None for one in notices) and not any(noticed(one) for one in notices)


def noticed(notice: Notice | None) -> bool:
    """Tell whether a test noticed a fault in any way."""
    return notice is not None and notice is not Notice.NONE


def mild_sample(exposure: Exposure, matrix: Matrix, test: int) -> tuple[int, int, bool]:
    """Mild faults tried, those told, and whether that is enough to speak of a share.

    Counted are all mild faults if all were tried, else the first ones up to the first that was
    not. What is known beyond them comes from the score phase, which met survivors more often
    than others: it is no sample.
    """
    mild = [id for id in exposure.mild if (id, test) not in matrix.void]
    tried = list(takewhile(lambda id: matrix.of(id, test) is not None, mild))
    if len(tried) < len(mild):
        tried = tried[:SAMPLE]
    told = sum(matrix.of(id, test) is Notice.TOLD for id in tried)
    return len(tried), told, len(tried) >= min(SAMPLE, len(mild))


def share_is_small(exposure: Exposure, matrix: Matrix, test: int) -> bool:
    """Tell whether the test is told of so few mild faults that it may be a faint witness."""
    tried, told, enough = mild_sample(exposure, matrix, test)
    return enough and 100 * told < FAINT_BELOW * tried


def alone_on(chances: Chances, matrix: Matrix, test: int) -> tuple[int, list[Pair]]:
    """Faults in project code that the test is told of and that no other test notices at all, and
    what has to be run to be sure. Other cases of the same function are no other tests: what they
    share is not worth less for it.

    The count stops at FAINT_ALONE. A fault that another test is known to notice needs no trial;
    so few are left after the score phase.
    """
    exposure = chances.by_test[test]
    is_other = chances.others(test)
    count = 0
    pairs: list[Pair] = []
    for id in sorted(exposure.project, key=lambda id: matrix.of(id, test) is not Notice.TOLD):
        own = matrix.of(id, test)
        if own not in (None, Notice.TOLD) or (id, test) in matrix.void:
            continue
        row = matrix.pairs.get(id, {})
        if any(noticed(notice) for other, notice in row.items() if is_other(other)):
            continue
        if own is None:
            pairs.append((id, test))
            continue
        others = sorted(filter(is_other, chances.tests_of[id]))
        unknown = next((one for one in others if _is_open(id, matrix, one)), None)
        if unknown is not None:
            pairs.append((id, unknown))
            continue
        count += 1
        if count == FAINT_ALONE:
            return count, []
    return count, pairs


def _told(exposure: Exposure, matrix: Matrix, test: int) -> bool:
    return any(matrix.of(id, test) is Notice.TOLD for id in exposure.project)


def _likely(ids: Iterable[str], matrix: Matrix) -> list[str]:
    """Faults that most of those who met them were told of come first; else the order stays."""

    def share(id: str) -> float:
        row = matrix.pairs.get(id, {})
        return sum(notice is Notice.TOLD for notice in row.values()) / (len(row) + 1)

    return sorted(ids, key=share, reverse=True)


def _open(ids: Iterable[str], matrix: Matrix, test: int) -> list[Pair]:
    return [(id, test) for id in ids if _is_open(id, matrix, test)]


def _is_open(id: str, matrix: Matrix, test: int) -> bool:
    return matrix.of(id, test) is None and (id, test) not in matrix.void
