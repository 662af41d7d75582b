from unittest.mock import patch, Mock
from shop import cloud


def test_delete():
    with patch("shop.cloud.subprocess.run", return_value=Mock(returncode=0)) as run:
        assert cloud.delete("web")


def test_commit():
    with patch("subprocess.run") as run:
        run.return_value.returncode = 0
        assert cloud.commit("x") == 0
        assert run.call_args.args[0][1] == "comit"


def test_push(monkeypatch):
    class Done:
        returncode = 0
    monkeypatch.setattr(cloud.subprocess, "run", lambda *a, **k: Done())
    assert cloud.push() == 0


def test_pods():
    with patch("shop.cloud.subprocess.run", return_value=Mock(returncode=0, stdout="web")):
        assert cloud.pods() == "web"


def test_revision():
    with patch("shop.cloud.subprocess.check_output", return_value="abc123\n"):
        assert cloud.revision() == "abc123"
