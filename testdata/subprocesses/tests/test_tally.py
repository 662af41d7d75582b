import multiprocessing
import subprocess
import sys
from pathlib import Path

from tally.sums import square


def test_command():
    command = [sys.executable, "-m", "tally", "3", "4"]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "7\n"


def test_spawn():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(square, [2, 3]) == [4, 9]
