"""Kubeconfigs, as tools write them."""

from __future__ import annotations

import ssl
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.cluster.access import Access, NoAccess, find, from_kubeconfig


def config(cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    return {
        "current-context": "b",
        "contexts": [
            {"name": "a", "context": {"cluster": "no", "user": "no"}},
            {"name": "b", "context": {"cluster": "c", "user": "u"}},
        ],
        "clusters": [
            {"name": "no", "cluster": {"server": "https://wrong"}},
            {"name": "c", "cluster": cluster},
        ],
        "users": [{"name": "no", "user": {"token": "wrong"}}, {"name": "u", "user": user}],
    }


PLAIN = {"server": "http://127.0.0.1:6443"}


def test_current_context_is_taken() -> None:
    found = from_kubeconfig(config(PLAIN, {"token": "t"}), Path())
    assert found == Access("http://127.0.0.1:6443", False, "t")
    assert found.headers() == {"Authorization": "Bearer t"}


def test_nobody() -> None:
    assert from_kubeconfig(config(PLAIN, {}), Path()).headers() == {}


def test_token_in_a_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    found = from_kubeconfig(config(PLAIN, {"tokenFile": "token"}), tmp_path)
    assert found.headers() == {"Authorization": "Bearer first"}
    file.write_text("second")
    assert found.headers() == {"Authorization": "Bearer second"}


def test_server_is_checked_unless_told_otherwise() -> None:
    server = {"server": "https://127.0.0.1:6443"}
    checked = from_kubeconfig(config(server, {}), Path()).tls
    assert isinstance(checked, ssl.SSLContext)
    assert (checked.verify_mode, checked.check_hostname) == (ssl.CERT_REQUIRED, True)
    not_checked = from_kubeconfig(
        config({**server, "insecure-skip-tls-verify": True}, {}), Path()
    ).tls
    assert isinstance(not_checked, ssl.SSLContext)
    assert not_checked.verify_mode == ssl.CERT_NONE


def test_authority_that_is_none(tmp_path: Path) -> None:
    data = b64encode(b"not a certificate").decode()
    cluster = {"server": "https://127.0.0.1", "certificate-authority-data": data}
    with pytest.raises(ssl.SSLError):
        from_kubeconfig(config(cluster, {}), tmp_path)


def test_certificate_of_ours_is_used(tmp_path: Path) -> None:
    """It is handed to the library, which looks at it; a half of one is not."""
    server = {"server": "https://127.0.0.1:6443"}
    data = b64encode(b"not a certificate").decode()
    (tmp_path / "mine.key").write_text("not a key")
    user = {"client-certificate-data": data, "client-key": "mine.key"}
    with pytest.raises(ssl.SSLError):
        from_kubeconfig(config(server, user), tmp_path)
    for half in ("client-certificate-data", "client-key"):
        from_kubeconfig(config(server, {half: user[half]}), tmp_path)


@pytest.mark.parametrize("name", ["exec", "auth-provider"])
def test_sign_in_by_programs_is_refused(name: str) -> None:
    with pytest.raises(NoAccess, match="by a program"):
        from_kubeconfig(config(PLAIN, {name: {}}), Path())


@pytest.mark.parametrize("said", [{}, None, [], {"current-context": "x", "contexts": []}])
def test_what_is_no_kubeconfig(said: object) -> None:
    with pytest.raises(NoAccess, match="no whole kubeconfig"):
        from_kubeconfig(said, Path())


def test_file(tmp_path: Path) -> None:
    file = tmp_path / "config"
    with pytest.raises(NoAccess, match="can't be read"):
        find(file)
    file.write_text(yaml.safe_dump(config(PLAIN, {"token": "t"})))
    assert find(file).server == "http://127.0.0.1:6443"
    file.write_text("{")
    with pytest.raises(NoAccess, match="can't be read"):
        find(file)
