"""Integration: Helm and the Kubernetes API."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from unittest.mock import MagicMock, mock_open, patch

import httpx2
import pytest

from factories import INSTANCE_ID, make_release
from provisioner.cluster import Health, Readiness, Refused, Unreachable, access, readiness
from provisioner.cluster.access import Access, NoAccess
from provisioner.cluster.helm import Helm, Status
from provisioner.cluster.kube import KubeCluster
from provisioner.cluster.kubernetes import OWNER, Kubernetes

pytestmark = pytest.mark.integration

RELEASE = make_release()
OURS = {"metadata": {"labels": {OWNER: str(INSTANCE_ID)}}}
SOMEBODY_ELSES = {"metadata": {"labels": {OWNER: "somebody"}}}
GOING = {"metadata": {"labels": {OWNER: str(INSTANCE_ID)}, "deletionTimestamp": "now"}}
KUBECONFIG = {
    "current-context": "test",
    "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "https://kubernetes.test"}}],
    "users": [{"name": "u", "user": {"token": "a-token"}}],
}


def done(stdout="", stderr="", returncode=0):
    return subprocess.CompletedProcess([], returncode, stdout, stderr)


class TestHelm:
    @pytest.fixture
    def run(self):
        with patch("provisioner.cluster.helm.subprocess.run") as mock:
            mock.return_value = done()
            yield mock

    @pytest.fixture
    def helm(self):
        with patch("provisioner.cluster.helm.shutil.which", return_value="/usr/bin/setpriv"):
            return Helm("helm", Path("/chart"), Path("/kubeconfig"))

    def test_status(self, helm, run):
        said = {"info": {"status": "deployed"}, "config": {"tier": "free"}, "version": 1}
        run.side_effect = [done(json.dumps(said)), done('{"version": "0.1.0"}')]
        assert helm.status(RELEASE) == Status("deployed", {"tier": "free"}, "0.1.0", 1)

    def test_status_of_nothing(self, helm, run):
        run.return_value = done(stderr="Error: release: not found", returncode=1)
        assert helm.status(RELEASE) is None

    def test_install(self, helm, run):
        helm.apply(RELEASE, None)
        run.assert_called_once()
        command = run.call_args.args[0]
        assert "upgrade" in command
        assert "--install" in command

    def test_rollback_of_what_was_cut_off(self, helm, run):
        helm.apply(RELEASE, Status("pending-upgrade", {}, "0.1.0", 2))
        assert run.call_count == 2

    def test_install_after_a_removal(self, helm, run):
        helm.apply(RELEASE, Status("uninstalling", {}, "0.1.0", 2))
        assert run.call_count == 2

    def test_remove(self, helm, run):
        helm.remove(RELEASE)
        run.assert_called_once()

    def test_holds(self, helm):
        status = Status("deployed", {"tier": "free"}, "0.1.0", 1)
        with patch.object(Path, "read_text", return_value="version: 0.1.0"):
            assert helm.holds(RELEASE, status)

    def test_does_not_hold(self, helm):
        assert not helm.holds(RELEASE, None)

    @pytest.mark.parametrize(
        "message", ["Error: values don't meet the specifications of the schema", "is forbidden"]
    )
    def test_refused(self, helm, run, message):
        run.return_value = done(stderr=message, returncode=1)
        with pytest.raises(Refused):
            helm.apply(RELEASE, None)

    def test_failed(self, helm, run):
        run.return_value = done(stderr="Error: connection refused", returncode=1)
        with pytest.raises(Unreachable, match="connection refused"):
            helm.apply(RELEASE, None)

    def test_timeout(self, helm, run):
        run.side_effect = subprocess.TimeoutExpired("helm", 60)
        with pytest.raises(Unreachable):
            helm.remove(RELEASE)

    def test_not_installed(self, helm, run):
        run.side_effect = FileNotFoundError("helm")
        with pytest.raises(Unreachable):
            helm.remove(RELEASE)


class TestKubernetes:
    @pytest.fixture
    def http(self):
        with patch("provisioner.cluster.kubernetes.httpx2.Client") as mock:
            yield mock.return_value

    @pytest.fixture
    def api(self, http):
        return Kubernetes(Access("https://kubernetes.test", True, "a-token"))

    def answer(self, status=200, body=None):
        mock = MagicMock()
        mock.status_code = status
        mock.is_success = status < 400
        mock.json.return_value = body or {}
        return mock

    def test_namespace(self, api, http):
        http.request.return_value = self.answer(body=OURS)
        assert api.namespace("room-1") == OURS

    def test_namespace_that_is_not_there(self, api, http):
        http.request.return_value = self.answer(404)
        assert api.namespace("room-1") is None

    def test_make_namespace(self, api, http):
        http.request.return_value = self.answer(201)
        api.make_namespace("room-1", "owner")
        http.request.assert_called_once()

    def test_delete_namespace(self, api, http):
        http.request.return_value = self.answer()
        api.delete_namespace("room-1")
        http.request.assert_called_once()

    def test_deployment(self, api, http):
        http.request.return_value = self.answer(body={"spec": {"replicas": 1}})
        assert api.deployment("room-1", "room") == {"spec": {"replicas": 1}}

    def test_pods(self, api, http):
        http.request.return_value = self.answer(body={"items": [{"metadata": {}}]})
        assert len(api.pods("room-1", "room")) == 1

    @pytest.mark.parametrize("status", [409, 429, 500, 503])
    def test_try_again(self, api, http, status):
        http.request.return_value = self.answer(status)
        with pytest.raises(Unreachable):
            api.namespace("room-1")

    @pytest.mark.parametrize("status", [400, 403, 422])
    def test_refused(self, api, http, status):
        http.request.return_value = self.answer(status)
        with pytest.raises(Refused):
            api.namespace("room-1")

    def test_error_without_json(self, api, http):
        answer = self.answer(500)
        answer.json.side_effect = ValueError
        answer.text = "oops"
        http.request.return_value = answer
        with pytest.raises(Unreachable, match="oops"):
            api.namespace("room-1")

    def test_unreachable(self, api, http):
        http.request.side_effect = httpx2.ConnectError("refused")
        with pytest.raises(Unreachable):
            api.namespace("room-1")

    def test_close(self, api, http):
        api.close()
        http.close.assert_called_once_with()


class TestCluster:
    @pytest.fixture
    def helm(self):
        return MagicMock()

    @pytest.fixture
    def api(self):
        return MagicMock()

    @pytest.fixture
    def kube(self, helm, api):
        return KubeCluster(helm, api)

    def test_of_settings(self, settings):
        with (
            patch("provisioner.cluster.kube.access.find"),
            patch("provisioner.cluster.kube.Helm") as helm,
            patch("provisioner.cluster.kube.Kubernetes"),
        ):
            KubeCluster.of(settings)
        helm.assert_called_once()

    def test_claim(self, kube, api):
        api.namespace.side_effect = [None, OURS]
        kube.claim(RELEASE)
        api.make_namespace.assert_called_once_with(RELEASE.namespace, RELEASE.owner)

    def test_claim_again(self, kube, api):
        api.namespace.return_value = OURS
        kube.claim(RELEASE)
        api.make_namespace.assert_not_called()

    def test_claim_of_somebody_elses(self, kube, api):
        api.namespace.return_value = SOMEBODY_ELSES
        with pytest.raises(Refused):
            kube.claim(RELEASE)

    @pytest.mark.parametrize("found", [[None, None], [GOING, GOING]])
    def test_claim_of_what_goes(self, kube, api, found):
        api.namespace.side_effect = found
        with pytest.raises(Unreachable):
            kube.claim(RELEASE)

    def test_apply(self, kube, api, helm):
        api.deployment.return_value = None
        kube.apply(RELEASE)
        helm.apply.assert_called_once()

    def test_apply_what_is_there(self, kube, api, helm):
        helm.holds.return_value = True
        kube.apply(RELEASE)
        helm.apply.assert_not_called()

    def test_readiness(self, kube, api):
        with patch("provisioner.cluster.kube.readiness.judge") as judge:
            judge.return_value = Readiness(Health.READY)
            assert kube.readiness(RELEASE).health is Health.READY

    def test_readiness_while_waiting(self, kube, api):
        with patch("provisioner.cluster.kube.readiness.judge") as judge:
            judge.side_effect = [Readiness(Health.WAITING), Readiness(Health.BROKEN, "no image")]
            assert kube.readiness(RELEASE).health is Health.BROKEN
        api.pods.assert_called_once()

    def test_remove(self, kube, api, helm):
        api.namespace.return_value = OURS
        kube.remove(RELEASE)
        helm.remove.assert_called_once_with(RELEASE)

    def test_remove_what_is_not_there(self, kube, api, helm):
        api.namespace.return_value = None
        kube.remove(RELEASE)
        helm.remove.assert_not_called()

    def test_vanished(self, kube, api):
        api.namespace.side_effect = [OURS, None]
        assert kube.vanished(RELEASE)
        api.delete_namespace.assert_called_once_with(RELEASE.namespace)

    def test_vanished_already(self, kube, api):
        api.namespace.return_value = None
        assert kube.vanished(RELEASE)

    def test_not_yet_vanished(self, kube, api):
        api.namespace.return_value = GOING
        assert not kube.vanished(RELEASE)

    def test_close(self, kube, api):
        kube.close()
        api.close.assert_called_once_with()


class TestAccess:
    def test_kubeconfig(self):
        with patch("provisioner.cluster.access.ssl.create_default_context"):
            found = access.from_kubeconfig(KUBECONFIG, Path("/"))
        assert found.server == "https://kubernetes.test"
        assert found.headers() == {"Authorization": "Bearer a-token"}

    def test_kubeconfig_without_tls(self):
        cluster = {"name": "c", "cluster": {"server": "http://localhost:8080"}}
        found = access.from_kubeconfig({**KUBECONFIG, "clusters": [cluster]}, Path("/"))
        assert found.tls is False

    def test_kubeconfig_with_a_certificate(self):
        user = {"client-certificate-data": "YQ==", "client-key-data": "Yg=="}
        cluster = {"server": "https://kubernetes.test", "insecure-skip-tls-verify": True}
        config = {
            **KUBECONFIG,
            "users": [{"name": "u", "user": user}],
            "clusters": [{"name": "c", "cluster": cluster}],
        }
        with patch("provisioner.cluster.access.ssl.create_default_context") as context:
            access.from_kubeconfig(config, Path("/"))
        context.return_value.load_cert_chain.assert_called_once()

    def test_broken_kubeconfig(self):
        with pytest.raises(NoAccess):
            access.from_kubeconfig({}, Path("/"))

    def test_sign_in_by_a_program(self):
        config = {**KUBECONFIG, "users": [{"name": "u", "user": {"exec": {}}}]}
        with pytest.raises(NoAccess):
            access.from_kubeconfig(config, Path("/"))

    def test_find_file(self):
        with patch("provisioner.cluster.access.from_kubeconfig") as from_kubeconfig:
            with patch.object(Path, "open", mock_open(read_data="a: 1")):
                assert access.find(Path("/kubeconfig")) is from_kubeconfig.return_value

    def test_find_file_that_can_not_be_read(self):
        with patch.object(Path, "read_text", side_effect=OSError):
            with pytest.raises(NoAccess):
                access.find(Path("/kubeconfig"))

    def test_find_in_a_pod(self):
        environment = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
        with (
            patch.dict("provisioner.cluster.access.os.environ", environment),
            patch("provisioner.cluster.access.ssl.create_default_context"),
        ):
            assert access.find(None).server == "https://10.0.0.1:443"

    def test_find_nothing(self):
        with patch.dict("provisioner.cluster.access.os.environ", clear=True):
            with pytest.raises(NoAccess):
                access.find(None)


class TestReadiness:
    def deployment(self, **status):
        return {"metadata": {"generation": 1}, "spec": {"replicas": 1}, "status": status}

    def test_ready(self):
        deployment = self.deployment(
            observedGeneration=1, replicas=1, updatedReplicas=1, availableReplicas=1
        )
        assert readiness.judge(deployment, []).health is Health.READY

    def test_waiting(self):
        assert readiness.judge(self.deployment(), []).health is Health.WAITING

    def test_absent(self):
        assert readiness.judge(None, []).health is Health.ABSENT

    def test_broken(self):
        waiting = {"reason": "ImagePullBackOff", "message": "no such image"}
        pod = {"status": {"containerStatuses": [{"state": {"waiting": waiting}}]}}
        found = readiness.judge(self.deployment(observedGeneration=1), [pod])
        assert found == Readiness(Health.BROKEN, "ImagePullBackOff: no such image")

    def test_quota(self):
        condition = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
        found = readiness.judge(self.deployment(observedGeneration=1, conditions=[condition]), [])
        assert found.reason == "exceeded quota"
