"""The chart, rendered by real Helm, and the values that the service gives it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
import yaml

from provisioner.cluster.values import Place, Wanted, release
from provisioner.domain.tiers import TIERS
from tests.support import helm

CHART = Path(__file__).resolve().parents[2] / "chart"
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
ID = UUID("11111111-1111-4111-8111-111111111111")
PLACE = Place("example/room", "rooms.test")


def values(tier: str, running: bool = True, version: str = "1.0.0") -> dict[str, Any]:
    return release(Wanted(ID, f"room-{ID}", tier, version, running, ID), PLACE).values


def rendered(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By kind; there is one of each."""
    done = subprocess.run(
        [helm.program(), "template", "room", str(CHART), "-n", f"room-{ID}", "--values", "-"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert len({one["kind"] for one in found}) == len(found)
    return {one["kind"]: one for one in found}


@pytest.mark.parametrize("tier", list(TIERS))
def test_values_of_every_tier_satisfy_the_schema(tier: str) -> None:
    jsonschema.validate(values(tier), SCHEMA)


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (["replicas"], 2),
        (["replicas"], -1),
        (["instance"], "mine"),
        (["tier"], "gold"),
        (["image", "tag"], "a tag"),
        (["resources", "cpu"], "lots"),
        (["resources", "memory"], "0Mi"),
        (["storage"], "1TB"),
        (["host"], "Not A Host"),
        (["surprise"], True),
        (["port"], 80),
    ],
)
def test_schema_refuses(path: list[str], bad: object) -> None:
    given = values("free")
    at = given
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = bad
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, SCHEMA)


@pytest.mark.parametrize("tier", list(TIERS))
def test_quota_is_exactly_what_the_tier_has(tier: str) -> None:
    found = rendered(values(tier))
    bought = TIERS[tier]
    limits = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"cpu": bought.cpu, "memory": bought.memory}
    hard = found["ResourceQuota"]["spec"]["hard"]
    assert (hard["limits.cpu"], hard["limits.memory"]) == (bought.cpu, bought.memory)
    assert hard["requests.storage"] == bought.storage
    assert hard["pods"] == "1"
    claim = found["PersistentVolumeClaim"]["spec"]["resources"]["requests"]
    assert claim == {"storage": bought.storage}


def test_pod_is_held_to_the_strictest_standard() -> None:
    pod = rendered(values("free"))["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    inner = pod["containers"][0]["securityContext"]
    assert inner["allowPrivilegeEscalation"] is False
    assert inner["readOnlyRootFilesystem"] is True
    assert inner["capabilities"] == {"drop": ["ALL"]}


def test_instance_may_do_nothing_and_support_may_look() -> None:
    found = rendered(values("free"))
    rules = found["Role"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert "secrets" not in {one for rule in rules for one in rule["resources"]}
    assert [one["kind"] for one in found["RoleBinding"]["subjects"]] == ["Group"]


def test_network_is_closed_but_for_what_is_needed() -> None:
    policy = rendered(values("free"))["NetworkPolicy"]["spec"]
    assert policy["podSelector"] == {}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    world = policy["egress"][1]["to"][0]["ipBlock"]
    assert set(world["except"]) >= {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}


def test_parts_find_one_another() -> None:
    found = rendered(values("free"))
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"].items() <= labels.items()
    assert labels["app.kubernetes.io/instance"] == "room"
    backend = found["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == found["Service"]["metadata"]["name"]
    pod = found["Deployment"]["spec"]["template"]["spec"]
    assert (
        pod["volumes"][0]["persistentVolumeClaim"]["claimName"]
        == (found["PersistentVolumeClaim"]["metadata"]["name"])
    )
    assert pod["serviceAccountName"] == found["ServiceAccount"]["metadata"]["name"]


def test_stopped_has_no_pods_and_keeps_its_volume() -> None:
    found = rendered(values("free", running=False))
    assert found["Deployment"]["spec"]["replicas"] == 0
    assert "PersistentVolumeClaim" in found
