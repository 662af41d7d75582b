"""From what was measured to RESULTS.md: every number with its denominator and its command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from judging.measure import read
from judging.sections import how_section, load_section, open_section, pictures_section
from judging.shares import share, wilson
from judging.suites import JUDGED, REAL, ROOT, SHARD, SUITES, THEATRE, Suite

_UNKNOWN = "not measured"
Cell = Callable[[Suite], str]


def write() -> None:
    """Write RESULTS.md anew. What was not measured is called so."""
    (ROOT / "RESULTS.md").write_text(text())


def text() -> str:
    """The whole page."""
    parts = [
        _HEAD,
        open_section(),
        _table(),
        pictures_section(),
        _bugs(),
        _reading(),
        load_section(),
        how_section(),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


_HEAD = """
# Two suites over the same code

`tests_theatre/` mocks everything outside of a module; `tests/` uses the real thing. Both are green. `make judge` asks refute and coverage what each is worth, and writes this page: every figure is what was measured, with the command below.
"""


def _table() -> str:
    rows: list[tuple[str, Cell]] = [
        ("tests, all green", _tests),
        ("called integration, by path or name", _called),
        ("lines executed", _coverage),
        ("faults noticed (mutation score)", _score),
        ("of these, because an assertion said so", _told),
        ("of the faults that were tried on both", _common),
        ("planted bugs found", _found),
        ("tests judged", _judged),
        ("good witnesses", lambda suite: _verdict(suite, "witness")),
        ("faint witnesses", lambda suite: _verdict(suite, "faint_witness")),
        ("smoke: know only that nothing crashed", lambda suite: _verdict(suite, "smoke")),
        ("prayers: notice nothing at all", lambda suite: _verdict(suite, "prayer")),
        ("doubles that let a wrong argument pass", _blind_doubles),
        ("blind places (call and argument)", _blind_places),
        ("unit / integration / end to end, by what is crossed", _pyramid),
        ("stable under changed order, seeds, clock", _stable),
        ("seconds of the suite, observed", _seconds),
        ("until the first test fails when a fault is in (median)", _first),
        ("failure texts that show both values", _clear),
    ]
    lines = ["| | theatre | real |", "| --- | --- | --- |"]
    for name, cell in rows:
        lines.append(f"| {name} | {cell(THEATRE)} | {cell(REAL)} |")
    return "\n".join(lines)


def _tests(suite: Suite) -> str:
    for step in ("run", "defects"):
        said = read(suite, step)
        if said:
            return f"{said['baseline']['tests'] if step == 'run' else said['suite']['tests']:,}"
    return _UNKNOWN


def _called(suite: Suite) -> str:
    said = read(suite, "run")
    if not said:
        return _UNKNOWN
    names = [test["id"] for test in said["tests"]]
    return share(sum("integration" in name for name in names), len(names))


def _coverage(suite: Suite) -> str:
    said = read(suite, "coverage")
    if not said:
        return _UNKNOWN
    total = said["totals"]
    return share(total["covered_lines"], total["num_statements"])


def _mutation(suite: Suite) -> dict[str, Any] | None:
    said = read(suite, "run")
    return said["metrics"]["mutation"] if said else None


def _score(suite: Suite) -> str:
    said = _mutation(suite)
    if said is None:
        return _UNKNOWN
    noticed = said["killed"] + said["timeout"]
    if said["pending"]:
        tried = noticed + said["survived"] - said["settled"]
        about = said["estimate"]
        words = f"{noticed:,} of {tried:,} tried; {said['pending']:,} were not"
        if about is None:
            return words
        low, high = about["low"], about["high"]
        return f"about {about['score']:.1%} (95%: {low:.1%} to {high:.1%}); {words}"
    scored = noticed + said["survived"] + said["no_coverage"]
    low, high = wilson(noticed, scored)
    return f"{share(noticed, scored)}; of all, 95%: {low:.1%} to {high:.1%}"


def _told(suite: Suite) -> str:
    said = _mutation(suite)
    return _UNKNOWN if said is None else share(said["told"], said["killed"] + said["timeout"])


def _tried(suite: Suite) -> dict[str, str]:
    said = read(suite, "run")
    decided = ("killed", "timeout", "survived", "no_coverage")
    faults = said["mutants"] if said else ()
    return {one["id"]: one["verdict"] for one in faults if one["verdict"] in decided}


def _common(suite: Suite) -> str:
    """The faults on which there is a verdict of each suite."""
    ours, others = _tried(suite), [_tried(one) for one in SUITES]
    both = [id for id in ours if all(id in one for one in others)]
    noticed = sum(ours[id] in ("killed", "timeout") for id in both)
    return share(noticed, len(both)) if both else _UNKNOWN


def fates(suite: Suite) -> dict[str, str]:
    """What became of each bug, by the name of its patch: ``found``, ``missed`` or why neither."""
    told: dict[str, str] = {}
    # What only the quick tests were asked is not missed yet.
    missed = _UNKNOWN if suite.rest else "missed"
    for step in ("defects", "rest"):
        said = read(suite, step)
        for bug in said["bugs"] if said else ():
            where = f" by {' '.join(suite.quick)}" if step == "defects" and suite.rest else ""
            fate = {"detected": f"found{where}", "not-replayable": bug["unfit"]}.get(bug["fate"])
            told[bug["commit"]] = fate or ("missed" if step == "rest" else missed)
    return told


def _found(suite: Suite) -> str:
    told = [fate for fate in fates(suite).values() if fate != _UNKNOWN]
    if not told:
        return _UNKNOWN
    found = sum(fate.startswith("found") for fate in told)
    open_ = len(fates(suite)) - len(told)
    return f"{found:,} found, {open_:,} not measured" if open_ else share(found, len(told))


def _verdicts(suite: Suite) -> Counter[str]:
    said = read(suite, "tests")
    return (
        Counter(test.get("verdict") or "unjudged" for test in said["tests"]) if said else Counter()
    )


def _judged(suite: Suite) -> str:
    found = _verdicts(suite)
    whole = found.total()
    return share(whole - found["unjudged"] - found["flaky"], whole) if whole else _UNKNOWN


def _verdict(suite: Suite, verdict: str) -> str:
    found = _verdicts(suite)
    judged = found.total() - found["unjudged"] - found["flaky"]
    return share(found[verdict], judged) if judged else _UNKNOWN


def _blind_doubles(suite: Suite) -> str:
    said = read(suite, "tests")
    if not said or "doubles" not in said:
        return _UNKNOWN
    sent = [one for one in said["doubles"] if one["arguments"]]
    return share(sum(one["arguments_noticed"] < one["arguments"] for one in sent), len(sent))


def _blind_places(suite: Suite) -> str:
    said = read(suite, "tests")
    if not said or "blind_places" not in said:
        return _UNKNOWN
    return f"{len(said['blind_places']):,}"


def _pyramid(suite: Suite) -> str:
    said = read(suite, "tests")
    if not said or "pyramid" not in said:
        return _UNKNOWN
    found = said["pyramid"]
    return f"{found['unit']:,} / {found['integration']:,} / {found['end_to_end']:,}"


def _stable(suite: Suite) -> str:
    said = read(suite, "stability")
    if not said:
        return _UNKNOWN
    counts = said["counts"]
    runs = f"in {said['total_runs']} runs"
    return f"{share(counts['stable'], counts['judged'])} {runs}"


def _speed(suite: Suite) -> dict[str, Any] | None:
    said = read(suite, "run")
    return said["metrics"].get("speed") if said else None


def _seconds(suite: Suite) -> str:
    said = _speed(suite)
    return _UNKNOWN if said is None else f"{said['suite_seconds']:.0f} s"


def _first(suite: Suite) -> str:
    said = _speed(suite)
    found = said["first_failure"] if said else None
    return f"{found['at_least']:.1f} to {found['at_most']:.1f} s" if found else _UNKNOWN


def _clear(suite: Suite) -> str:
    said = read(suite, "tests")
    found = said["metrics"].get("clarity") if said else None
    return share(found["clear"], found["taken"]) if found and found["taken"] else _UNKNOWN


def _bugs() -> str:
    told = {suite.name: fates(suite) for suite in SUITES}
    lines = [
        "## Planted bugs",
        "",
        "Each is a patch in [bugs/](bugs): three classics, and twenty more. `found`: a test that passes on the right code fails with the bug.",
        "",
        "| bug | theatre | real |",
        "| --- | --- | --- |",
    ]
    for patch in sorted((ROOT / "bugs").glob("*.patch")):
        title, _, words, *_ = patch.read_text().splitlines()
        classic = "**" if words.startswith("Classic.") else ""
        cells = " | ".join(told[suite.name].get(patch.name, _UNKNOWN) for suite in SUITES)
        lines.append(f"| {classic}{title}{classic} | {cells} |")
    return "\n".join(lines)


def _reading() -> str:
    return f"""
## How to read it

- **Faults** are a sample: part {SHARD} of all that can be made in what decides and acts (API, billing, cluster, database sessions, domain, worker), drawn by their ids, so that both suites meet the same ones. The interval says what the sample says of the rest. Declarations (tables, shapes, settings, migrations) are left out: each fault there takes a fresh process. Planted bugs go there, too.
- A run that was stopped has tried the faults in its own order, the cheapest first: what it foretells of the rest is wide, and the row below it compares the two suites on the faults that both were tried on.
- **Tests and doubles** are judged by all faults of {" and ".join(f"`{path}`" for path in JUDGED)}: what is said of a test rests on every fault that it can meet there. Tests that meet fewer than five are not judged.
- **The real suite** is asked without `tests/contract`, `tests/chaos`, `tests/property`, `tests/cluster` and `{" ".join(REAL.slow)}`, whose tests take seconds to minutes each, so its figures are lower bounds. Planted bugs are put to `tests/unit` first, and to {", ".join(f"`{path}`" for path in REAL.rest)} where those missed them.
- **Lines executed** are those of the tests' own process. The real suite starts workers and commands as processes, whose lines are not counted.
- **Seconds** were taken on a machine that did other work, too: see the load below.
"""
