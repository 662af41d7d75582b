"""``refute completion``: let the shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from refute.errors import ExitCode

WHERE = {
    "bash": "refute completion bash > ~/.local/share/bash-completion/completions/refute",
    "zsh": 'refute completion zsh > "${fpath[1]}/_refute"',
    "fish": "refute completion fish > ~/.config/fish/completions/refute.fish",
}
"""The command that installs the script for good, by shell."""


@click.command(
    short_help="Print the completion script of a shell.",
    epilog="\b\nTo have it in every new shell, type one of:\n"
    + "\n".join(f"  {command}" for command in WHERE.values()),
)
@click.argument("shell", type=click.Choice(list(WHERE)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Print the script that lets a shell complete refute's commands and options.

    \b
    For the shell that you are in:
      eval "$(refute completion bash)"
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"This click knows no completion for {shell}.")
    command = ctx.find_root().command
    script = kind(command, {}, "refute", "_REFUTE_COMPLETE")
    # source() of bash runs a shell to ask for its version; the template alone is all we need.
    click.echo(script.source_template % script.source_vars())
    return ExitCode.OK
