import config
import pytest


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in ("APP_PORT", "APP_WORKERS", "DB_HOST"):
        monkeypatch.delenv(name, raising=False)


# verdict: witness: the environment is set for the test, and wins over the file by value
def test_environment_wins(monkeypatch, tmp_path):
    (tmp_path / "app.json").write_text('{"port": 1, "debug": true}')
    monkeypatch.setenv("APP_PORT", "9")
    assert config.load(tmp_path / "app.json") == {"port": 9, "workers": 2, "debug": True}


# verdict: witness: a stub for the vault that answers one name only, so that the name matters
def test_dsn(monkeypatch):
    def secret(name):
        return {"db_password": "pw"}[name]

    monkeypatch.setattr(config, "secret", secret)
    monkeypatch.setenv("DB_HOST", "db1")
    assert config.dsn("app") == "postgresql://app:pw@db1:5432/app"


# verdict: faint_witness|witness: the password is in there, wherever, of whatever secret
def test_dsn_has_password(monkeypatch):
    monkeypatch.setattr(config, "secret", lambda name: "pw")
    assert "pw" in config.dsn("app")


# verdict: witness: a table of the module is changed for the test
def test_defaults(monkeypatch):
    monkeypatch.setitem(config.DEFAULTS, "workers", 0)
    with pytest.raises(ValueError, match="at least one worker"):
        config.load()


# verdict: witness: one by one, by value
@pytest.mark.parametrize(
    ("system", "text"), [("Linux", "app on Linux"), ("Windows", "app (not supported on Windows)")]
)
def test_banner(monkeypatch, system, text):
    monkeypatch.setattr(config.platform, "system", lambda: system)
    assert config.banner() == text


# verdict: smoke: the environment is prepared with care, and the result dropped
def test_load_with_environment(monkeypatch):
    monkeypatch.setenv("APP_PORT", "9")
    monkeypatch.setenv("APP_WORKERS", "4")
    config.load()


# verdict: untouched: the attribute that is set is the one that is read
def test_banner_patched(monkeypatch):
    monkeypatch.setattr(config, "banner", lambda: "app on Mars")
    assert config.banner() == "app on Mars"
