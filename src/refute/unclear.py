"""What to say of failures that hardly tell anything: a finding for each test function."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from refute.baseline import Test
from refute.finding import Finding, Severity, Slug, finding_id
from refute.metrics.clarity import Clarity, Reading
from refute.metrics.ranking import base
from refute.metrics.wording import Kind

_SAYS = {
    Kind.BARE: "fails without a value",
    Kind.NOT_CALLED: "says only that a double was not called",
}
_REMEDY = {
    Kind.BARE: "Compare the value with what it should be in the `assert` itself, or give it a "
    "message with both.",
    Kind.NOT_CALLED: "Assert on what the call should have been given, or on what came of it.",
}


def find(clarity: Clarity | None, tests: Sequence[Test]) -> Iterator[Finding]:
    """The worst failures, one a test function."""
    worst: dict[str, list[Reading]] = {}
    for one in clarity.unclear if clarity is not None else ():
        worst.setdefault(base(tests[one.test].id), []).append(one)
    for name, found in worst.items():
        lead = found[0]
        more = f" {len(found) - 1} more of its assertions do likewise." if found[1:] else ""
        quoted = " / ".join(lead.quote)
        yield Finding(
            id=finding_id(Slug.UNCLEAR_FAILURE, name),
            slug=Slug.UNCLEAR_FAILURE,
            severity=Severity.LOW,
            file=name.partition("::")[0],
            line=None,
            message=f"{name} {_SAYS[lead.kind]}: `{quoted}`.{more}",
            evidence=tuple(one.mutant for one in found),
            reproduce=f"refute try {lead.mutant} {shlex.quote(tests[lead.test].id)}",
            remedy=_REMEDY[lead.kind],
        )
