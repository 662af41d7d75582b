"""The long proof: refute's verdicts on real packages, repeated by plain pytest.

For each package: `refute run`, then `refute verify`. Prints the agreement, the share of cold
fallbacks and of errors, and writes them to benches/RESULTS.md. A package that was done at the
same commit with the same sample and seed is not done again, so a stopped proof goes on. The
exit code is 1 when a verdict did not agree or a share is over its limit.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import record
from catalogue import PACKAGES, Package, named
from packages import CACHE, Ready, prepare

MOST_COLD = 0.05
"""At most this share of the mutants that were run may need a process of their own."""

MOST_ERRORS = 0.01
"""At most this share of mutants may end without a verdict."""

QUICK = ("itsdangerous", "requests-oauthlib", "flask-httpauth", "xmltodict", "tinydb")
"""Packages quick enough for the slice that the test suite runs."""

PROVED = CACHE / "proved"


@dataclass(frozen=True, slots=True)
class Proof:
    """What one package showed."""

    package: str
    commit: str
    sample: int
    seed: int
    #: Mutants that got a verdict by a run or by the lack of tests, errors included.
    mutants: int
    cold: int
    errors: int
    #: Why there were errors, with their counts.
    reasons: tuple[str, ...]
    score: str
    #: Verdicts repeated, and those that were the same.
    checked: int
    agreed: int
    run_seconds: float
    verify_seconds: float
    #: What went wrong where there is no result; empty otherwise.
    failure: str = ""

    @property
    def good(self) -> bool:
        """Whether everything agrees and both shares are within their limits."""
        shares = self.cold <= MOST_COLD * self.mutants and self.errors <= MOST_ERRORS * self.mutants
        return not self.failure and self.checked > 0 and self.agreed == self.checked and shares


def refute(ready: Ready, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run one command of refute on a package, in its activated environment."""
    base = [sys.executable, "-m", "refute", command, str(ready.tree), "--plain"]
    return subprocess.run(
        [*base, "--python", str(ready.python), *options], env=ready.environ(), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


def prove(package: Package, sample: int, seed: int, reports: Path) -> Proof:
    """Run and verify one package from nothing; its report is kept in ``reports``."""
    ready = prepare(package)
    shutil.rmtree(ready.tree / ".refute", ignore_errors=True)
    paths = [word for path in package.paths for word in ("--paths", path)]
    empty = Proof(package.name, record.commit(), sample, seed, 0, 0, 0, (), "", 0, 0, 0.0, 0.0)
    started = time.perf_counter()
    ran = refute(ready, "run", *paths)
    middle = time.perf_counter()
    report_path = ready.tree / ".refute" / "report.json"
    if ran.returncode or not report_path.exists():
        return replace(empty, run_seconds=middle - started, failure=_tail(ran))
    reports.mkdir(parents=True, exist_ok=True)
    shutil.copy(report_path, reports / f"{package.name}.json")
    report = json.loads(report_path.read_text(encoding="utf-8"))
    verified = refute(ready, "verify", "--sample", str(sample), "--seed", str(seed))
    checked, agreed = agreement(verified.stdout)
    failure = "" if checked and verified.returncode in (0, 1) else _tail(verified)
    if verified.returncode == 1:
        print(verified.stdout)
    return replace(
        figures(empty, report), checked=checked, agreed=agreed, failure=failure,
        run_seconds=middle - started, verify_seconds=time.perf_counter() - middle,
    )  # fmt: skip


def figures(proof: Proof, report: dict[str, Any]) -> Proof:
    """A proof with the counts of a report filled in."""
    outside = ("suppressed", "equivalent", "unviable", "pending")
    mutants = [mutant for mutant in report["mutants"] if mutant["verdict"] not in outside]
    errors = Counter(mutant["reason"] for mutant in mutants if mutant["verdict"] == "error")
    cold = sum(mutant["mechanism"] == "cold" for mutant in mutants)
    score = report["metrics"]["mutation"]["score"]
    return replace(
        proof, mutants=len(mutants), cold=cold, errors=errors.total(),
        reasons=tuple(f"{count} {reason}" for reason, count in errors.most_common()),
        score="" if score is None else f"{score:.3f}",
    )  # fmt: skip


def agreement(output: str) -> tuple[int, int]:
    """Verdicts that `refute verify` repeated, and those that agreed: "198 of 200 agree"."""
    found = re.search(r"(\d+) of (\d+)\b[^\n]*\bagree", output)
    return (int(found[2]), int(found[1])) if found else (0, 0)


def _tail(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return f"exit code {done.returncode}: {' / '.join(lines[-6:])}"


def kept(package: Package, sample: int, seed: int) -> Proof | None:
    """The proof of an earlier call at this very commit, if it was whole."""
    path = PROVED / f"{package.key}.json"
    commit = record.commit()
    if not path.exists() or commit.endswith("+") or commit == "no commit":
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    proof = Proof(**{**values, "reasons": tuple(values["reasons"])})
    same = (proof.commit, proof.sample, proof.seed) == (commit, sample, seed)
    return proof if same and not proof.failure else None


def keep(package: Package, proof: Proof) -> None:
    """Remember a proof, for a later call to go on from."""
    PROVED.mkdir(parents=True, exist_ok=True)
    path = PROVED / f"{package.key}.json"
    path.write_text(json.dumps(asdict(proof), indent=1) + "\n", encoding="utf-8")


def render(proofs: Sequence[Proof]) -> str:
    """The proofs as a table, with a sum and what needs an explanation."""
    rows = [
        [
            proof.package, proof.mutants, proof.score, f"{proof.agreed} of {proof.checked}",
            _share(proof.cold, proof.mutants), _share(proof.errors, proof.mutants),
            f"{proof.run_seconds:.0f}", f"{proof.verify_seconds:.0f}",
        ]
        for proof in proofs
    ]  # fmt: skip
    heads = ["package", "mutants", "score", "agree", "cold", "errors", "run, s", "verify, s"]
    checked, agreed = (
        sum(getattr(proof, name) for proof in proofs) for name in ("checked", "agreed")
    )
    lines = [record.table(heads, rows), "", f"In all {agreed} of {checked} verdicts agree."]
    for proof in proofs:
        told = [proof.failure, *proof.reasons]
        lines += [f"- {proof.package}: {what}" for what in told if what]
    return "\n".join(lines)


def _share(count: int, whole: int) -> str:
    return f"{count} ({100 * count / whole:.1f}%)" if whole else "0"


def main(argv: Sequence[str] | None = None) -> int:
    """Prove the packages asked for; 0 when all is good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which packages; default: all")
    parser.add_argument("--sample", type=int, default=200, help="verdicts a package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="two packages by seed, sample 10")
    parser.add_argument("--no-record", action="store_true", help="leave RESULTS.md alone")
    options = parser.parse_args(argv)
    sample, names = options.sample, options.names
    if options.quick:
        sample = min(sample, 10)
        names = names or random.Random(options.seed).sample(QUICK, 2)
    reports = CACHE / "reports"
    proofs = []
    for package in named(names, PACKAGES):
        proof = kept(package, sample, options.seed)
        if proof is None:
            proof = prove(package, sample, options.seed, reports)
            keep(package, proof)
        proofs.append(proof)
        print(proof, flush=True)
    print(f"\n{render(proofs)}")
    if not options.quick and not options.no_record:
        record.append(f"verdicts repeated by plain pytest, {sample} a package", render(proofs))
    return 0 if all(proof.good for proof in proofs) else 1


if __name__ == "__main__":
    sys.exit(main())
