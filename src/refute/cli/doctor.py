"""``refute doctor``: can refute work here, and how well?"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import click

from refute import __version__
from refute.cli.options import path_argument
from refute.errors import ExitCode, RefuteError
from refute.settings import Settings, load


@click.command(short_help="Say what would stand in the way here.")
@path_argument
@click.option("--python", metavar="PYTHON", help="Look at this interpreter, as in `refute run`.")
def doctor(path: Path, python: str | None) -> ExitCode:
    """Look at the machine and the project, and say what would stand in the way.

    Nothing is changed and no test is run. The exit code is that of the first thing that would
    stop a run, or 0.
    """
    settings = load(path, {"python": python})
    click.echo(f"{'refute':<10}{__version__}, on Python {platform.python_version()}")
    click.echo(f"{'cores':<10}{settings.jobs}")
    click.echo(f"{'git':<10}{shutil.which('git') or 'none: commits will be missing in reports'}")
    codes = [_look(name, check, settings) for name, check in CHECKS.items()]
    return next((code for code in codes if code is not ExitCode.OK), ExitCode.OK)


def _look(name: str, check: Callable[[Settings], list[str]], settings: Settings) -> ExitCode:
    """Print what one check found, or what is wrong and how to mend it."""
    try:
        lines = check(settings)
    except RefuteError as error:
        lines = [str(error), *error.detail, error.remedy]
        code = error.exit_code
    else:
        code = ExitCode.OK
    for number, line in enumerate(lines):
        click.echo(f"{'' if number else name:<10}{line}")
    return code


def _sources(settings: Settings) -> list[str]:
    from refute.project import discover

    return list(discover(settings).notes)


def _interpreter(settings: Settings) -> list[str]:
    from refute.interpreter import choose_for

    found = choose_for(settings.root, settings.python, os.environ)
    return [f"{found.path}", f"Python {found.version}, pytest {found.pytest}: {found.reason}"]


def _seal(settings: Settings) -> list[str]:
    from refute.trials.seal import SealKind, probe

    seal = probe(settings.root)
    if seal.kind is SealKind.FULL:
        return ["full: mutants can't reach your files, processes and network"]
    return [
        f"none: {seal.reason}",
        "Faults on files, processes and commands are left out unless --unsealed is given.",
    ]


CHECKS: dict[str, Callable[[Settings], list[str]]] = {
    "project": _sources,
    "python": _interpreter,
    "seal": _seal,
}
"""What is looked at, in order; each gives lines for the reader or raises RefuteError."""
