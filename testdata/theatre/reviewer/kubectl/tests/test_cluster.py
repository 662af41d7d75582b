import json
from unittest.mock import call, patch

import pytest

import cluster
from cluster import ClusterError


# verdict: witness: every command is compared, in order, and the result too
def test_missing_namespace_is_created_and_labelled():
    answers = [ClusterError('namespaces "shop" not found'), "", "", ""]
    with patch("cluster.run", autospec=True, side_effect=answers) as run:
        assert cluster.ensure_namespace("shop", {"team": "web", "env": "prod"}) is True
    assert run.mock_calls == [
        call(["get", "namespace", "shop"]),
        call(["create", "namespace", "shop"]),
        call(["label", "namespace", "shop", "env=prod"]),
        call(["label", "namespace", "shop", "team=web"]),
    ]


# verdict: witness: nothing but the question may be asked when the namespace is there
def test_existing_namespace_is_left_alone():
    with patch("cluster.run", return_value="shop Active") as run:
        assert cluster.ensure_namespace("shop", {"team": "web"}) is False
    run.assert_called_once_with(["get", "namespace", "shop"])


# verdict: witness: another failure than "not found" has to come through, and nothing be made
def test_other_failures_are_not_taken_for_absence():
    with patch("cluster.run", side_effect=ClusterError("connection refused")) as run:
        with pytest.raises(ClusterError, match="^connection refused$"):
            cluster.ensure_namespace("shop")
    run.assert_called_once_with(["get", "namespace", "shop"])


# verdict: faint_witness: told only if no command at all is run; any command would do
# finding: deaf-test: run and after_change receive nine places, and none is looked at
# finding: blind-place: delete_pod's after_change: neither the action nor the name is seen by any test
def test_delete_pod():
    with patch("cluster.run") as run, patch("cluster.after_change"):
        cluster.delete_pod("web-1", "shop", 5)
    run.assert_called()


# verdict: witness: the command is compared strictly
# finding: leak: after_change is not patched, so the program "true" is really started
# finding: blind-place: arguable: after_change's subprocess.run is a real boundary; no test sees what it is sent
@patch("cluster.run")
def test_unit_delete_pod_at_once(run):
    cluster.delete_pod("web-1", namespace="shop", grace=0)
    run.assert_called_once_with(
        [
            *("delete", "pod", "web-1", "--namespace", "shop", "--grace-period=0"),
            *("--force", "--now=false", "--wait=true", "--timeout=10s"),
        ]
    )


# verdict: witness: numbers in, numbers out, and the command is strict
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"spec": {"replicas": 3}, "status": {"readyReplicas": 2}}, (2, 3)),
        ({"spec": {"replicas": 3}, "status": {}}, (0, 3)),
        ({}, (0, 1)),
    ],
)
def test_replicas(document, expected):
    with patch("cluster.run", return_value=json.dumps(document)) as run:
        assert cluster.replicas("web", "shop") == expected
    run.assert_called_once_with(["get", "deployment", "web", "-n", "shop", "-o", "json"])


# verdict: witness: the result alone is checked, but it is alone on several faults; no command is, though most of the function is commands
# finding: claim: called integration, and no program is started: cluster.run is a double
# finding: deaf-test: cluster.run receives three commands of five and more places, and none is looked at
# finding: blind-place: roll_out's run, set image: no test sees the image, the deployment or the verb
# finding: blind-place: roll_out's run, rollout status: no test sees the deployment, the verb or the timeout
def test_integration_roll_out():
    status = json.dumps({"spec": {"replicas": 2}, "status": {"readyReplicas": 2}})
    with patch("cluster.run", side_effect=["image updated", "rolled out", status]):
        assert cluster.roll_out("web", "shop/web:7", "shop") is True
