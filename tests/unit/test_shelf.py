"""Our modules are out of sight while tests run, and come back as they were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
CODE = """
import sys, warnings
warnings.simplefilter("error")
import refute_child.trial, refute_child.observe.lines
from refute_child.shelf import Shelf
ours = [name for name in sys.modules if name.startswith("refute_child")]
before = {name: sys.modules[name] for name in ours}
finders = list(sys.meta_path)
Shelf().hide()
print([name for name in sys.modules if name.startswith("refute_child")])
# What needs no import works on.
ticks = before["refute_child.trial"].Ticks()
ticks.next_test()
print(ticks.most)
import json
# A module that is there, one that is loaded late, and one that does not exist.
import refute_child.trial
import refute_child.observe.doubles
try:
    import refute_child.nowhere
except ModuleNotFoundError as error:
    print(error)
print(all(sys.modules[name] is module for name, module in before.items()))
print(refute_child.observe.doubles.__spec__.parent, refute_child.__spec__.parent)
print(sys.meta_path == finders)
from importlib import import_module
Shelf().hide()
print(import_module(".mutants", "refute_child").__name__)
"""


def test_hidden_and_found_again() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
    )
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "[]",
        "0",
        "No module named 'refute_child.nowhere'",
        "True",
        "refute_child.observe refute_child",
        "True",
        "refute_child.mutants",
    ]
