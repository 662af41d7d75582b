import json
from pathlib import Path

import pytest

import manifest

APP = {
    "name": "web",
    "image": "acme/web",
    "tag": "1.4",
    "size": "medium",
    "port": 80,
    "replicas": 2,
}


# verdict: witness: one comparison with a stored whole, and nothing can change unseen
def test_deployment_is_golden():
    golden = json.loads((Path(__file__).parent / "golden.json").read_text())
    assert manifest.deployment(APP) == golden


# verdict: prayer: the snapshot is written from the result, and never compared with anything
def test_deployment_snapshot_written(tmp_path):
    snapshot = tmp_path / "snapshot.json"
    try:
        snapshot.write_text(json.dumps(manifest.deployment(APP)))
    except Exception:
        snapshot.write_text("{}")
    assert snapshot.exists()


# verdict: smoke: the result is compared with itself
def test_deployment_equals_itself():
    result = manifest.deployment(APP)
    assert result == result


# verdict: smoke: both sides come from the same code, so both are wrong alike
def test_deployment_is_repeatable():
    assert manifest.deployment(APP) == manifest.deployment(dict(APP))


# verdict: faint_witness|witness: one key of the snapshot is looked for, not its value
def test_deployment_has_spec():
    assert "spec" in manifest.deployment(APP)


# verdict: witness: the defaults, in a literal
def test_container_defaults():
    assert manifest.container({"name": "job", "image": "acme/job"}) == {
        "name": "job",
        "image": "acme/job:latest",
        "resources": {
            "requests": {"cpu": "250m", "memory": "250Mi"},
            "limits": {"cpu": "500m", "memory": "378Mi"},
        },
    }


# verdict: faint_witness|witness: the limit of replicas from both sides; little of all that runs
def test_replicas():
    assert manifest.deployment({**APP, "replicas": 0})["spec"]["replicas"] == 0
    with pytest.raises(ValueError, match="must not be negative"):
        manifest.deployment({**APP, "replicas": -1})


# verdict: witness: exact names, in order
def test_diff():
    assert manifest.diff({"a": 1, "b": 2}, {"b": 3, "c": 4}) == ["a", "b", "c"]
    assert manifest.diff({"a": 1}, {"a": 1}) == []
