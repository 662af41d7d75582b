"""``refute verify``: repeat a sample of verdicts in fresh processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from refute.cli.options import (
    OUTPUT,
    PROJECT,
    TRIALS,
    path_argument,
    with_options,
)
from refute.errors import ExitCode
from refute.settings import load


@click.command(short_help="Repeat a sample of verdicts with plain pytest.")
@path_argument
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Verdicts to repeat, spread over operators, verdicts and mechanisms.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="S",
    help="Another seed draws another sample; the same seed draws the same.",
)
@with_options(PROJECT, TRIALS, OUTPUT)
def verify(path: Path, sample: int, seed: int, **given: Any) -> ExitCode:
    """Check verdicts of the last run against plain pytest.

    refute earns its speed by forks and swapped code. This command takes a random sample of its
    verdicts and repeats each in the slowest and plainest way: a fresh process, mutated source
    on disk, plain pytest. It prints how many agree and explains each that does not; the exit
    code is 1 if there is any. The tests run under the interpreter of the last run, unless you
    name one with --python. Ctrl-C is fine: you get the answer for those that were repeated.

    \b
    Examples:
      refute verify                          100 verdicts
      refute verify --sample 200 --seed 7    200 others
    """
    settings = load(path, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute import verify as verification
    from refute.console import Console

    with Console(quiet=settings.quiet, plain=settings.plain) as progress:
        named = given["python"] is not None
        return verification.run(settings, sample, seed, progress, named=named)
