"""Ask a program for its help or its completions, and do nothing else with it.

It is started in an empty folder of ours, with an environment in which no cluster, daemon, proxy
or configuration of the user's is named, with no input, and for ten seconds at the most.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refute.contracts.grammar import Untold
from refute.contracts.memory import Memory, folder, stamp
from refute.contracts.programs import Program

SECONDS = 10.0
"""How long a program may take for one answer."""
_NOWHERE = "127.0.0.1:9"
"""The port of the discard service: nobody listens there."""
_KUBECONFIG = f"""\
apiVersion: v1
kind: Config
clusters: [{{name: none, cluster: {{server: "http://{_NOWHERE}"}}}}]
contexts: [{{name: none, context: {{cluster: none, user: none}}}}]
users: [{{name: none, user: {{}}}}]
current-context: none
"""
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Told:
    """What a program answered."""

    code: int
    out: str
    err: str


class Asker:
    """Puts questions to one program, each of them once."""

    def __init__(self, program: Program, home: Path, given: Mapping[str, str]) -> None:
        self.program = program
        self._home = home
        self._environment = _environment(home, given)
        try:
            key = (program.start, stamp(*program.files), given.get("PYTHONPATH", ""))
        except OSError as error:
            raise Untold(f"{program.name} can't be read: {error.strerror}") from None
        self._memory = Memory(folder(given), key)

    def ask(
        self,
        *words: str,
        keep: bool = True,
        environment: Mapping[str, str] | None = None,
        here: bool = False,
    ) -> Told:
        """What the program says to these words; they must ask for help or completion.

        ``keep=False`` for what depends on more than the program, and for words that may hold
        secrets; ``here`` asks in the current folder, where the answer depends on that. Raises
        Untold when the program can't be started or does not come to an end.
        """
        more = environment or {}
        key = (*(f"{name}={value}" for name, value in sorted(more.items())), *words)
        known = self._memory.get(key) if keep else None
        if known is not None:
            return Told(*known)
        told = self._run(words, more, None if here else self._home / "scratch")
        if keep:
            self._memory.put(key, [told.code, told.out, told.err])
        return told

    def close(self) -> None:
        """Keep what was learned."""
        self._memory.save()

    def _run(self, words: tuple[str, ...], more: Mapping[str, str], where: Path | None) -> Told:
        try:
            process = subprocess.Popen(
                [*self.program.start, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=where,
                env={**self._environment, **more},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise Untold(f"{self.program.name} can't be started: {error}") from None
        with process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise Untold(f"{self.program.name} gave no answer in {SECONDS:g} seconds") from None
        return Told(process.returncode, _text(out), _text(err))


@contextmanager
def asking(program: Program, given: Mapping[str, str]) -> Iterator[Asker]:
    """An Asker with a home of its own, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="refute-contracts-") as name:
        home = Path(name)
        # As much of a repository as git needs to answer; nothing in it can come to harm.
        for part in ("scratch/.git/objects", "scratch/.git/refs"):
            (home / part).mkdir(parents=True)
        (home / "scratch/.git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        kubeconfig = home / "kubeconfig"
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(_KUBECONFIG, encoding="utf-8")
        asker = Asker(program, home, given)
        try:
            yield asker
        finally:
            asker.close()


def _environment(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    user = Path(given.get("HOME", "/nonexistent"))
    plugins = {
        # Verbs of these two may come from plugins, which lie in the user's own folders.
        "DOCKER_CONFIG": given.get("DOCKER_CONFIG", str(user / ".docker")),
        "HELM_PLUGINS": given.get("HELM_PLUGINS", str(user / ".local/share/helm/plugins")),
    }
    return {
        **{name: given[name] for name in _KEPT if name in given},
        **plugins,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "KUBECONFIG": str(home / "kubeconfig"),
        "DOCKER_HOST": f"tcp://{_NOWHERE}",
        "HTTP_PROXY": f"http://{_NOWHERE}",
        "HTTPS_PROXY": f"http://{_NOWHERE}",
        "http_proxy": f"http://{_NOWHERE}",
        "https_proxy": f"http://{_NOWHERE}",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        "PAGER": "cat",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "250",
        "NO_COLOR": "1",
        "TERM": "dumb",
        # Typer's boxes are for people.
        "TYPER_USE_RICH": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
