"""What this machine and this project give a run to work with."""

from __future__ import annotations

import os
from pathlib import Path

from refute.errors import fail
from refute.project import Project
from refute.settings import Settings
from refute.trials import seal
from refute.trials.seal import Seal, SealKind


def choose_seal(settings: Settings, project: Project) -> Seal:
    """The seal that is to be had here. Raises RefuteError no-seal when it is demanded."""
    found = seal.probe(project.root)
    if found.kind is SealKind.NONE and settings.seal == "strict":
        fail("no-seal", f"the seal is refused here: {found.reason}")
    return found


def line_count(path: Path) -> int:
    """Lines of a file, by any line end; an upper bound will do."""
    try:
        return path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1
    except OSError:
        return 1


def memory() -> int:
    """Bytes of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
