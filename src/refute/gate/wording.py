"""How the clarity of failures is measured from the judgement, for a gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refute.gate.material import Material
from refute.gate.measuring import OLD, Measure, about_tests, share
from refute.gate.values import Unmeasured, Value
from refute.judgement import Kind, Reading, Slug

NO_TEXTS = Unmeasured("no failure text was taken", "The report says why, at `metrics.clarity`.")
NOT_ASKED = Unmeasured(
    "the run took no failure texts", "Run `refute run` without `--score-only`, to its end."
)


def _texts(material: Material) -> list[Reading] | Unmeasured:
    """The texts of the tests within the scope."""
    clarity = material.judgement.clarity
    if clarity is None:
        return OLD if material.judgement.speed is None else NOT_ASKED
    tests = material.judgement.tests
    inside = [
        one for one in clarity.texts if material.inside(tests[one.test].id.partition("::")[0])
    ]
    return inside or NO_TEXTS


def clear_failures(material: Material) -> Value | Unmeasured:
    """Texts that show both values, of all that were taken."""
    texts = _texts(material)
    if isinstance(texts, Unmeasured):
        return texts
    clear = sum(one.kind is Kind.CLEAR for one in texts)
    return share(clear, len(texts), "failure texts") or NO_TEXTS


def counted(pick: Callable[[Reading], bool]) -> Measure:
    """A number of texts."""

    def measure(material: Material) -> Value | Unmeasured:
        texts = _texts(material)
        if isinstance(texts, Unmeasured):
            return texts
        return Value(sum(map(pick, texts)), whole=len(texts), of="failure texts")

    return measure


def unclear_failures(material: Material) -> Value | Unmeasured:
    """Test functions with a failure that hardly says anything, and that nobody accepted."""
    texts = _texts(material)
    if isinstance(texts, Unmeasured):
        return texts
    return about_tests(Slug.UNCLEAR_FAILURE)(material)


def far(material: Material) -> Iterator[str]:
    """Faults that are some calls away, for a look."""
    texts = _texts(material)
    for one in () if isinstance(texts, Unmeasured) else texts:
        if one.far:
            test = material.judgement.tests[one.test].id
            yield f"{test}: {one.calls} calls from the fault (refute show {one.mutant})"
