"""Integration: the probe's journey, and the homeserver."""

from __future__ import annotations

from unittest.mock import MagicMock, patch

import httpx2
import pytest

from provisioner.cluster.homeserver import Homeserver
from provisioner.probe import Probe

pytestmark = pytest.mark.integration


@pytest.fixture
def http():
    with patch("provisioner.probe.httpx2.Client") as mock:
        yield mock.return_value


@pytest.fixture
def probe(http):
    made = Probe("https://example.com", "probe@example.com", "password", 1.0, say=MagicMock())
    with (
        patch.object(Probe, "_only_ours"),
        patch.object(Probe, "_subscribed", return_value="1"),
        patch.object(Probe, "_await"),
        patch.object(Probe, "_talk"),
    ):
        yield made


def test_all_is_well(probe):
    answer = {"token": "x", "id": "1", "lines": [{"tier": "free"}]}
    with patch.object(Probe, "_ask", return_value=answer):
        report = probe.run()
    assert report.code == 0
    assert "provisioner_probe_success 1" in report.metrics(0.0)


def test_service_is_down(probe):
    with patch.object(Probe, "_ask", side_effect=httpx2.ConnectError("refused")):
        report = probe.run()
    assert report.code == 1
    assert report.failed == "ready"


def test_nothing_in_the_usage(probe):
    answer = {"token": "x", "id": "1", "lines": []}
    with patch.object(Probe, "_ask", return_value=answer):
        report = probe.run()
    assert report.failed == "usage"


class TestHomeserver:
    @pytest.fixture
    def ask(self):
        with (
            patch("provisioner.cluster.homeserver.httpx2.Client"),
            patch.object(Homeserver, "_ask", return_value={"user_id": "@a:b"}) as mock,
        ):
            yield mock

    def test_admit(self, ask):
        Homeserver("https://matrix.example.com", "token").admit("room-1", "password")
        assert ask.call_count == 2

    def test_forgotten(self, ask):
        with patch.object(Homeserver, "_room", return_value=None):
            assert Homeserver("https://matrix.example.com", "token").forgotten("room-1")

    def test_not_yet_forgotten(self, ask):
        with patch.object(Homeserver, "_room", return_value="!a:b"):
            with patch.object(Homeserver, "_purge") as purge:
                assert not Homeserver("https://matrix.example.com", "token").forgotten("room-1")
        purge.assert_called_once()
