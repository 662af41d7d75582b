"""Helm on a real cluster: a chart linted, rendered, installed, upgraded, rolled back, removed.

Each runs by the helm program and by Helm as a library; what is not there is skipped.
"""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refute.real.client import disconnect
from refute.real.helm import Helm, HelmFailed, helm
from refute.real.helm.programs import routes
from refute.real.kubernetes import Cluster, Image, Refused, build, local_k8s_cluster
from refute.real.kubernetes.programs import in_cache
from refute.real.kubernetes.provider import KubernetesProvider

NODE = {one.name: one for one in KubernetesProvider().routes({})}["installed"]
ROUTES = {one.name: one for one in routes()}
CHART = Path(__file__).parents[2] / "testdata" / "charts" / "web"

pytestmark = pytest.mark.skipif(not NODE.works, reason=NODE.detail)


@pytest.fixture(scope="module", autouse=True)
def _end() -> Iterator[None]:
    yield
    disconnect()


@pytest.fixture(scope="module")
def image() -> Image:
    programs = in_cache()
    assert programs is not None
    return build({"/node": (programs / "node").read_bytes()}, ["/node", "hello"])


@pytest.fixture
def k8s() -> Iterator[Cluster]:
    with local_k8s_cluster(route=NODE.name) as cluster:
        yield cluster


@pytest.fixture(params=["installed", "in-process"])
def chart_tool(request: pytest.FixtureRequest, k8s: Cluster) -> Iterator[Helm]:
    route = ROUTES[request.param]
    if not route.works:
        pytest.skip(f"{route.name}: {route.detail}")
    with helm(k8s, request.param) as tool:
        yield tool


def served(k8s: Cluster) -> str:
    with (
        k8s.port_forward("service/first-web", 80) as port,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line,
    ):
        line.request("GET", "/")
        return line.getresponse().read().decode().split()[0]


def test_a_release_from_its_installation_to_its_end(
    k8s: Cluster, chart_tool: Helm, image: Image
) -> None:
    values = {"image": k8s.push(image, "chart:1"), "words": "one"}
    first = chart_tool.install("first", CHART, values)
    assert (first.revision, first.status, first.namespace) == (1, "deployed", k8s.namespace)
    assert served(k8s) == "one"
    assert chart_tool.upgrade("first", CHART, {**values, "words": "two"}).revision == 2
    assert served(k8s) == "two"
    back = chart_tool.rollback("first")
    assert (back.revision, back.status) == (3, "deployed")
    assert served(k8s) == "one"
    history = chart_tool.history("first")
    assert [one.status for one in history] == ["superseded", "superseded", "deployed"]
    assert [one.chart for one in history] == ["web-0.1.0"] * 3
    chart_tool.uninstall("first")
    with pytest.raises(Refused):
        k8s.get("deployment/first-web")


def test_a_chart_is_rendered_without_the_cluster(chart_tool: Helm) -> None:
    text = chart_tool.template(CHART, {"image": "example.com/x:1", "words": "hi"}, "other")
    assert "name: other-web" in text
    assert "example.com/x:1" in text
    assert "has been installed" not in text


def test_values_against_the_schema_are_refused(chart_tool: Helm) -> None:
    with pytest.raises(HelmFailed, match="replicas"):
        chart_tool.install("first", CHART, {"image": "example.com/x:1", "replicas": "many"})
    assert any("replicas" in line for line in chart_tool.lint(CHART, {"replicas": "many"}))


def test_what_is_wrong_with_a_chart_is_listed(chart_tool: Helm, tmp_path: Path) -> None:
    assert chart_tool.lint(CHART, {"image": "example.com/x:1"}) == []
    broken = shutil.copytree(CHART, tmp_path / "web")
    (broken / "templates" / "broken.yaml").write_text("{{ .Values.image.tag.nothing | quoted }}\n")
    assert any("quoted" in line for line in chart_tool.lint(broken))


def test_an_image_that_is_not_there_fails_the_installation(k8s: Cluster, chart_tool: Helm) -> None:
    with pytest.raises(HelmFailed):
        chart_tool.install("first", CHART, {"image": "example.com/none:1"}, timeout=4)
    assert chart_tool.history("first")[-1].status == "failed"
    pods = k8s.all("pods")
    said = " ".join(one["message"] for one in k8s.events(f"pod/{pods[0]['metadata']['name']}"))
    assert "example.com/none:1: not found" in said


def test_a_release_of_the_same_name_is_a_conflict(
    k8s: Cluster, chart_tool: Helm, image: Image
) -> None:
    values = {"image": k8s.push(image, "chart:1")}
    chart_tool.install("first", CHART, values, timeout=0)
    with pytest.raises(HelmFailed, match="still in use"):
        chart_tool.install("first", CHART, values, timeout=0)
