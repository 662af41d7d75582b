"""Would the real thing have accepted it? Commands, Helm values, HTTP calls, database schemas.

To be used in tests as well as by ``refute contracts``::

    from refute.contracts import Accepted, check

    assert isinstance(check(["kubectl", "delete", "pod", name]), Accepted)

Each check has three answers: accepted, refused with the reasons, or that it can't be told.
"""

from __future__ import annotations

from refute.contracts.answers import Accepted, Answer, Refusal, Refused, Unknown
from refute.contracts.commands import check
from refute.contracts.programs import Family

__all__ = ["Accepted", "Answer", "Family", "Refusal", "Refused", "Unknown", "check"]
