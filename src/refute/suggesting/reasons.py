"""Why there is no suggestion for a fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refute.suggesting.observing import Observing
from refute.suggesting.proving import Proving
from refute.suggesting.targets import Target
from refute.suggestions.values import Nothing, Suggestion


def reasons(
    asked: Iterable[Target],
    found: Sequence[Suggestion],
    observing: Observing,
    proving: Proving,
) -> Iterable[Nothing]:
    """Why there is none for those that no suggestion notices."""
    told = {fault for one in found for fault in one.noticed}
    tried: dict[str, list[str]] = {}
    for option in observing.options():
        ending = proving.ended.get(option.candidate.key)
        for fault in option.faults:
            tried.setdefault(fault, []).append(ending or "")
    for one in asked:
        if one.id in told:
            continue
        if one.hopeless:
            reason = one.hopeless
        elif tried.get(one.id):
            endings = [ending for ending in tried[one.id] if ending]
            reason = f"{len(endings) or 'no'} assertions were tried: " + (
                endings[0] if endings else "others change the same lines"
            )
        elif one.id in observing.by_case:
            reason = "what differs under it differs from case to case of its tests as well"
        elif one.id in observing.noisy:
            reason = (
                "nothing steady that its tests hold is different under it; other things differ "
                "from run to run, or from turn to turn, anyway"
            )
        else:
            reason = "nothing that its tests hold is different under it, or not as a plain value"
        yield Nothing(one.id, reason)
