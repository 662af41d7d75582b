"""The parts of the Kubernetes dependency that need no cluster."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from refute.errors import RefuteError
from refute.real.kubernetes import box, images
from refute.real.kubernetes.conditions import holds, summary
from refute.real.kubernetes.kubeconfig import Access
from refute.real.kubernetes.manifests import objects
from refute.real.kubernetes.plane import Plan, apiserver, manager, tokens
from refute.real.kubernetes.programs import NAMES


def names(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = ((one.name, tar.extractfile(one)) for one in tar.getmembers())
        return {name: file.read() for name, file in files if file is not None}


def test_an_image_holds_its_files_and_is_the_same_each_time() -> None:
    image = images.build({"/bin/app": b"program"}, ["/bin/app"], env={"A": "1"}, user="7")
    again = images.build({"/bin/app": b"program"}, ["/bin/app"], env={"A": "1"}, user="7")
    assert image.digest == again.digest
    manifest = json.loads(image.manifest)
    config = json.loads(image.blobs[manifest["config"]["digest"]])
    assert config["config"] == {"Cmd": ["/bin/app"], "Env": ["A=1"], "User": "7"}
    layer = manifest["layers"][0]
    assert config["rootfs"]["diff_ids"] == [layer["digest"]]
    assert names(image.blobs[layer["digest"]]) == {"bin/app": b"program"}
    assert layer["size"] == len(image.blobs[layer["digest"]])


def test_an_archive_names_its_image_and_holds_all_of_it() -> None:
    image = images.build({"/app": b"program"}, ["/app"])
    files = names(images.archive(image, "example.com/app:7"))
    described = json.loads(files["index.json"])["manifests"][0]
    assert described["annotations"]["io.containerd.image.name"] == "example.com/app:7"
    assert files[f"blobs/{described['digest'].replace(':', '/')}"] == image.manifest
    assert {f"blobs/{digest.replace(':', '/')}" for digest in image.blobs} < files.keys()


def deployment(generation: int, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "generation": generation},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 1, **status},
    }


ALL = {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 2}


@pytest.mark.parametrize(
    ("thing", "condition", "expected"),
    [
        ({"metadata": {}, "status": {"phase": "Bound"}}, "Bound", True),
        ({"metadata": {}, "status": {"phase": "Pending"}}, "Bound", False),
        ({"metadata": {}}, "Ready", False),
        (
            {"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
            "Ready",
            True,
        ),
        (
            {"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}},
            "Ready",
            False,
        ),
        (deployment(1, **ALL), "Ready", True),
        (deployment(2, **ALL), "Ready", False),
        (deployment(1, **{**ALL, "updatedReplicas": 1}), "Ready", False),
        (deployment(1, **{**ALL, "replicas": 3}), "Ready", False),
        (
            deployment(2, conditions=[{"type": "Available", "status": "True"}]),
            "Available",
            False,
        ),
        (deployment(1, replicas=0), lambda one: one["status"]["replicas"] == 0, True),
    ],
)
def test_conditions(thing: dict[str, Any], condition: Any, expected: bool) -> None:
    assert holds(thing, condition) is expected


def test_what_an_object_says_of_itself() -> None:
    waiting = {"reason": "ErrImagePull", "message": "not found"}
    status = {
        "phase": "Pending",
        "conditions": [{"type": "Ready", "status": "False", "reason": "Why", "message": "so"}],
        "containerStatuses": [{"name": "it", "state": {"waiting": waiting}}],
    }
    assert summary({"status": status}) == [
        "phase: Pending",
        "Ready=False Why: so",
        "container it waiting ErrImagePull: not found",
    ]


def test_manifests_are_taken_in_many_forms(tmp_path: Path) -> None:
    one, other = {"kind": "A"}, {"kind": "B"}
    assert objects(one) == [one]
    assert objects([one, [other]]) == [one, other]
    assert objects({"kind": "List", "items": [one, other]}) == [one, other]
    assert objects('{"kind": "A"}') == [one]
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.json").write_text('{"kind": "A"}')
    (tmp_path / "b.json").write_text('{"kind": "B"}')
    (tmp_path / "notes.txt").write_text("no manifest")
    assert objects(tmp_path) == [other, one]
    assert objects(tmp_path / "b.json") == [other]


def test_documents_of_yaml_are_read_where_there_is_a_reader() -> None:
    text = "kind: A\n---\n---\nkind: B\n"
    try:
        import yaml  # noqa: F401
    except ImportError:
        with pytest.raises(RefuteError, match="PyYAML"):
            objects(text)
    else:
        assert objects(text) == [{"kind": "A"}, {"kind": "B"}]


def test_a_kubeconfig_has_one_context_and_leaves_out_what_is_not_there() -> None:
    text = Access("https://127.0.0.1:1", "PEM", token="secret").kubeconfig("mine")
    document = json.loads(text)
    assert [one["context"]["namespace"] for one in document["contexts"]] == ["mine"]
    assert document["users"][0]["user"] == {"token": "secret"}
    assert document["clusters"][0]["cluster"]["certificate-authority-data"] == "UEVN"


def test_every_user_of_a_control_plane_has_a_token_of_its_own(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, "secret")
    lines = tokens(plan).splitlines()
    assert len({line.split(",")[0] for line in lines}) == len(lines)
    assert f'{plan.token_of("refute-admin")},refute-admin,refute-admin,"system:masters"' in lines


def test_only_a_node_makes_volumes_and_only_certificates_are_given_that_there_are(
    tmp_path: Path,
) -> None:
    alone = Plan(tmp_path, tmp_path, "secret", certificates=False)
    assert not [word for word in (*apiserver(alone), *manager(alone)) if "ca.crt" in word]
    assert "--enable-hostpath-provisioner=true" not in manager(alone)
    assert "--enable-hostpath-provisioner=true" in manager(box.plan("secret"))


def test_a_box_starts_what_was_installed_and_leads_to_it_from_the_loopback_alone() -> None:
    ports = {"api": 4001, "registry": 4002}
    spec = box.spec("refute-x", Path("/keep"), Path("/cache"), ports, "secret")
    started = {Path(one["argv"][0]).name for one in spec["programs"]}
    assert set(NAMES) - {"kubectl"} <= started
    assert [one["listen"] for one in spec["forwards"]] == ["127.0.0.1:4001", "127.0.0.1:4002"]
    # What lies in /tmp is out of sight once the box has a /tmp of its own.
    targets = [one["to"] for one in spec["mounts"]]
    assert targets.index(str(box.BOX)) < targets.index("/tmp")
    assert json.loads(json.dumps(spec)) == spec
