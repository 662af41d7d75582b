"""``refute show``: one mutant, test, double, blind place, double fault or past bug."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from refute.cli.options import root_option
from refute.errors import ExitCode


@click.command(short_help="Show one mutant, test, double or blind place.")
@click.argument("id")
@click.option(
    "--patch",
    is_flag=True,
    help="Print a mutant or past bug as a patch for `git apply`, and nothing else.",
)
@root_option
@click.option("--plain", is_flag=True, help="No colour.")
def show(id: str, patch: bool, root: Path, plain: bool) -> ExitCode:
    """Show one thing of the last run, with the evidence and a command that repeats it.

    ID is what `refute run` and `refute theatre` print. A mutant (m-...): diff, verdict, tests. A
    test, by its node id, its name or a part that no other test has: what it is worth, what it
    overlooked, its doubles, what it really crosses. A double, by its id (w-...) or by what it
    replaces: what it swallows, and what nobody looks at. A blind place (p-...): the changes that
    stay green there. A double fault (d-...): what the tests made of it. A past bug (b-...), as
    `refute defects` prints it: the commit, the change, what the tests made of it. Of ids the
    first characters are enough, if nothing else has them.

    \b
    Examples:
      refute show m-3f9a12                         a mutant
      refute show tests/test_orders.py::test_total a test; test_total alone may be enough
      refute show shop.cloud.run_kubectl           a double
      refute show m-3f9a12 --patch | git apply     try a mutant by hand
      refute show m-3f9a12 --patch | git apply -R  and put it back
    """
    # Reports are imported late, so that --help and completion are quick.
    from refute.judgement import load
    from refute.report import console_for, lookup, mutant, one_thing

    if id.strip().lower().startswith("b-"):
        _show_bug(root.resolve(), id, patch=patch, plain=plain)
        return ExitCode.OK
    judgement = load(root.resolve())
    if patch:
        if re.match(r"[dpw]-", id.strip().lower()):
            raise click.UsageError(
                "Only a mutant (m-...) or a past bug (b-...) can be had as a patch."
            )
        # Bytes, because the file's own encoding and line ends have to come through.
        sys.stdout.buffer.write(mutant.patch(judgement, lookup.find_mutant(judgement, id)))
    else:
        one_thing.show(judgement, id.strip(), console_for(plain=plain))
    return ExitCode.OK


def _show_bug(root: Path, wanted: str, *, patch: bool, plain: bool) -> None:
    """Print a past bug of the last `refute defects`, or its patch."""
    from refute.judgement import defects as document
    from refute.report import console_for, defects
    from refute.report.lookup import find_bug

    bug = find_bug(document.load(root), wanted)
    if patch:
        sys.stdout.buffer.write(bug.diff.encode("utf-8", "surrogateescape"))
    else:
        defects.show(bug, console_for(plain=plain))
