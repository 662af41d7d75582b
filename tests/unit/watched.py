"""Real runs of pytest with the observer of test doubles, on the suite in testdata/doubles.

What a run tells is read as the controller reads it. Any interpreter that is here can run it.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.unit.interpreters import SOURCES, interpreters

from refute.observed import Double, Seen

SUITE = Path(__file__).parents[2] / "testdata" / "doubles"
GUARD = "shop.jobs.forget"
"""What a fixture of the suite's conftest replaces in all tests."""

Way = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What one run of the suite told: the text, and each test's part of it by name."""

    text: str
    tests: dict[str, Seen]

    def doubles(self, test: str) -> list[Double]:
        """The doubles of a test, without the one that all tests have."""
        file = "tests/conftest.py"
        found = self.tests[test].doubles
        return [one for one in found if (one.target, one.file) != (GUARD, file)]

    def double(self, test: str, target: str = "") -> Double:
        """The only double of a test, or the first for a target."""
        found = [one for one in self.doubles(test) if target in ("", one.target, one.name)]
        assert found, [one.target or one.name for one in self.doubles(test)]
        assert target or len(found) == 1
        return found[0]

    def lies(self, test: str) -> list[tuple[str, str]]:
        return [(lie.kind, lie.message) for one in self.doubles(test) for lie in one.lies]


def environment(folder: Path, mechanism: str) -> dict[str, str]:
    """pytest of our own environment for any interpreter, and none of its other packages."""
    packages = folder / "packages"
    if not packages.exists():
        packages.mkdir()
        for name in ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments"):
            spec = find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            path = Path(spec.origin)
            path = path.parent if path.name == "__init__.py" else path
            (packages / path.name).symlink_to(path)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(SOURCES), str(packages), "."]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "SEEN": str(folder / f"seen-{mechanism}"),
        "WAY": mechanism,
    }


def run_suite(
    folder: Path, way: Way, *words: str, watched: bool = True
) -> subprocess.CompletedProcess[str]:
    version, mechanism = way
    plugin = ["-p", "watching"] if watched else []
    command = [interpreters()[version], "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin]
    return subprocess.run(
        [*command, *words],
        cwd=folder / "suite",
        env=environment(folder, mechanism),
        capture_output=True,
        text=True,
        check=False,
    )


def read(folder: Path, way: Way) -> Told:
    text = (folder / f"seen-{way[1]}").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["name"] for line in lines if line["failures"]] == []
    return Told(text, {line["name"]: Seen.from_record(line["seen"]) for line in lines})
