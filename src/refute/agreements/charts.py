"""What helm renders of charts, and whether a cluster takes it, by the programs of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refute.agreements.programs import environment
from refute.contracts import Unknown
from refute.contracts.helm import check_manifests, render
from refute.contracts.survey import Part, chart_files

NO_CLUSTER = "whether a cluster takes the manifests (--kubeconfig)"


def rendered(
    chart: Path, files: Sequence[Path], kubeconfig: Path | None
) -> tuple[list[str], list[str]]:
    """What helm and a cluster refuse, and what they could not be asked, a line each.

    Raises RefuteError ``real-refused`` for a cluster that is not on this machine.
    """
    found = render(chart, files, environment())
    if isinstance(found, Unknown):
        return [], [found.reason]
    if found.refusal:
        return [f"helm: {found.refusal}"], []
    if kubeconfig is None:
        return [], [NO_CLUSTER]
    said = check_manifests(found.manifests, kubeconfig, environment())
    if isinstance(said, Unknown):
        return [], [said.reason]
    return [f"cluster: {line}" for line in said.refusals], []


def manifests(root: Path, kubeconfig: Path | None) -> Part:
    """All charts below a folder, rendered with their own values and with each file of values."""
    part = Part("manifests")
    unasked: dict[str, int] = {}
    for folder, files in chart_files(root):
        name = folder.relative_to(root).as_posix()
        for file in (None, *files):
            shown = f"{name}/{'values.yaml' if file is None else file.name}"
            refused, untold = rendered(folder, () if file is None else (file,), kubeconfig)
            if refused and file is None and refused[0].startswith("helm: "):
                # What a chart must be given is not in the chart.
                part.untold.append(f"{shown}: by its own values alone, {refused[0]}")
                continue
            for line in untold:
                unasked[line] = unasked.get(line, 0) + 1
            part.checked += untold in ([], [NO_CLUSTER])
            part.found += [f"{shown}: {line}" for line in refused]
    for line, times in unasked.items():
        part.untold.append(f"{line}: {times} times" if times > 1 else line)
    if not part.checked and not part.untold:
        part.absent = "no Helm chart here"
    return part
