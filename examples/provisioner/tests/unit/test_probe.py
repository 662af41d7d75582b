"""What a probe reports: exit codes, and metrics that a parser of Prometheus' format reads."""

from __future__ import annotations

import pytest

from provisioner.probe import FAILED, LEFT, WELL, Report


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report({"ready": 0.1}), WELL),
        (Report({"ready": 0.1}, failed="ready"), FAILED),
        (Report({"ready": 0.1}, left=["instance"]), LEFT),
        (Report({"ready": 0.1}, failed="ready", left=["instance"]), FAILED),
    ],
)
def test_exit_codes(report: Report, code: int) -> None:
    assert report.code == code
    assert f"provisioner_probe_success {int(code == WELL)}\n" in report.metrics(0)


def test_metrics() -> None:
    report = Report({"ready": 0.0123, "sign-in": 2}, failed="sign-in", left=["instance"])
    said = report.metrics(1_800_000_000.4).splitlines()
    assert said[-1] == "# EOF"
    assert [line for line in said if not line.startswith("#")] == [
        "provisioner_probe_success 0",
        "provisioner_probe_left_behind 1",
        'provisioner_probe_step_failed{step="ready"} 0',
        'provisioner_probe_step_failed{step="sign-in"} 1',
        'provisioner_probe_step_seconds{step="ready"} 0.012',
        'provisioner_probe_step_seconds{step="sign-in"} 2.000',
        "provisioner_probe_time_seconds 1800000000",
    ]
