import pytest

from provisioner import cluster as programs
from provisioner.plans import PLANS

pytestmark = pytest.mark.integration

NAMESPACES = "/api/v1/namespaces"
DEPLOYMENT = "/apis/apps/v1/namespaces/instance-acme/deployments/app"


def test_namespace_comes_and_goes(cluster):
    programs.create_namespace("instance-acme")
    programs.create_namespace("instance-other")
    assert cluster.names(NAMESPACES) == ["instance-acme", "instance-other"]
    programs.delete_namespace("instance-acme")
    assert cluster.names(NAMESPACES) == ["instance-other"]


def test_namespace_twice(cluster):
    programs.create_namespace("instance-acme")
    with pytest.raises(programs.ClusterError, match="already exists"):
        programs.create_namespace("instance-acme")


def test_namespace_that_is_gone_is_no_error(cluster):
    programs.delete_namespace("instance-acme")
    assert cluster.names(NAMESPACES) == []


def test_install_has_the_values_of_the_plan(cluster):
    programs.create_namespace("instance-acme")
    programs.install("acme", "instance-acme", PLANS["company"], "1.10")
    spec = cluster.objects[DEPLOYMENT]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert spec["replicas"] == 4
    assert container["image"] == "registry.example/app:1.10"
    assert container["resources"]["requests"] == {"cpu": "2", "memory": "4Gi"}
    assert cluster.objects[DEPLOYMENT]["metadata"]["labels"]["release"] == "acme"


def test_install_without_namespace(cluster):
    with pytest.raises(programs.ClusterError, match="instance-acme not found"):
        programs.install("acme", "instance-acme", PLANS["trial"], "1.10")


@pytest.mark.parametrize(("version", "ready"), [("1.10", True), ("broken", False)])
def test_rollout(cluster, version, ready):
    programs.create_namespace("instance-acme")
    programs.install("acme", "instance-acme", PLANS["team"], version)
    assert programs.rolled_out("instance-acme", timeout=20) is ready


def test_rollout_that_takes_too_long(cluster):
    programs.create_namespace("instance-acme")
    programs.install("acme", "instance-acme", PLANS["team"], "1.10")
    cluster.objects[DEPLOYMENT]["status"] = {"availableReplicas": 1}
    assert programs.rolled_out("instance-acme", timeout=0.2, pause=0.1) is False


def test_program_that_is_missing(cluster, monkeypatch):
    monkeypatch.setenv("KUBECTL", "no-such-kubectl")
    with pytest.raises(programs.ClusterError, match="^no-such-kubectl is not installed$"):
        programs.create_namespace("instance-acme")
