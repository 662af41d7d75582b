import pytest

from provisioner.cluster import ClusterError
from provisioner.plans import UnknownPlan
from provisioner.service import BadName, NotFound, Provisioner
from provisioner.store import NameTaken

pytestmark = pytest.mark.integration

NAMESPACES = "/api/v1/namespaces"


def ordered(provisioner, name, plan):
    """Order an instance and wait for the work in the background."""
    worker = provisioner.order(name, plan)
    worker.join(timeout=60)
    assert not worker.is_alive()
    return provisioner.show(name)


def test_order_runs(provisioner, cluster):
    assert ordered(provisioner, "acme", "team") == {
        "name": "acme",
        "plan": "team",
        "status": "running",
        "detail": "",
        "namespace": "instance-acme",
    }
    deployment = cluster.objects["/apis/apps/v1/namespaces/instance-acme/deployments/app"]
    assert deployment["spec"]["replicas"] == 2


def test_failed_deployment_is_failed(store, cluster):
    shown = ordered(Provisioner(store, version="broken", timeout=20), "acme", "team")
    assert shown["status"] == "failed"
    assert shown["detail"] == "the deployment did not become ready"


def test_refusing_cluster_is_failed(provisioner, cluster):
    cluster.refused.add(f"POST {NAMESPACES}")
    shown = ordered(provisioner, "acme", "team")
    assert shown["status"] == "failed"
    assert "is forbidden" in shown["detail"]


def test_deprovision_leaves_nothing(provisioner, cluster):
    ordered(provisioner, "acme", "trial")
    provisioner.deprovision("acme")
    assert cluster.objects == {}
    with pytest.raises(NotFound):
        provisioner.show("acme")


def test_deprovision_refused_keeps_the_instance(provisioner, cluster):
    ordered(provisioner, "acme", "trial")
    cluster.refused.add(f"DELETE {NAMESPACES}/instance-acme")
    with pytest.raises(ClusterError, match="is forbidden"):
        provisioner.deprovision("acme")
    shown = provisioner.show("acme")
    assert shown["status"] == "failed"
    assert shown["detail"].startswith("not deleted: ")


def test_deprovision_unknown(provisioner, cluster):
    with pytest.raises(NotFound, match="acme"):
        provisioner.deprovision("acme")
    assert cluster.changes == []


@pytest.mark.parametrize("name", ["", "A", "a", "1a", "a_b", "a" * 31])
def test_bad_name(provisioner, cluster, name):
    with pytest.raises(BadName):
        provisioner.order(name, "team")
    assert cluster.changes == []


def test_unknown_plan_keeps_nothing(provisioner, store):
    with pytest.raises(UnknownPlan):
        provisioner.order("acme", "gold")
    assert store.get("acme") is None


def test_name_is_taken(provisioner):
    ordered(provisioner, "acme", "trial")
    with pytest.raises(NameTaken):
        provisioner.order("acme", "team")
