"""The one value that holds a whole run; every report is a function of it.

Reports and gates need nothing but this package: what they say of mutants, counts and findings
is handed on from here.
"""

from __future__ import annotations

from refute.findings import Finding, Severity, Slug
from refute.judgement.document import dumps, from_json, load, save, to_json
from refute.judgement.place import check_writable
from refute.judgement.values import (
    BaselineRecord,
    Environment,
    Judgement,
    Project,
    Remark,
    Selection,
    Source,
    Stage,
    TestRecord,
    assemble,
)
from refute.metrics.mutation import Counts, Estimate, Reason, percent, percentage
from refute.metrics.ranking import base, change
from refute.verdicts import Judged, KillKind, Reached, Verdict

__all__ = [
    "BaselineRecord",
    "Counts",
    "Environment",
    "Estimate",
    "Finding",
    "Judged",
    "Judgement",
    "KillKind",
    "Project",
    "Reached",
    "Reason",
    "Remark",
    "Selection",
    "Severity",
    "Slug",
    "Source",
    "Stage",
    "TestRecord",
    "Verdict",
    "assemble",
    "base",
    "change",
    "check_writable",
    "dumps",
    "from_json",
    "load",
    "percent",
    "percentage",
    "save",
    "to_json",
]
