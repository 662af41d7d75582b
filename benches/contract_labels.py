"""How the real programs are run for their labels, and how their own words are read."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from refute.contracts.asking import Asker  # noqa: E402
from refute.contracts.grammar import Node, Speaker, Untold  # noqa: E402

Argv = list[str]

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: a, context: {cluster: a}}]
current-context: a
"""
ENVIRONMENT = {
    "DOCKER_HOST": "tcp://127.0.0.1:9",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "200",
}
GO = (
    r"unknown (shorthand )?flag|unknown command|flag needs an argument|invalid argument",
    r"required flag|bad flag syntax|accepts (no|\d)",
    r"requires (at least |at most |exactly )?\d+ argument",
)
STANDARD = ("json.tool", "zipfile", "tarfile", "compileall", "ast", "gzip")


@dataclass(frozen=True)
class Kind:
    """One file of data: the programs in it, and how their own words are read."""

    programs: tuple[tuple[str, ...], ...]
    version: tuple[str, ...]
    refuses: tuple[str, ...]
    #: A command line for each line of a text of the program's own.
    examples: Callable[[Asker, Speaker, str], Iterator[Argv]]
    takes: tuple[str, ...] = ()
    right: int = 170
    wrong: int = 190
    skipped: tuple[str, ...] = ()
    #: How many lines are made for each command.
    times: int = 3
    #: True where 2 is the exit code of a wrong command line, and of nothing else.
    two: bool = False


def nodes(speaker: Speaker, path: tuple[str, ...] = ()) -> Iterator[Node]:
    try:
        node = speaker.node(path)
    except Untold:
        return
    yield node
    for verb in node.verbs if len(path) < 2 else ():
        yield from nodes(speaker, (*path, verb))


def helped(asker: Asker, speaker: Speaker, name: str) -> Iterator[Argv]:
    """The examples in the help of each command."""
    for node in nodes(speaker):
        text = asker.ask(*node.path, "--help").out.replace("\\\n", " ")
        yield from lines(text, name)


def manuals(asker: Asker, speaker: Speaker, name: str) -> Iterator[Argv]:
    """The examples in git's manual pages."""
    for page in sorted(Path("/usr/share/man/man1").glob("git*.1.gz")):
        text = gzip.open(page, "rt", errors="replace").read()
        text = re.sub(r"\\f[BIR]", "", text).replace("\\-", "-").replace("\\&", "")
        # Sentences may begin with the name as well; in a block of commands there is a prompt.
        commands = [line for line in text.splitlines() if line.startswith("$ ")]
        yield from lines(re.sub(r"\\\(aq|\\\*\(Aq", "'", "\n".join(commands)), name)


def lines(text: str, name: str) -> Iterator[Argv]:
    for line in text.splitlines():
        words = line.strip().removeprefix("$ ")
        if not words.startswith(f"{name} ") or re.search(r"[|<>;&`\\\u2026]|\$\(|\.\.\.|\[", words):
            continue
        try:
            yield shlex.split(words, comments=True)
        except ValueError:
            continue


def label(argv: Argv, kind: Kind) -> tuple[str, str]:
    """``right``, ``wrong`` or nothing, and the words of the program that say so."""
    with tempfile.TemporaryDirectory(prefix="refute-label-") as name:
        home = Path(name)
        config = home / "kubeconfig"
        config.write_text(KUBECONFIG)
        config.chmod(0o600)
        folder = home / "folder"
        folder.mkdir()
        for file in ("x", "x0", "x1", "x2", "1", "a=b"):
            (folder / file).write_text("1\n")
        environment = {
            **ENVIRONMENT,
            "PATH": os.environ["PATH"],
            "HOME": name,
            "KUBECONFIG": str(config),
        }
        if argv[0] == "git":
            for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "a"]):
                subprocess.run(["git", *words], cwd=folder, env=environment, check=True)
        try:
            done = subprocess.run(
                ["unshare", "-rn", *argv],
                cwd=folder,
                env=environment,
                timeout=20,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
            )
        except subprocess.TimeoutExpired:
            return "", "no end in 20 seconds"
    said = done.stderr + "\n" + done.stdout
    if kind.two and done.returncode != 2:
        return "right", f"exit code {done.returncode}"
    for found, patterns in (("wrong", kind.refuses), ("right", kind.takes)):
        match = patterns and re.search("|".join(patterns), said, re.MULTILINE)
        if match and (found == "right" or done.returncode != 0):
            line = next(line for line in said.splitlines() if match[0].splitlines()[0] in line)
            return found, line.strip().replace(name, "HOME")[:160]
    helps = re.search(r"^Usage:", done.stdout, re.MULTILINE) and "Commands:" in done.stdout
    if done.returncode == 0 and helps:
        return "right", "prints its help"
    return ("right", "exit code 0") if done.returncode == 0 else ("", said[:100])


