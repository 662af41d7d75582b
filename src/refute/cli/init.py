"""``refute init``: write down what a run chooses, after showing it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refute.cli.options import path_argument
from refute.errors import ExitCode, RefuteError
from refute.settings import load

if TYPE_CHECKING:
    from refute.project import Project
    from refute.settings import Settings
    from refute.starting.writing import Change

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command(short_help="Write a configuration, a workflow, a hook; shown before.")
@path_argument
@click.option("--github", is_flag=True, help="Also a workflow for GitHub Actions.")
@click.option("--gitlab", is_flag=True, help="Also a job for GitLab CI.")
@click.option("--pre-commit", is_flag=True, help="Also a hook for pre-commit, on what is staged.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show it, and write nothing.")
@click.option("--check", is_flag=True, help="The same, with exit code 1 if anything is missing.")
def init(
    path: Path,
    github: bool,
    gitlab: bool,
    pre_commit: bool,
    yes: bool,
    dry_run: bool,
    check: bool,
) -> ExitCode:
    """Look at the project, and write down what refute has found: `[tool.refute]`.

    No project needs this to be judged. It pins in pyproject.toml which code is yours, and adds
    files for your CI. All is shown as a diff first; then you are asked. Nothing that exists is
    overwritten: pyproject.toml keeps every line that it has, a [tool.refute] of yours stays as
    it is, and so does a workflow. Without a terminal nothing is written, unless --yes is given.

    PATH is the project's root, the folder where you would type pytest; the current one if not
    given.

    \b
    Examples:
      refute init                          the configuration
      refute init --github --pre-commit    with a workflow and a hook
      refute init --dry-run                only show it
    """
    # Imported late, so that --help and completion are quick.
    from refute.project import discover
    from refute.starting import workflows
    from refute.starting.writing import write

    settings = load(path)
    project = discover(settings)
    for note in project.notes:
        click.echo(note)
    place = workflows.place_of(settings.root, _python(settings, project))
    made = [
        _configuration(settings, project),
        *([workflows.github(place)] if github else []),
        *([workflows.gitlab(place)] if gitlab else []),
        *([workflows.pre_commit(place)] if pre_commit else []),
    ]
    changes = _shown(made, settings.root)
    if not changes:
        click.echo("There is nothing to write.")
        return ExitCode.OK
    if not _agreed(yes=yes, dry=dry_run or check):
        return ExitCode.FINDINGS if check else ExitCode.OK
    for change in changes:
        write(change)
        click.echo(f"Written: {change.path}")
    for remark in workflows.remarks(place, changes):
        click.echo(remark)
    click.echo("Now: refute run")
    return ExitCode.OK


def _shown(made: Sequence[Change | str], root: Path) -> list[Change]:
    """Show what would be written, and say why the rest is not; gives the first."""
    from refute.starting.writing import diff

    for said in made:
        if isinstance(said, str):
            click.echo(said)
    changes = [one for one in made if not isinstance(one, str)]
    for change in changes:
        click.echo()
        for line in diff(change, root):
            click.echo(click.style(line, fg=COLOURS.get(line[:1])))
    click.echo()
    return changes


def _configuration(settings: Settings, project: Project) -> Change | str:
    from refute.starting.configuration import FILE, change, configured, sources

    if configured(settings.root):
        return f"{settings.root / FILE} has [tool.refute] already, and stays as it is."
    return change(settings.root, sources(settings, project))


def _python(settings: Settings, project: Project) -> str:
    """The version of the interpreter that a run would choose; says which, and why."""
    from refute.interpreter import choose

    try:
        found = choose(settings, project)
    except RefuteError as error:
        click.echo(f"Interpreter: none yet. {error.message} {error.remedy}")
        return "3.13"
    click.echo(
        f"Interpreter: {found.path} (Python {found.version}, pytest {found.pytest}), "
        f"{found.reason}. It is chosen anew at each run, and not written down."
    )
    return ".".join(found.version.split(".")[:2])


def _agreed(*, yes: bool, dry: bool) -> bool:
    """Whether to write."""
    if dry:
        click.echo("Nothing is written.")
        return False
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("Nothing is written without a terminal to ask in; add --yes to write this.")
        return False
    return click.confirm("Write this?")
