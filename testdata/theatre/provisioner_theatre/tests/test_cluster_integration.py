import pytest

from provisioner import cluster
from provisioner.plans import PLANS, UnknownPlan, plan_named

pytestmark = pytest.mark.integration


def test_create_namespace(run):
    cluster.create_namespace("instance-acme")
    run.assert_called_once()


def test_delete_namespace(run):
    cluster.delete_namespace("instance-acme")
    run.assert_called_once()
    assert "namespace" in run.call_args.args[0]


def test_install(run):
    cluster.install("acme", "instance-acme", PLANS["team"], "1.10")
    assert run.call_count == 1
    command = run.call_args.args[0]
    assert command[1] == "install"
    assert "--set" in command


def test_rolled_out(run):
    assert cluster.rolled_out("instance-acme") is True


def test_not_rolled_out(run, sleep):
    run.return_value.stdout = '{"spec": {"replicas": 2}, "status": {}}'
    assert cluster.rolled_out("instance-acme", timeout=0.05) is False
    assert sleep.called


def test_rollout_failed(run):
    run.return_value.stdout = (
        '{"spec": {"replicas": 2}, "status": {"conditions":'
        ' [{"reason": "ProgressDeadlineExceeded"}]}}'
    )
    assert cluster.rolled_out("instance-acme") is False


def test_program_fails(run):
    run.return_value.returncode = 1
    with pytest.raises(cluster.ClusterError):
        cluster.kubectl("version")


def test_program_is_missing(run):
    run.side_effect = FileNotFoundError
    with pytest.raises(cluster.ClusterError):
        cluster.helm("version")


def test_plans():
    assert plan_named("team") is not None
    with pytest.raises(UnknownPlan):
        plan_named("gold")
