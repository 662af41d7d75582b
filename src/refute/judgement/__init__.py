"""The one value that holds a whole run; every report is a function of it.

Reports and gates need nothing but this package: what they say of mutants, counts and findings
is handed on from here.
"""

from __future__ import annotations

from refute.baseline import TestOutcome
from refute.faults.double import RETURNS, DoubleFault
from refute.finding import finding_id
from refute.findings import Acceptance, Finding, Severity, Slug
from refute.judgement.beside import (
    changed_since,
    read_document,
    read_report,
    save_document,
    write_beside,
)
from refute.judgement.document import REPORT, dumps, from_json, load, save, to_json
from refute.judgement.history import Past, before, digest_of, read_history, remember
from refute.judgement.measures import measure_speed
from refute.judgement.merging import load_report, merge, report_file
from refute.judgement.place import FOLDER, check_writable
from refute.judgement.source import Source
from refute.judgement.suggested import (
    Advice,
    Replacement,
    Suggested,
    read_suggested,
    save_suggested,
)
from refute.judgement.values import (
    BaselineRecord,
    Environment,
    Judgement,
    Project,
    Remark,
    Selection,
    Stage,
    TestRecord,
    assemble,
)
from refute.metrics.clarity import Clarity, Reading
from refute.metrics.clarity import Text as FailureText
from refute.metrics.clarity import measure as measure_clarity
from refute.metrics.foretelling import Sample, foretell
from refute.metrics.mutation import Counts, Estimate, Reason, percent, percentage
from refute.metrics.mutation import total as tally
from refute.metrics.ranking import base, change, rank, sensitive
from refute.metrics.speed import Speed
from refute.metrics.wording import Kind
from refute.observed import DoubleKind
from refute.strength import Strength, TestVerdict
from refute.theatre.boundaries import AIM, Boundary, Pyramid
from refute.theatre.claims import Claim, Leak
from refute.theatre.doubles import MergedDouble, MergedLie
from refute.theatre.places import BlindPlace, DeafTest, UnreadArrangement, calls_of
from refute.theatre.swallowed import Fate, Trace
from refute.theatre.theatre import Theatre, TriedDouble
from refute.verdicts import Judged, KillKind, Reached, Verdict

__all__ = [
    "AIM",
    "FOLDER",
    "REPORT",
    "RETURNS",
    "Acceptance",
    "Advice",
    "BaselineRecord",
    "BlindPlace",
    "Boundary",
    "Claim",
    "Clarity",
    "Counts",
    "DeafTest",
    "DoubleFault",
    "DoubleKind",
    "Environment",
    "Estimate",
    "FailureText",
    "Fate",
    "Finding",
    "Judged",
    "Judgement",
    "KillKind",
    "Kind",
    "Leak",
    "MergedDouble",
    "MergedLie",
    "Past",
    "Project",
    "Pyramid",
    "Reached",
    "Reading",
    "Reason",
    "Remark",
    "Replacement",
    "Sample",
    "Selection",
    "Severity",
    "Slug",
    "Source",
    "Speed",
    "Stage",
    "Strength",
    "Suggested",
    "TestOutcome",
    "TestRecord",
    "TestVerdict",
    "Theatre",
    "Trace",
    "TriedDouble",
    "UnreadArrangement",
    "Verdict",
    "assemble",
    "base",
    "before",
    "calls_of",
    "change",
    "changed_since",
    "check_writable",
    "digest_of",
    "dumps",
    "finding_id",
    "foretell",
    "from_json",
    "load",
    "load_report",
    "measure_clarity",
    "measure_speed",
    "merge",
    "percent",
    "percentage",
    "rank",
    "read_document",
    "read_history",
    "read_report",
    "read_suggested",
    "remember",
    "report_file",
    "save",
    "save_document",
    "save_suggested",
    "sensitive",
    "tally",
    "to_json",
    "write_beside",
]
