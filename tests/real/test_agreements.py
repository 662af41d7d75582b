"""``refute contracts`` on a project that names its application, its models and its migrations."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.apart import environment, needs_schemathesis
from tests.real.places import SOURCES, needs

DATA = Path(__file__).parents[2] / "testdata" / "contracts" / "named"
packages = pytest.mark.skipif(
    not all(map(find_spec, ("sqlalchemy", "alembic"))),
    reason="SQLAlchemy and Alembic are not installed",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return shutil.copytree(DATA, tmp_path / "named")


def contracts(project: Path, *words: str, apart: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "refute", "contracts", *words],
        cwd=project,
        env=environment() if apart else {**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
    )


def configure(project: Path, *lines: str) -> None:
    text = "\n".join(("[tool.refute.contracts]", *lines, ""))
    (project / "pyproject.toml").write_text(text)


@packages
@needs_schemathesis
@needs("postgres")
def test_what_is_named_is_held_against_the_real_thing(project: Path) -> None:
    before = sorted(project.rglob("*.py"))
    done = contracts(project)
    assert done.returncode == 1, done.stderr
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()[1:6]}
    # Two operations; one table, and two statements.
    assert rows["app"] == ["2", "1", "0"]
    assert rows["database"] == ["3", "3", "0"]
    assert "item.price: the models have this column, and the schema lacks it" in done.stdout
    assert "item.name: the schema has null is allowed" in done.stdout
    assert "column item.price does not exist" in done.stdout
    assert "GET /item: " in done.stdout
    assert "no report here" in done.stdout
    assert sorted(project.rglob("*.py")) == before


@packages
def test_sqlite_is_a_database_too(project: Path) -> None:
    names = ('models = "shop.models:Base"', 'migrations = "alembic.ini"')
    configure(project, *names, 'database = "sqlite"')
    done = contracts(project)
    assert done.returncode == 1, done.stderr
    assert "item.price: the models have this column" in done.stdout


@packages
@needs_schemathesis
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (('app = "shop.mian:app"',), "shop.mian:app can't be loaded: ModuleNotFoundError"),
        (('app = "shop.models:Base"',), "/openapi.json can't be read"),
        (('app = "slow:app"', 'timeout = "2s"'), "it was not done after 2 s"),
        (('app = "gone:app"',), "ended with code 3"),
        (('models = "shop.models:Base"',), 'takes migrations = "alembic.ini"'),
    ],
)
def test_what_can_not_be_told_says_why(lines: tuple[str, ...], said: str, project: Path) -> None:
    (project / "slow.py").write_text("import time\ntime.sleep(600)\n")
    (project / "gone.py").write_text("import os\nos._exit(3)\n")
    configure(project, *lines)
    done = contracts(project)
    assert done.returncode == 4, done.stderr
    assert said in done.stdout


def test_what_is_there_and_not_named_is_not_run(project: Path) -> None:
    (project / "pyproject.toml").write_text("")
    (project / "shop" / "main.py").write_text(
        "from fastapi import FastAPI\n\nraise SystemExit('it ran')\napp = FastAPI()\n"
    )
    done = contracts(project)
    assert done.returncode == 4
    assert 'app = "shop.main:app"' in done.stdout
    assert 'models = "shop.models:Base", migrations = "alembic.ini"' in done.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('ap = "shop.main:app"', "did you mean `app`?"),
        ('url_variable = "X"', "did you mean `url-variable`?"),
        ('app = "shop.main"', 'must be written as "package.module:name"'),
        ('migrations = "alembik.ini"', "alembik.ini does not exist"),
        ('database = "postgres"', "did you mean `postgresql`?"),
        ("timeout = 5", "must be a time"),
    ],
)
def test_settings_are_checked(line: str, said: str, project: Path) -> None:
    configure(project, line)
    done = contracts(project)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_what_that_python_lacks_is_named(project: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    stub = bare / "lib" / f"python3.{sys.version_info.minor}" / "site-packages" / "pytest.py"
    stub.write_text("__version__ = '8.3.0'\n")
    text = f'[tool.refute]\npython = "{bare}"\n[tool.refute.contracts]\napp = "shop.main:app"\n'
    (project / "pyproject.toml").write_text(text)
    done = contracts(project, apart=False)
    assert done.returncode == 4, done.stderr
    assert f"{bare}/bin/python has no schemathesis: {bare}/bin/python -m pip install" in done.stdout
