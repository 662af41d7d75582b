"""``refute operators``: what refute can change."""

from __future__ import annotations

from itertools import groupby

import click

from refute.errors import ExitCode, fail, nearest


@click.command(short_help="List the ways to change code, or explain one.")
@click.argument("name", required=False)
def operators(name: str | None) -> ExitCode:
    """List the ways in which refute changes code, or explain one.

    \b
    Examples:
      refute operators               all, by family
      refute operators comparison    what it changes, why to care, an example

    Choose among them with `refute run --operators`, or `operators` under [tool.refute].
    """
    from refute_child.operators import OPERATORS

    known = {operator.name: operator for operator in OPERATORS.values()}
    if name is None:
        width = max(len(operator) for operator in known)
        for family, members in groupby(known.values(), key=lambda operator: operator.family):
            click.secho(family, bold=True)
            for operator in members:
                click.echo(f"  {operator.name:<{width}}  {operator.changes}")
        return ExitCode.OK
    if name not in known:
        fail("bad-setting", f"No operator `{name}`; {nearest(name, known)}")
    chosen = known[name]
    before, after = chosen.example
    click.secho(f"{chosen.name} ({chosen.family})", bold=True)
    click.echo(f"{chosen.changes}\n{chosen.why}\n")
    for mark, text in (("-", before), ("+", after)):
        for line in text.splitlines():
            click.echo(f"  {mark} {line}")
    return ExitCode.OK
