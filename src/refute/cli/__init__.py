"""The command line: argv to settings, one file a command, one catcher of errors."""

from __future__ import annotations

from collections.abc import Sequence

import click

from refute.cli.app import app
from refute.cli.failure import crashed, show
from refute.cli.stopping import stoppable
from refute.errors import ExitCode, RefuteError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the code to exit with; nothing escapes but SystemExit."""
    try:
        with stoppable():
            code = app.main(
                args=None if argv is None else list(argv), prog_name="refute", standalone_mode=False
            )
    except RefuteError as error:
        show(error)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped. What was finished is kept.", err=True)
        return int(ExitCode.INTERRUPTED)
    except Exception as error:
        return int(crashed(error))
    # With standalone_mode off, click returns what the command returned, or the code of --help.
    return int(code) if isinstance(code, int) else int(ExitCode.OK)
