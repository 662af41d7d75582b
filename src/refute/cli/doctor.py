"""``refute doctor``: can refute work here, and how well?"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import click

from refute import __version__
from refute.errors import ExitCode, RefuteError
from refute.settings import Settings, load


@click.command(short_help="Say what would stand in the way here.")
@click.argument("area", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--python", metavar="PYTHON", help="Look at this interpreter, as in `refute run`.")
def doctor(area: str | None, path: Path | None, python: str | None) -> ExitCode:
    """Look at the machine and the project, and say what would stand in the way.

    Nothing is changed and no test is run. The exit code is that of the first thing that would
    stop a run, or 0.

    AREA limits the look: `real` says which real dependencies tests can have here, by which
    routes, and what is missing for a better one.
    """
    if area == "real":
        return _real()
    if area is not None and path is not None:
        raise click.UsageError(f"No such area `{area}`: known: real.")
    return _project(Path(area or "."), python)


def _real() -> ExitCode:
    """Each dependency with its routes, the one that would be taken marked."""
    from refute.real.registry import PROVIDERS, provider

    for name in PROVIDERS:
        routes = provider(name).routes({})
        taken = next((route for route in routes if route.works), None)
        for number, route in enumerate(routes):
            mark = "taken" if route is taken else "works" if route.works else "no"
            click.echo(f"{'' if number else name:<12}{mark:<7}{route}")
            if route.works and route.limits:
                click.echo(f"{'':<19}{route.limits}")
            if route.remedy and not route.works:
                click.echo(f"{'':<19}{route.remedy}")
    return ExitCode.OK


def _project(path: Path, python: str | None) -> ExitCode:
    """What `refute run` would find."""
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
