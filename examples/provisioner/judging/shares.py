"""Shares of a whole, and what a sample says of it."""

from __future__ import annotations


def wilson(good: int, of: int) -> tuple[float, float]:
    """Bounds of a share that was seen in a sample, with 95% confidence (Wilson's)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, good / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def share(part: int, whole: int) -> str:
    """A share with its numbers, never rounded up to all."""
    if not whole:
        return "0 of 0"
    shown = f"{part / whole:.1%}" if part != whole else "100%"
    return f"{part:,} of {whole:,} ({'99.9%' if shown == '100.0%' else shown})"
