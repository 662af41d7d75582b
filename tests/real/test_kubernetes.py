"""A real Kubernetes: pods run, services are reached, and the API server says no where it should.

Skipped where `refute real install kubernetes` has not been run, or a node can't be made.
"""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.real.killing import kill_at_random
from tests.real.places import PATIENCE, eventually, room

from refute.real.client import disconnect
from refute.real.kubernetes import Cluster, Refused, build, local_k8s_cluster
from refute.real.kubernetes.images import Image
from refute.real.kubernetes.kubeconfig import Access
from refute.real.kubernetes.programs import in_cache
from refute.real.kubernetes.provider import KubernetesProvider

ROUTES = {route.name: route for route in KubernetesProvider().routes({})}
needs_node = pytest.mark.skipif(not ROUTES["installed"].works, reason=ROUTES["installed"].detail)
needs_plane = pytest.mark.skipif(
    not ROUTES["control-plane"].works, reason=ROUTES["control-plane"].detail
)


@pytest.fixture(scope="module", autouse=True)
def _end() -> Iterator[None]:
    yield
    disconnect()


@pytest.fixture
def k8s() -> Iterator[Cluster]:
    with local_k8s_cluster(route="installed") as cluster:
        yield cluster


@cache
def small(*words: str) -> Image:
    """An image of the program that serves a line, and asks for one."""
    programs = in_cache()
    assert programs is not None
    return build({"/node": (programs / "node").read_bytes()}, ["/node", *words])


def pod(name: str, image: str, **more: Any) -> dict[str, Any]:
    container = {"name": "it", "image": image, "imagePullPolicy": "IfNotPresent", **more}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "containers": [container],
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
        },
    }


