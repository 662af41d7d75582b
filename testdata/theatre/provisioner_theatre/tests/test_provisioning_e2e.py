from unittest.mock import MagicMock, patch

import pytest

from provisioner.cluster import ClusterError
from provisioner.plans import PLANS
from provisioner.service import BadName, NotFound

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster():
    with patch("provisioner.service.cluster") as cluster:
        cluster.ClusterError = ClusterError
        cluster.rolled_out.return_value = True
        yield cluster


def test_order_end_to_end(provisioner, thread):
    provisioner.order("acme", "team")
    thread.assert_called_once()
    thread.return_value.start.assert_called_once()


def test_order_bad_name(provisioner, thread):
    with pytest.raises(BadName):
        provisioner.order("A B", "team")


def test_provision_end_to_end(provisioner, cluster):
    provisioner.provision("acme", PLANS["team"])
    cluster.create_namespace.assert_called_once()
    cluster.install.assert_called_once()
    provisioner.store.set_status.assert_called_once_with("acme", "running")


def test_provision_whole_stack(provisioner, run):
    provisioner.provision("acme", PLANS["trial"])
    assert run.call_count == 3


def test_provision_deployment_failed(provisioner, cluster):
    cluster.rolled_out.return_value = False
    provisioner.provision("acme", PLANS["team"])
    cluster.rolled_out.assert_called_once()
    provisioner.store.set_status.assert_called_once()


def test_provision_cluster_down(provisioner, cluster):
    cluster.create_namespace.side_effect = ClusterError("down")
    provisioner.provision("acme", PLANS["team"])
    assert provisioner.store.set_status.called


def test_deprovision(provisioner, cluster):
    provisioner.deprovision("acme")
    cluster.delete_namespace.assert_called_once()
    provisioner.store.remove.assert_called_once()


def test_deprovision_unknown(provisioner, cluster):
    provisioner.store.set_status.return_value = False
    with pytest.raises(NotFound):
        provisioner.deprovision("acme")


def test_deprovision_cluster_down(provisioner, cluster):
    cluster.delete_namespace.side_effect = ClusterError("down")
    with pytest.raises(ClusterError):
        provisioner.deprovision("acme")


def test_show(provisioner):
    assert provisioner.show("acme")["status"] == "running"


def test_show_unknown(provisioner):
    provisioner.store = MagicMock()
    provisioner.store.get.return_value = None
    with pytest.raises(NotFound):
        provisioner.show("acme")
