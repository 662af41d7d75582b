"""The bench of a zygote over the tests of a folder, in a process of its own.

A case says in a few lines of Python what is done there with each thing that is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.unit.interpreters import SOURCES

_HEAD = """\
import json, os, sys

from refute_child.bench import Bench
from refute_child.boot import is_library
from refute_child.callsites import stands_in as is_double
from refute_child.forks import Forks
from refute_child.layers import Layers
from refute_child.runner import Runner
from refute_child.session import Suite, run_pytest
from refute_child.sources import Sources
from refute_child.state import loaded_files
from refute_child.swap import LiveFunctions
from refute_child.trial import Arming, Texts, Ticks
from refute_child.watch import Board, Limit

"""

_TAIL = """\


ROOT, ASKED = os.getcwd(), json.loads(sys.stdin.read())
PROJECT = {
    os.path.join(ROOT, name)
    for name in os.listdir(ROOT)
    if name.endswith(".py") and not name.startswith("test_")
}


def serve(suite):
    ticks, texts = Ticks(), Texts()
    bench = Bench(
        suite=suite,
        forks=forks,
        texts=texts,
        sources=sources,
        ticks=ticks,
        arming=Arming(texts, ticks, sources, is_double),
        live=LiveFunctions(PROJECT.__contains__),
        loaded=loaded_files(),
        is_project=PROJECT.__contains__,
        root=ROOT,
    )
    told = [answer(bench, *one) for one in ASKED]
    with open("told.json", "w") as file:
        json.dump(told, file)


sources = Sources(frozenset(PROJECT))
sources.install()
forks = Forks(Board(), Layers.from_environment())
forks.memory, forks.processes = 4 << 30, 100
sys.path.insert(0, ROOT)
runner = Runner(PROJECT.__contains__, is_library)
run_pytest(["-p", "no:cacheprovider", "-q"], Suite(runner, serve))
"""


def answers(folder: Path, program: str, asked: list[Any]) -> list[Any]:
    """What ``answer(bench, *one)``, defined in the program, gives for each that is asked, through
    JSON. The program may also define ``is_double``. In the folder, files named ``test_*.py`` hold
    the tests, and all other Python files are the project's.
    """
    (folder / "told.json").unlink(missing_ok=True)
    path = f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\n"
    done = subprocess.run(
        [sys.executable, "-B", "-c", path + _HEAD + program + _TAIL],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert (folder / "told.json").exists(), done.stdout + done.stderr
    found: list[Any] = json.loads((folder / "told.json").read_text())
    return found
