"""What a gate looks at: one judgement, or the part of it below some files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from refute.imports import Results
from refute.judgement import Counts, Finding, Judged, Judgement, Slug, Strength, TestRecord, tally
from refute.sources import matches


@dataclass(frozen=True, slots=True)
class Documents:
    """Reports of other commands in ``.refute``; where there is none, why not."""

    defects: Mapping[str, Any] | str = "there is no .refute/defects.json"
    stability: Mapping[str, Any] | str = "there is no .refute/stability.json"


@dataclass(frozen=True)
class Material:
    """All that metrics are measured by. ``scope`` is a glob of files; empty: all.

    It has no slots, so that counts are made once and kept.
    """

    judgement: Judgement
    #: Today, as ``2027-01-31``: acceptances expire.
    day: str
    documents: Documents = field(default_factory=Documents)
    results: Results = field(default_factory=Results)
    scope: str = ""

    def inside(self, file: str) -> bool:
        """Tell whether a file belongs to the scope."""
        return not self.scope or matches(file, self.scope)

    @cached_property
    def judged(self) -> tuple[Judged, ...]:
        """The mutants within the scope."""
        return tuple(item for item in self.judgement.judged if self.inside(item.mutant.file))

    @cached_property
    def counts(self) -> Counts:
        """Their counts."""
        return tally(self.judged)

    @cached_property
    def tests(self) -> tuple[tuple[TestRecord, Strength | None], ...]:
        """The tests within the scope, with what they are worth."""
        theatre = self.judgement.theatre
        strengths = [None] * len(self.judgement.tests) if theatre is None else theatre.strengths
        pairs = zip(self.judgement.tests, strengths, strict=True)
        return tuple(pair for pair in pairs if self.inside(pair[0].id.partition("::")[0]))

    @property
    def empty(self) -> bool:
        """True when the scope meets nothing of the report."""
        return not (self.judged or self.tests or any(map(self._has, self.judgement.findings)))

    def _has(self, finding: Finding) -> bool:
        return bool(finding.file) and self.inside(finding.file)

    def findings(self, slugs: Iterable[Slug], *, accepted: bool = False) -> list[Finding]:
        """The findings of some kinds that count; or those that were accepted and don't."""
        wanted = frozenset(slugs)
        return [
            one
            for one in self.judgement.findings
            if one.slug in wanted
            and (self.inside(one.file) if one.file else not self.scope)
            and (one.accepted is not None and one.accepted.holds(self.day)) is accepted
        ]

    def accepted_evidence(self, slug: Slug) -> frozenset[str]:
        """What the accepted findings of a kind rest on: ids of mutants or faults."""
        found = self.findings([slug], accepted=True)
        return frozenset(name for one in found for name in one.evidence)

    @property
    def unfinished(self) -> bool:
        """True when the run was stopped before its end."""
        return self.judgement.partial or self.judgement.stopped