def service(name: str) -> dict[str, Any]:
    ports = [{"port": 80, "targetPort": 8080}]
    spec = {"selector": {"app": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def fetched(port: int, path: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.request("GET", path)
        return line.getresponse().read().decode()


APPLIES = """
from refute.real.kubernetes import Refused, local_k8s_cluster
with local_k8s_cluster(route="{route}") as k8s:
    meta = dict(name="settings")
    print(k8s.apply(dict(apiVersion="v1", kind="ConfigMap", metadata=meta))[0]["metadata"]["name"])
    with k8s.user("nobody") as nobody:
        try:
            nobody.get("configmap/settings")
        except Refused as refused:
            print(refused.status)
    print(k8s.lease.started["route"])
"""
"""Applies something, is refused something, and says by which route."""


@needs_node
def test_a_deployment_runs_and_its_service_is_reached_from_outside_and_by_name_from_a_pod(
    k8s: Cluster,
) -> None:
    image = k8s.push(small("hello", "good", "morning"), "hello:1")
    template = pod("web", image)
    del template["spec"]["restartPolicy"]
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": template["metadata"], "spec": template["spec"]},
        },
    }
    k8s.apply([deployment, service("web")])
    k8s.wait("deployment/web", "Ready")
    with k8s.port_forward("service/web", 80) as port:
        assert fetched(port, "/x").startswith("good morning /x web-")
    asking = ["/node", "get", "http://web/from-a-pod"]
    k8s.apply(pod("asks", image, command=asking))
    k8s.wait("pod/asks", "Succeeded")
    assert k8s.logs("asks").startswith("good morning /from-a-pod web-")
    names = {one["metadata"]["name"] for one in k8s.all("pods", "app=web")}
    assert len(names) == 2
    assert "GET /from-a-pod" in "".join(k8s.logs(name) for name in names)


@needs_node
def test_an_image_that_was_imported_runs_without_a_registry(k8s: Cluster) -> None:
    k8s.load_image(small("get", "http://nowhere.invalid/"), "example.com/small:7")
    k8s.apply(pod("fails", "example.com/small:7", imagePullPolicy="Never"))
    ended = k8s.wait("pod/fails", "Failed")
    assert ended["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 1
    assert "nowhere.invalid" in k8s.logs("pod/fails")


@needs_node
def test_a_wrong_tag_is_not_found_in_the_registry_and_the_pod_says_so(k8s: Cluster) -> None:
    image = k8s.push(small("hello"), "right:1")
    k8s.apply([pod("good", image), pod("bad", "localhost:5000/right:2")])
    k8s.wait("pod/good", "Running")
    waiting = k8s.wait("pod/bad", _fails_to_pull)
    told = waiting["status"]["containerStatuses"][0]["state"]["waiting"]
    assert told["reason"] in ("ErrImagePull", "ImagePullBackOff")
    said = " ".join(one["message"] for one in k8s.events("pod/bad"))
    assert "localhost:5000/right:2: not found" in said
    # The runtime has translated what the registry answered.
    answer = json.loads(fetched(k8s.lease.facts["registry"], "/v2/right/manifests/2"))
    assert answer["errors"][0]["code"] == "MANIFEST_UNKNOWN"


def _fails_to_pull(one: Any) -> bool:
    states = one["status"].get("containerStatuses") or [{}]
    return "Pull" in states[0].get("state", {}).get("waiting", {}).get("reason", "")


@needs_node
def test_a_claim_is_bound_and_its_pod_runs(k8s: Cluster) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    claim: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": spec,
    }
    image = k8s.push(small("hello"), "hello:1")
    user = pod("keeps", image, volumeMounts=[{"name": "data", "mountPath": "/data"}])
    user["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    k8s.apply([claim, user])
    assert k8s.wait("pvc/data", "Bound")["spec"]["storageClassName"] == "standard"
    k8s.wait("pod/keeps", "Running")


@needs_node
def test_a_quota_refuses_one_pod_too_many(k8s: Cluster) -> None:
    k8s.quota(pods=1)
    image = k8s.push(small("hello"), "hello:1")
    k8s.apply(pod("first", image))
    with pytest.raises(Refused, match="exceeded quota") as caught:
        k8s.apply(pod("second", image))
    assert caught.value.reason == "Forbidden"


@needs_node
def test_a_user_may_do_what_the_role_says_and_nothing_else(k8s: Cluster) -> None:
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
    k8s.apply(settings)
    with k8s.user("reader", rules) as reader:
        assert reader.get("configmap/settings")["metadata"]["name"] == "settings"
        for refused in (
            lambda: reader.delete("configmap/settings"),
            lambda: reader.get("secret/any"),
            lambda: reader.api.request("GET", "/api/v1/namespaces/default/configmaps"),
        ):
            with pytest.raises(Refused) as caught:
                refused()
            assert caught.value.status == 403
        assert reader.kubectl("auth", "can-i", "list", "configmaps").strip() == "yes"


@needs_node
def test_a_namespace_that_is_there_is_a_conflict(k8s: Cluster) -> None:
    body = {"metadata": {"name": k8s.namespace}}
    with pytest.raises(Refused) as caught:
        k8s.api.request("POST", "/api/v1/namespaces", body)
    assert (caught.value.status, caught.value.reason) == (409, "AlreadyExists")


@needs_node
def test_every_test_has_a_namespace_of_its_own_which_goes_with_it() -> None:
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    with local_k8s_cluster(route="installed") as outer:
        outer.apply(settings)
        with local_k8s_cluster(route="installed") as inner:
            assert inner.namespace != outer.namespace
            with pytest.raises(Refused) as caught:
                inner.get("configmap/settings")
            assert caught.value.reason == "NotFound"
            inner.apply(settings)
            assert f'"namespace": "{inner.namespace}"' in inner.kubeconfig
            # A copy that looks at another namespace looks there with kubectl, too.
            moved = replace(inner, namespace=outer.namespace)
            assert moved.kubectl("get", "configmap", "settings", "-o", "name")
            assert moved.kubeconfig_file != inner.kubeconfig_file
        outer.wait(f"namespace/{inner.namespace}", "deleted")
        assert not inner.kubeconfig_file.exists()
        assert outer.kubectl("get", "configmap", "settings", "-o", "name") == (
            "configmap/settings\n"
        )


@needs_node
def test_who_waits_in_vain_is_told_what_the_cluster_says(k8s: Cluster) -> None:
    k8s.apply(pod("stuck", "example.com/none:1"))
    with pytest.raises(TimeoutError) as caught:
        k8s.wait("pod/stuck", "Ready", timeout=4)
    assert "pod/stuck was not Ready within 4 s" in str(caught.value)
    assert "example.com/none:1: not found" in str(caught.value)


@needs_plane
def test_a_control_plane_alone_takes_pods_and_says_that_none_will_run() -> None:
    with local_k8s_cluster(route="control-plane", quota={"pods": "1"}) as plane:
        assert not plane.runs_pods
        assert "there is no node" in plane.lease.started["limits"]
        plane.apply(pod("waits", "example.com/none:1"))
        with pytest.raises(TimeoutError, match="no pod runs here"):
            plane.wait("pod/waits", "Running", timeout=1)
        with pytest.raises(Refused, match="exceeded quota"):
            plane.apply(pod("more", "example.com/none:1"))


@needs_plane
def test_the_programs_of_envtest_are_enough_for_an_api_server(tmp_path: Path) -> None:
    programs = in_cache()
    assert programs is not None
    for name in ("etcd", "kube-apiserver", "kubectl"):
        (tmp_path / name).symlink_to(programs / name)
    with room() as place:
        more = {"KUBEBUILDER_ASSETS": str(tmp_path)}
        said, _ = place.start(APPLIES.format(route="assets"), **more).communicate(timeout=PATIENCE)
        assert said.split() == ["settings", "403", "assets"]
        assert eventually(place.is_clean)


@needs_plane
def test_a_cluster_of_the_user_is_left_as_it_was(tmp_path: Path) -> None:
    with local_k8s_cluster(route="control-plane") as plane, room() as place:
        config = tmp_path / "config"
        config.write_text(plane.api.access.kubeconfig())
        more = {"REFUTE_KUBERNETES": f"{config}#refute"}
        said, _ = place.start(APPLIES.format(route="address"), **more).communicate(timeout=PATIENCE)
        assert said.split() == ["settings", "403", "address"]
        assert eventually(place.is_clean)
        assert eventually(
            lambda: (
                {one["metadata"]["name"] for one in plane.all("namespaces")}
                == {"default", "kube-system", "kube-public", "kube-node-lease", plane.namespace}
            )
        )


@needs_plane
def test_a_cluster_on_another_machine_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(Access("https://192.0.2.7:6443", token="secret").kubeconfig())
    with room() as place:
        program = APPLIES.format(route="address")
        process = place.start(program, REFUTE_KUBERNETES=str(config))
        _, said = process.communicate(timeout=PATIENCE)
        assert "error[real-refused]: kubernetes at 192.0.2.7 is not on this machine" in said
        assert eventually(place.is_clean)


@pytest.mark.parametrize(
    "route",
    [pytest.param("installed", marks=needs_node), pytest.param("control-plane", marks=needs_plane)],
)
def test_nothing_is_left_of_a_cluster_that_was_killed_somewhere(route: str) -> None:
    with room() as place:
        killed, left = kill_at_random(place, route, random.Random(route))
        assert not left, killed
