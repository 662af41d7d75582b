"""What a run that did not come to its end says of the whole, from the beginnings of its plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refute.faults.budget import strata
from refute.faults.plan import Plan
from refute.judgement import Estimate, Sample, foretell
from refute.verdicts import SCORED, Judged, Verdict

_NOTICED = (Verdict.KILLED, Verdict.TIMEOUT)


def foretold(plan: Plan, judged: Sequence[Judged], *, in_turn: bool) -> Estimate | None:
    """The score of the whole, from the beginning of each stratum of a plan that is in order; None
    when everything was tried.

    The longest finished beginning counts. Where mutants were not tried ``in_turn``, kills come
    sooner than survivals, and that beginning is short: there it is all up to the last one that
    is known, and those between that are not known yet may be either.
    """
    verdicts = {item.mutant.id: item.verdict for item in judged}
    if Verdict.PENDING not in verdicts.values():
        return None
    done = [id for id, verdict in verdicts.items() if verdict is not Verdict.PENDING]
    samples: list[Sample] = []
    scored = 0
    for stratum in strata(plan):
        # What proved to stand outside of the score is no part of the whole.
        void = {id for id in stratum.mutants if verdicts[id] not in (*SCORED, Verdict.PENDING)}
        begun = stratum.prefix(done) if in_turn else stratum.begun(done)
        drawn = [id for id in begun if id not in void]
        noticed = sum(verdicts[id] in _NOTICED for id in drawn)
        waiting = sum(verdicts[id] is Verdict.PENDING for id in drawn)
        samples.append(Sample(len(stratum.mutants) - len(void), len(drawn), noticed, waiting))
        scored += sum(verdicts[id] in SCORED for id in stratum.mutants)
    all_scored = [verdict for verdict in verdicts.values() if verdict in SCORED]
    detected = sum(verdict in _NOTICED for verdict in all_scored)
    return foretell(
        samples,
        detected=detected,
        missed=len(all_scored) - detected,
        unseen=len(all_scored) - scored,
    )


def what_was_done(plan: Plan, judged: Iterable[Judged]) -> str:
    """How much of each stratum was tried, as the end of a sentence."""
    done = {item.mutant.id for item in judged if item.verdict is not Verdict.PENDING}
    words = {
        "extreme": "that take a whole body away",
        "other": "others in functions",
        "both": "that run at import, too",
        "import": "that run at import alone",
        "cold": "that need a process of their own",
    }
    return ", ".join(
        f"{len(done.intersection(one.mutants)):,} of {len(one.mutants):,} {words[one.name]}"
        for one in strata(plan)
        if one.mutants
    )
