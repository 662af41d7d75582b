import os
from pathlib import Path

import pytest
import side


@pytest.fixture(autouse=True)
def whole_world():
    assert os.listdir(Path.home()) == ["precious.txt"]
    for place in (side.ROOT, Path("/tmp"), Path("/var/tmp")):
        assert not (place / "refute-litter.txt").exists()
    assert (side.ROOT / "pyproject.toml").exists()
    assert "broken" not in Path(side.__file__).read_text()[:7]


@pytest.mark.parametrize("name", [name for name in dir(side) if "_" in name and name[0] != "_"])
def test_harmless(name):
    assert getattr(side, name)() in (None, True)


def test_prints():
    side.prints()
