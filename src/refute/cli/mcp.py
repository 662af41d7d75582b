"""``refute mcp``: a server for coding agents."""

from __future__ import annotations

from pathlib import Path

import click

from refute.cli.options import path_argument
from refute.errors import ExitCode, fail


@click.command(short_help="Serve a coding agent, by the Model Context Protocol.")
@path_argument
def mcp(path: Path) -> ExitCode:
    """Serve a coding agent over standard input and output, by the Model Context Protocol.

    The agent can judge a change, list and explain what was found, try a fault under a test, and
    verify that a test which it has written notices a fault. docs/mcp.md says how to add the
    server to a client. It needs the extra `mcp`: pip install 'refute[mcp]'.

    PATH is the project's root, the folder where you would type pytest; the current one if not
    given. Tests run in the seal, and of the project's files only .refute/ is written. The server
    ends when its client closes standard input.
    """
    if not path.is_dir():
        fail("no-such-path", f"{path} is no folder.")
    # The SDK is an extra, and takes a second to import.
    try:
        from refute.mcp.server import build
    except ImportError as error:
        fail("mcp-extra", f"The package mcp can't be imported: {error}.", cause=error)
    build(path.resolve()).run("stdio")
    return ExitCode.OK
