"""Options that several commands share, each the twin of one field of Settings."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from refute.settings import CHOICES, DEFAULT_TIMEOUT_FACTOR

F = TypeVar("F", bound=Callable[..., Any])


def _split(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Names that are given apart or joined by commas."""
    return tuple(name.strip() for text in value for name in text.split(",") if name.strip())


def _shell(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Arguments as a shell would split them."""
    try:
        return tuple(word for text in value for word in shlex.split(text))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", ctx, param) from error


PROJECT = {
    "source": click.option(
        "--source",
        multiple=True,
        metavar="PATH",
        help="Folder or file of your code; may be repeated. Found by itself if not given.",
    ),
    "tests": click.option(
        "--tests",
        multiple=True,
        metavar="PATH",
        help="Test file, folder or node id; may be repeated. As in plain pytest if not given.",
    ),
    "exclude": click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Source files or folders to leave alone; may be repeated.",
    ),
    "pytest_args": click.option(
        "--pytest-args",
        multiple=True,
        metavar="ARGS",
        callback=_shell,
        help="Further arguments for pytest, in one string: --pytest-args '-m \"not slow\"'.",
    ),
    "python": click.option(
        "--python",
        metavar="PYTHON",
        help="Interpreter that runs the tests: a path, an environment, or a version (3.12).",
    ),
}

CHOOSING = {
    "paths": click.option(
        "--paths",
        multiple=True,
        metavar="GLOB",
        help="Only mutants in these files or folders; may be repeated.",
    ),
    "since": click.option(
        "--since",
        metavar="REV",
        help="Only what changed since the branch left REV: changed lines, the functions that "
        "hold them, and what changed or new tests run.",
    ),
    "staged": click.option(
        "--staged",
        is_flag=True,
        default=None,
        help="The same for what is staged for the next commit.",
    ),
    "budget": click.option(
        "--budget",
        metavar="TIME",
        help="Stop after TIME (90s, 5m): the most telling faults first, and the score of the "
        "whole foretold with its 95% interval.",
    ),
    "shard": click.option(
        "--shard",
        metavar="I/N",
        help="Only one of N parts of the faults; `refute merge` puts the reports together.",
    ),
    "operators": click.option(
        "--operators",
        multiple=True,
        metavar="NAMES",
        callback=_split,
        help="Only these operators, by commas; with a minus, all but these: -number,-string.",
    ),
    "rules_off": click.option(
        "--rules-off",
        multiple=True,
        metavar="NAMES",
        callback=_split,
        help="Switch off rules that leave uninteresting places alone: logging,repr.",
    ),
}

TRIALS = {
    "jobs": click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Trials at a time. Default: the cores that this process may use.",
    ),
    "timeout_factor": click.option(
        "--timeout-factor",
        type=float,
        metavar="X",
        help="A test may take X times its usual time before a trial is cut. "
        f"Default: {DEFAULT_TIMEOUT_FACTOR:g}.",
    ),
    "seal": click.option(
        "--seal",
        type=click.Choice(CHOICES["seal"]),
        help="strict: stop where mutants can't be sealed off from files and network. "
        "auto (default): go on without the dangerous ones.",
    ),
    "unsealed": click.option(
        "--unsealed",
        is_flag=True,
        default=None,
        help="Run dangerous faults even without a seal. For throw-away machines.",
    ),
}

OUTPUT = {
    "quiet": click.option(
        "-q",
        "--quiet",
        is_flag=True,
        default=None,
        help="No progress, only warnings and the result.",
    ),
    "plain": click.option(
        "--plain",
        is_flag=True,
        default=None,
        help="No colour and no live display, as in a pipe.",
    ),
}


def with_options(*groups: dict[str, Callable[[F], F]]) -> Callable[[F], F]:
    """Add groups of options to a command, in the order given."""

    def decorate(command: F) -> F:
        for option in reversed([option for group in groups for option in group.values()]):
            command = option(command)
        return command

    return decorate


path_argument = click.argument("path", default=".", type=click.Path(path_type=Path))

root_option = click.option(
    "--root",
    default=".",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The project's root. Default: the current folder.",
)
