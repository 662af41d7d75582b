"""``refute show``: one mutant with its diff and the evidence."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from refute.cli.options import root_option
from refute.errors import ExitCode


@click.command(short_help="Show one mutant: diff, verdict, evidence.")
@click.argument("id")
@click.option("--patch", is_flag=True, help="Print a patch for `git apply`, and nothing else.")
@root_option
@click.option("--plain", is_flag=True, help="No colour.")
def show(id: str, patch: bool, root: Path, plain: bool) -> ExitCode:
    """Show one mutant of the last run: diff, verdict, evidence, tests.

    ID is printed by `refute run`; its first characters are enough if no other mutant has them.

    \b
    Examples:
      refute show m-3f9a12                         read it
      refute show m-3f9a12 --patch | git apply     try it by hand
      refute show m-3f9a12 --patch | git apply -R  and put it back
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import load
    from refute.report import console_for, mutant

    judgement = load(root.resolve())
    item = mutant.find(judgement, id)
    if patch:
        # Bytes, because the file's own encoding and line ends have to come through.
        sys.stdout.buffer.write(mutant.patch(judgement, item))
    else:
        mutant.show(judgement, item, console_for(plain=plain))
    return ExitCode.OK
