"""Errands: fresh sealed processes, each told one record, each writing down what it finds.

The user's own pytest runs there; a module of `refute_child` stands beside it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from refute.trials import seal as sealing
from refute.trials.services import Control
from refute.trials.slot import CHILD, Launch, Record, child_program
from refute.trials.strain import Strain


@dataclass(frozen=True, slots=True)
class Errand:
    """One that is under way."""

    program: sealing.Program
    _heard: BinaryIO

    def end(self, seconds: float | None) -> tuple[int | None, bytes]:
        """Wait so long, or for ever if None, and leave nobody behind. Gives the exit status,
        None if it was cut, and all that was written down.
        """
        with self._heard:
            status = self._wait(seconds)
            self._heard.seek(0)
            return status, self._heard.read()

    def _wait(self, seconds: float | None) -> int | None:
        try:
            return self.program.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # On Ctrl-C, too: nobody is left behind.
            self.program.kill()
            self.program.wait()


def send(
    launch: Launch,
    module: str,
    record: Record,
    files: Mapping[Path, bytes | None],
    log: BinaryIO | None = None,
    control: Control | None = None,
    strain: Strain | None = None,
) -> Errand:
    """Have ``main`` of this module of `refute_child` run with the record, to which pytest's
    arguments and the limit of memory are added. ``files`` are mounted in the place of real
    ones; what is printed goes into ``log``, or where our own output goes; ``control`` is for
    those who will ask which services were reached; ``strain`` makes links bad, and the program
    finds its line to the switch under ``switch``. Raises SealError.
    """
    setup = {"arguments": launch.arguments, "memory": launch.memory, **record}
    if strain is not None:
        setup["switch"] = strain.inside.fileno()
    heard = tempfile.TemporaryFile()
    try:
        with tempfile.TemporaryFile() as told:
            told.write(json.dumps(setup).encode())
            told.seek(0)
            path = "cwd" if launch.cwd_on_path else "-"
            words = [str(launch.python), "-c", child_program(module), CHILD, path]
            program = sealing.spawn(
                [*words, str(told.fileno()), str(heard.fileno())],
                env=dict(launch.environment),
                cwd=launch.root,
                project_root=launch.root,
                seal=launch.seal,
                files=files,
                init=True,
                pass_fds=(
                    *(told.fileno(), heard.fileno()),
                    *([strain.inside.fileno()] if strain else []),
                ),
                services=launch.services,
                strain=strain.plan() if strain else None,
                control=control.theirs.fileno() if control else -1,
                stdout=log,
                stderr=log,
            )
    except BaseException:
        heard.close()
        raise
    if control:
        control.theirs.close()
    return Errand(program, heard)
