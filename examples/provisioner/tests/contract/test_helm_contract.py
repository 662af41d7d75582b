"""Would the chart, and helm itself, have taken what the worker sends?"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
from refute.contracts import Accepted, Refused, check
from refute.contracts.helm import Chart, check_values, load_helm_chart

from provisioner.cluster.helm import Helm, Status
from provisioner.cluster.values import Place, Wanted, release
from provisioner.domain.tiers import TIERS
from tests.support import helm

_ROOT = Path(__file__).resolve().parents[2]
_ID = UUID("33333333-3333-3333-3333-333333333333")
_PLACE = Place("ghcr.io/example/room", "instances.example.com")


def wanted(tier: str = "free", *, running: bool = True, mark: UUID | None = None) -> Wanted:
    return Wanted(_ID, f"room-{_ID}", tier, "1.0.0", running=running, restart_mark=mark)


@pytest.fixture(scope="module")
def chart() -> Chart:
    return load_helm_chart(_ROOT / "chart")


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("mark", [None, _ID])
def test_chart_takes_the_values_of_every_instance(
    tier: str, running: bool, mark: UUID | None, chart: Chart
) -> None:
    answer = check_values(chart, release(wanted(tier, running=running, mark=mark), _PLACE).values)
    assert answer.accepted, [str(problem) for problem in answer.problems]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"resources": {"cpu": "250m", "memory": "250m"}}, "schema"),
        ({"replicas": "1"}, "schema"),
        ({"storrage": "1Gi"}, "schema"),
        ({"tier": "enterprise"}, "schema"),
    ],
)
def test_chart_refuses_what_is_wrong(wrong: dict[str, object], kind: str, chart: Chart) -> None:
    answer = check_values(chart, release(wanted(), _PLACE).values | wrong)
    assert not answer.accepted
    assert kind in {problem.slug for problem in answer.problems}


@pytest.fixture
def lines(tmp_path: Path) -> list[list[str]]:
    """All that the worker says to helm, by a program that writes down its words and agrees."""
    program, said = tmp_path / "helm", tmp_path / "said"
    program.write_text(f'#!/bin/sh\nprintf "%s\\037" "$@" >> {said}\necho >> {said}\necho "{{}}"\n')
    program.chmod(0o755)
    ours = release(wanted(), _PLACE)
    tool = Helm(str(program), _ROOT / "chart", tmp_path / "kubeconfig")
    tool.apply(ours, None)
    tool.apply(ours, Status("pending-upgrade", {}, "0.1.0", 3))
    tool.remove(ours)
    with pytest.raises(KeyError):
        # It is asked for the status before it is found out that the answer is none.
        tool.status(ours)
    return [line.removesuffix("\x1f").split("\x1f") for line in said.read_text().splitlines()]


def test_helm_has_every_command_and_flag_that_it_is_given(
    lines: list[list[str]], tmp_path: Path
) -> None:
    real = Path(helm.program())
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "helm").symlink_to(real)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    verbs = {line[2] for line in lines}
    assert verbs == {"upgrade", "rollback", "uninstall", "status", "get"}
    for line in lines:
        assert not isinstance(check(["helm", *line], environment), Refused), line
    assert isinstance(check(["helm", "unistall", "room"], environment), Refused)
    assert isinstance(check(["helm", "list", "--namespace", "a"], environment), Accepted)
