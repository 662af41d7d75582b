"""The score of the whole, foretold from samples of several strata."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from refute.metrics.mutation import Estimate

Z95 = 1.959963984540054
"""Quantile of the normal distribution for a two-sided interval of 95%."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One stratum: how many mutants it has, how many of them were drawn, and how many of those
    were noticed; ``open`` ones are drawn, and nobody knows yet.
    """

    size: int
    drawn: int
    noticed: int
    open: int = 0

    def rate(self, open_noticed: float) -> float:
        """The share of noticed ones, if such a share of the open ones is."""
        return (self.noticed + open_noticed * self.open) / self.drawn


def foretell(samples: Iterable[Sample], *, detected: int, missed: int, unseen: int) -> Estimate:
    """Score and 95% bounds of a whole.

    ``samples`` are the strata, each drawn without regard to what would come of it. ``detected``
    and ``missed`` are all that is known of noticed and unnoticed mutants, samples included;
    ``unseen`` are those of the missed that belong to no stratum, such as those that no test
    runs. Of a stratum of which nothing was drawn anything is possible.

    The strata's variances are added, each with the correction for a finite population, and
    Wilson's interval is taken for as many draws as would have that variance in a simple sample:
    its lower bound as if none of the open ones were noticed, its upper one as if all were.
    Neither score nor bounds say what is no longer possible.
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
    rate = _rate(drawn, lit, 0.5)
    low, _ = _wilson(_rate(drawn, lit, 0.0), _variance(drawn, lit, 0.0))
    _, high = _wilson(_rate(drawn, lit, 1.0), _variance(drawn, lit, 1.0))
    # What is known beyond the samples may rule out what they say by themselves.
    least, most = detected, whole - missed
    return Estimate(
        score=min(max(rate * (lit + dark), least), most) / whole,
        low=min(max(low * lit, least), most) / whole,
        high=max(min(high * lit + dark, most), least) / whole,
    )


def together(parts: Iterable[tuple[int, Estimate]]) -> Estimate:
    """What several parts, each with the number of its mutants, say of the whole. Their margins
    are added up as if all erred to the same side: where nothing was tried a margin is no matter
    of chance.
    """
    known = [(number, found) for number, found in parts if number]
    whole = sum(number for number, _ in known)
    if not whole:
        return Estimate(0.0, 0.0, 1.0)
    return Estimate(
        score=sum(number * found.score for number, found in known) / whole,
        low=sum(number * found.low for number, found in known) / whole,
        high=sum(number * found.high for number, found in known) / whole,
    )


def _rate(drawn: Iterable[Sample], lit: int, open_noticed: float) -> float:
    return sum(one.size * one.rate(open_noticed) for one in drawn) / lit


def _variance(drawn: Iterable[Sample], lit: int, open_noticed: float) -> float:
    """Of the rate; a stratum that was drawn whole adds none.

    Each rate is drawn a little to the middle, so that none of a few draws is not taken for none
    at all.
    """
    total = 0.0
    for one in drawn:
        rest = (one.size - one.drawn) / max(one.size - 1, 1)
        rate = (one.rate(open_noticed) * one.drawn + 0.5) / (one.drawn + 1)
        total += (one.size / lit) ** 2 * rest * rate * (1 - rate) / one.drawn
    return total


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
