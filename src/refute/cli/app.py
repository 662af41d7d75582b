"""The command ``refute`` with its subcommands."""

from __future__ import annotations

import sys
from typing import Any

import click

from refute import __version__
from refute.cli.attempt import attempt
from refute.cli.browse import browse
from refute.cli.chaos import chaos
from refute.cli.completion import completion
from refute.cli.contracts import contracts
from refute.cli.defects import defects
from refute.cli.doctor import doctor
from refute.cli.failure import broken_pipe
from refute.cli.gate import gate
from refute.cli.html import html
from refute.cli.init import init
from refute.cli.mcp import mcp
from refute.cli.merge import merge
from refute.cli.operators import operators
from refute.cli.ratchet import ratchet
from refute.cli.real import real
from refute.cli.report import report
from refute.cli.run import run
from refute.cli.show import show
from refute.cli.stability import stability
from refute.cli.suggest import suggest
from refute.cli.theatre import theatre
from refute.cli.verify import verify
from refute.cli.watch import watch
from refute.errors import nearest


class Commands(click.Group):
    """A group that lists its commands in the order of use and helps with a mistyped one."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
            # Now, while an error can still be caught, and not when Python ends.
            sys.stdout.flush()
        except BrokenPipeError:
            return broken_pipe()
        return code

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            advice = nearest(args[0], self.commands)
            raise click.UsageError(f"No such command `{args[0]}`: {advice}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes and every message are explained in docs/.",
)
@click.version_option(__version__, "-V", "--version", message="refute %(version)s")
def app() -> None:
    """Find out whether your tests can fail.

    refute changes your code by one small fault at a time, runs the tests that execute the
    changed lines, and tells you which faults nobody noticed. Your files stay as they are.

    \b
    Begin in the project's folder:
      refute run              judge the suite
      refute theatre          see which tests can't fail, and what their mocks hide
      refute show m-3f9a12    look at one fault that survived
    """


for _command in (
    run,
    watch,
    theatre,
    report,
    show,
    suggest,
    html,
    browse,
    attempt,
    defects,
    gate,
    ratchet,
    stability,
    contracts,
    chaos,
    verify,
    merge,
    init,
    operators,
    doctor,
    real,
    mcp,
    completion,
):
    app.add_command(_command)