KINDS = {
    "kubectl": Kind(
        programs=(("kubectl",),),
        version=("kubectl", "version", "--client"),
        refuses=(
            *GO,
            r"USAGE: |exactly one|unexpected arg|takes no arg|invalid choice",
            r"not (a )?valid value|unable to match a printer|must be 'yaml' or 'json'",
        ),
        takes=(r"refused|does not exist|network is unreachable",),
        examples=helped,
        skipped=("edit", "proxy", "port-forward", "attach", "plugin", "completion", "debug"),
    ),
    "helm": Kind(
        programs=(("helm",),),
        version=("helm", "version", "--short"),
        refuses=(*GO, "must either"),
        takes=(
            r"network is unreachable|refused|cluster unreachable|not found|no such file|no repo",
            r"dial tcp|failed to download|unable to",
        ),
        examples=helped,
        skipped=("completion",),
        times=7,
    ),
    "docker": Kind(
        programs=(("docker",),),
        version=("docker", "--version"),
        refuses=(*GO, r"unknown docker command|is not a docker command"),
        takes=(
            r"[Cc]annot connect|connection refused|dial tcp|no such file|network is unreachable",
            r"context .* not found",
        ),
        examples=helped,
        skipped=("build", "builder", "login", "bake", "buildx", "trust"),
        times=4,
    ),
    "git": Kind(
        programs=(("git",),),
        version=("git", "--version"),
        refuses=(
            r"unknown (option|switch)|is not a git command|unrecognized argument|invalid option",
            r"requires a value|^usage: git|only one reference expected|expects a numerical",
            r"takes no value|unknown subcommand|[Tt]oo many arguments",
        ),
        takes=(
            r"[Nn]ot a valid|does not exist|unknown revision|bad (revision|object)|[Nn]o such",
            r"pathspec|[Cc]ould(n't| not)|does not appear|ambiguous argument|not found|nothing to",
            r"not something we|invalid reference",
        ),
        examples=manuals,
        skipped=("gui", "gitk", "citool", "daemon", "web--browse", "instaweb", "help", "shell"),
    ),
    "click": Kind(
        programs=(("black",), ("mkdocs",), ("towncrier",), ("hypothesis",)),
        version=("black", "--version"),
        refuses=(
            r"^Error: (No such|Missing|Option|Got unexpected|Unexpected)",
            r"^Error: Invalid value(?!.*(does not exist|No such file|is a file|is not))",
        ),
        examples=helped,
        skipped=("serve", "gh-deploy", "write"),
        times=26,
        two=True,
    ),
    "argparse": Kind(
        programs=(
            ("alembic",),
            ("pygmentize",),
            ("pyproject-build",),
            ("yamllint",),
            *(("PYTHON", "-m", name) for name in STANDARD),
        ),
        version=("PYTHON", "--version"),
        refuses=(
            r"error: (unrecognized arguments|the following arguments|ambiguous option|one of)",
            r"error: (invalid choice|argument (?!.*(can't open|not in the expected)))",
        ),
        examples=helped,
        skipped=("edit",),
        times=8,
        two=True,
    ),
}
