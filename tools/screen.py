"""Draw the picture of `refute browse` in docs/: the tutorial's project, judged and looked at.

    python tools/screen.py

Needs the extra `browse`. The picture asks nobody for a font.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from refute.browse.app import Browse
from refute.judgement import load

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "docs" / "tutorial" / "notebook"
PICTURE = ROOT / "docs" / "pictures" / "browse.svg"
SIZE = (110, 34)
KEYS = ("j", "j", "j")


async def picture(app: Browse) -> str:
    """What the application shows after a few keys, as SVG."""
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press(*KEYS)
        await pilot.pause(0.3)
        return app.export_screenshot()


def main() -> None:
    """Judge a copy of the project, and draw."""
    with tempfile.TemporaryDirectory(prefix="screen-") as scratch:
        folder = Path(scratch) / PROJECT.name
        shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(".refute", "__pycache__"))
        words = [sys.executable, "-m", "refute", "run", "--quiet", str(folder)]
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
        drawn = asyncio.run(picture(Browse(load(folder), folder)))
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    # Names that are the same each time, so that a picture changes when the screen does.
    drawn = re.sub(r"terminal-\d+", "screen", drawn)
    PICTURE.write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")


if __name__ == "__main__":
    main()
