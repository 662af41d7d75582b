import os
from pathlib import Path

import files
import kernel
import pytest

AT_HOME = os.listdir(Path.home())
NAMES = [
    (module, name)
    for module in (files, kernel)
    for name, thing in vars(module).items()
    if callable(thing) and getattr(thing, "__defaults__", None) == (False,)
]


@pytest.fixture(autouse=True)
def whole_world():
    assert os.listdir(Path.home()) == AT_HOME
    assert (files.ROOT / "files.py").exists()
    assert not Path("/tmp/refute-litter.txt").exists()


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[name for _, name in NAMES])
def test_harmless(module, name):
    assert getattr(module, name)() is None
