"""The score of the whole, foretold from samples of several strata."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from refute.metrics.mutation import Z95, Estimate


@dataclass(frozen=True, slots=True)
class Sample:
    """One stratum: how many mutants it has, how many of them were drawn, how many noticed."""

    size: int
    drawn: int
    noticed: int


def foretell(samples: Iterable[Sample], *, detected: int, missed: int, unseen: int) -> Estimate:
    """Score and 95% bounds of a whole.

    ``samples`` are the strata, each drawn without regard to what would come of it. ``detected``
    and ``missed`` are all that is known of noticed and unnoticed mutants, samples included;
    ``unseen`` are those of the missed that belong to no stratum, such as those that no test
    runs. Of a stratum of which nothing was drawn anything is possible.

    The strata's variances are added, each with the correction for a finite population, and
    Wilson's interval is taken for as many draws as would have that variance in a simple sample.
    The bounds never say what is no longer possible.
    """
    strata = [one for one in samples if one.size]
    whole = sum(one.size for one in strata) + unseen
    drawn = [one for one in strata if one.drawn]
    dark = sum(one.size for one in strata if not one.drawn)
    lit = sum(one.size for one in drawn)
    if not whole:
        return Estimate(0.0, 0.0, 1.0)
    if not lit:
        return Estimate(0.5 * dark / whole, detected / whole, (whole - missed) / whole)
    rate = sum(one.size * one.noticed / one.drawn for one in drawn) / lit
    variance = sum((one.size / lit) ** 2 * _variance(one) for one in drawn)
    low, high = _wilson(rate, variance)
    return Estimate(
        score=(rate * (lit + dark)) / whole,
        low=max(low * lit, detected) / whole,
        high=min(high * lit + dark, whole - missed) / whole,
    )


def _variance(one: Sample) -> float:
    """Of a stratum's rate; a stratum that was drawn whole has none.

    The rate is drawn a little to the middle, so that none of a few draws is not taken for none
    at all.
    """
    rest = (one.size - one.drawn) / max(one.size - 1, 1)
    rate = (one.noticed + 0.5) / (one.drawn + 1)
    return rest * rate * (1 - rate) / one.drawn


def _wilson(rate: float, variance: float) -> tuple[float, float]:
    if variance <= 0:
        return rate, rate
    spread = max(rate * (1 - rate), 1e-4)
    number = max(spread / variance, 1.0)
    square = Z95 * Z95
    centre = rate + square / (2 * number)
    margin = Z95 * math.sqrt(rate * (1 - rate) / number + square / (4 * number * number))
    low = (centre - margin) / (1 + square / number)
    high = (centre + margin) / (1 + square / number)
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))
