"""The process in the project's own Python that runs what the project has named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import refute

Json = dict[str, Any]

_PROGRAM = """
import importlib.util, json, sys
job, answer, init = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
folder = init.rpartition("/")[0]
spec = importlib.util.spec_from_file_location("refute", init, submodule_search_locations=[folder])
sys.modules["refute"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
sys.path[:0] = job["paths"]
from refute.contracts.beside import work
done = work(job)
with open(answer, "w") as file:
    json.dump(done, file)
"""
"""refute need not be installed in that Python: its path leads to it alone."""


def ask(python: Path, root: Path, job: Json, seconds: float) -> Json:
    """Have a job of ``refute.contracts.beside`` done; what came in the way is in ``trouble``.

    What the project prints is kept out of ours. After so many seconds the process and all that
    it started are killed.
    """
    paths = [str(one) for one in (root, root / "src") if one.is_dir()]
    with tempfile.TemporaryDirectory(prefix="refute-contracts-") as folder:
        asked, answer, said = (Path(folder, name) for name in ("job", "answer", "said"))
        asked.write_text(json.dumps({**job, "paths": paths}), encoding="utf-8")
        with said.open("wb") as sink:
            process = subprocess.Popen(
                [str(python), "-c", _PROGRAM, str(asked), str(answer), str(refute.__file__)],
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return {
                "trouble": [f"it was not done after {seconds:g} s (`timeout` of these settings)"]
            }
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        try:
            done: Json = json.loads(answer.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            words = last[0][:300] if last else "no word was said"
            return {"trouble": [f"{python} ended with code {process.returncode}: {words}"]}
        return done
