"""What Helm tells, and what is raised when it refuses or fails."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HelmFailed", "Release"]


class HelmFailed(Exception):
    """Helm did not do it; the message has its own words."""


@dataclass(frozen=True, slots=True)
class Release:
    """One revision of a release, as Helm tells it."""

    name: str
    namespace: str
    revision: int
    #: ``deployed``, ``superseded``, ``failed``, ``uninstalled`` ...
    status: str
    #: The chart's name and version: ``web-0.1.0``.
    chart: str
