"""Command lines that the real programs took or refused, and what refute says of them.

Each was run through the real program by benches/contracts_commands.py, which wrote down its
label. Here a seeded part of them is checked against the programs of this machine, where they are
of the version that the labels are of.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from refute.contracts import Accepted, Answer, Refused, check
from refute.real.helm.programs import in_cache
from refute.real.places import cache as cached

DATA = Path(__file__).resolve().parents[2] / "testdata" / "contracts" / "commands"
KINDS = sorted(path.stem for path in DATA.glob("*.json"))
PART = 30
"""Lines of each label that are checked here; `make prove` checks all."""
SHARES = {"git": 0.45, "helm": 0.6, "argparse": 0.8, "click": 0.75}
"""What part of the wrong lines has to be refused, 0.85 if not said. The rest is accepted with a
note that the number of arguments was not looked at, can't be told, or is wrong in its values.
"""
VERSIONS = {
    "kubectl": ("kubectl", "version", "--client"),
    "helm": ("helm", "version", "--short"),
    "docker": ("docker", "--version"),
    "git": ("git", "--version"),
    "click": ("black", "--version"),
    "argparse": (sys.executable, "--version"),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """This process's environment, with a cache of its own and the programs beside Python."""
    helm = in_cache()
    folders = [str(Path(sys.executable).parent), *([str(helm.parent)] if helm else [])]
    path = os.pathsep.join([*folders, os.environ["PATH"]])
    return {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@cache
def recorded(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def answers(kind: str, label: str, environment: Mapping[str, str]) -> list[tuple[str, Answer]]:
    """What ``check`` says to a part of the lines; skips where the program is another one."""
    program, *rest = VERSIONS[kind]
    path = shutil.which(program, path=environment["PATH"])
    if path is None:
        pytest.skip(f"{program} is not installed here")
    told = subprocess.run([path, *rest], capture_output=True, text=True, check=False)
    if told.stdout.splitlines()[:1] != [recorded(kind)["version"]]:
        pytest.skip(f"labelled by {recorded(kind)['version']}, and here is another version")
    cases = list(recorded(kind)[label])
    random.Random(kind).shuffle(cases)
    found = []
    for case in cases[:PART]:
        argv = [sys.executable if word == "PYTHON" else word for word in case["argv"]]
        if shutil.which(argv[0], path=environment["PATH"]):
            found.append((f"{' '.join(argv)} ({case['real']})", check(argv, environment)))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_lines_of_each_label(kind: str) -> None:
    assert min(len(recorded(kind)["right"]), len(recorded(kind)["wrong"])) >= 100


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_real_program_takes_is_not_refused(
    kind: str, environment: Mapping[str, str]
) -> None:
    found = answers(kind, "right", environment)
    assert [(line, str(said)) for line, said in found if isinstance(said, Refused)] == []
    # An answer that is never given would be right as well.
    assert sum(isinstance(said, Accepted) for _, said in found) >= 0.7 * len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_real_program_refuses_is_refused(
    kind: str, environment: Mapping[str, str]
) -> None:
    found = answers(kind, "wrong", environment)
    refused = sum(isinstance(said, Refused) for _, said in found)
    assert refused >= SHARES.get(kind, 0.85) * len(found)


@pytest.mark.skipif(in_cache() is None, reason="helm was not installed by `refute real install`")
def test_programs_that_were_installed_are_asked_from_the_shell(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "refute", "contracts", "command", "--", "helm", "instal", "a", "b"],
        env={**os.environ, "PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        | {"REFUTE_REAL_CACHE": str(cached())},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "helm has no command `instal`: did you mean `install`?" in done.stderr


@pytest.mark.skipif(in_cache() is None, reason="helm was not installed by `refute real install`")
def test_values_from_a_pipe_of_the_shell(tmp_path: Path) -> None:
    chart = DATA.parent / "charts" / "web"
    line = f"{sys.executable} -m refute contracts helm {chart} -f <(echo 'replicaCount: 3')"
    done = subprocess.run(
        ["bash", "-c", line],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)} | {"REFUTE_REAL_CACHE": str(cached())},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "web: nothing found\n"), done.stderr
    assert "helm: Error" not in done.stderr
