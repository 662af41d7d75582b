"""How the command line says that something went wrong."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from refute import __version__
from refute.errors import MESSAGES, ExitCode, RefuteError


def show(error: RefuteError) -> None:
    """Print an error: what happened, what more there is to see, what to do, where to read on."""
    red = click.style(f"error[{error.slug}]:", fg="red", bold=True)
    click.echo(f"{red} {error.message}", err=True)
    for line in error.detail:
        click.echo(f"  {line}", err=True)
    click.echo(f"{error.remedy}\nMore: {error.page}", err=True)


def crashed(error: Exception) -> ExitCode:
    """Say that an unforeseen exception is our bug; its traceback goes to a file."""
    red = click.style("error[internal-error]:", fg="red", bold=True)
    last = traceback.format_exception_only(error)[-1].strip()
    click.echo(f"{red} {last}", err=True)
    click.echo("This is a bug in refute, not in your project.", err=True)
    where = _keep_traceback(error)
    if where is None:
        traceback.print_exception(error)
        proof = "the traceback above and what you typed"
    else:
        click.echo(f"The traceback is in {where}.", err=True)
        proof = "that file"
    # Where that is we can't know: refute may have come from an index, a repository or a friend.
    click.echo(f"Please report it to the place that you got refute from, with {proof}.", err=True)
    click.echo("More: docs/messages/internal-error.md", err=True)
    return MESSAGES["internal-error"].exit_code or ExitCode.INTERNAL


def broken_pipe() -> ExitCode:
    """Whoever read our output has gone (``refute show ID | head``): end without a word."""
    # Python flushes stdout at its end and would complain again; there is nobody to read it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK


def _keep_traceback(error: Exception) -> Path | None:
    """Write the traceback to .refute/ here if there is one, else to the temporary folder."""
    arguments = " ".join(sys.argv[1:])
    head = f"refute {__version__}, Python {sys.version}, {sys.platform}\narguments: {arguments}\n\n"
    text = head + "".join(traceback.format_exception(error))
    here = Path.cwd() / ".refute"
    for folder in ([here] if here.is_dir() else []) + [Path(tempfile.gettempdir())]:
        try:
            handle, name = tempfile.mkstemp(prefix="refute-crash-", suffix=".txt", dir=folder)
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            return Path(name)
        except OSError:
            # Read-only or full: try the next place.
            continue
    return None
