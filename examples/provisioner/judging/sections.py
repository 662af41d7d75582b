"""Parts of RESULTS.md that are no table of figures."""

from __future__ import annotations

import json

from judging.measure import STEPS, read
from judging.suites import ROOT, SUITES, Suite


def open_section() -> str:
    """What is still to be measured, in a sentence."""
    left = [
        f"{step} of the {suite.name} suite"
        for suite in SUITES
        for step in STEPS
        if not read(suite, step) and (step != "rest" or suite.rest)
    ]
    if not left:
        return ""
    return f"**Not measured yet**: {', '.join(left)}. `make judge` goes on from here."


def pictures_section() -> str:
    """The maps of boundaries, side by side; empty where there are none."""
    there = [suite for suite in SUITES if (ROOT / _picture(suite)).exists()]
    if not there:
        return ""
    lines = ["## Where the code leaves its process", ""]
    lines.append("| " + " | ".join(suite.title.lower() for suite in there) + " |")
    lines.append("| " + " | ".join("---" for _ in there) + " |")
    cells = [
        f"![Map of boundaries and pyramid of the {suite.title.lower()} suite]({_picture(suite)})"
        for suite in there
    ]
    lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _picture(suite: Suite) -> str:
    return f"results/boundaries-{suite.name}.png"


def load_section() -> str:
    """What `judging.load` left; empty where it did not run."""
    file = ROOT / "results" / "load.json"
    if not file.exists():
        return ""
    said = json.loads(file.read_text())
    lines = ["## Load", "", said["words"], "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in said["figures"].items()]
    lines += ["", f"`{said['command']}`, {said['day']}."]
    return "\n".join(lines)


def how_section() -> str:
    """Each measure with its command, its time, and what else the machine did."""
    lines = [
        "## How it was measured",
        "",
        "| suite | step | command | took | load | day |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for suite in SUITES:
        for step in STEPS:
            how = read(suite, f"{step}.how")
            if how and read(suite, step):
                minutes = f"{how['seconds'] / 60:.1f} min"
                load = f"{how['load']} on {how['cores']} cores"
                lines.append(
                    f"| {suite.name} | {step} | `{how['command']}` | {minutes} | {load} "
                    f"| {how['day']} |"
                )
    return "\n".join(lines)
