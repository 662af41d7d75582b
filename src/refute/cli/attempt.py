"""``refute try``: one test under one given fault, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from refute.cli.options import PROJECT, TRIALS, root_option, with_options
from refute.errors import ExitCode
from refute.settings import load

_PROJECT = {name: option for name, option in PROJECT.items() if name != "tests"}
_TRIAL = {name: option for name, option in TRIALS.items() if name != "jobs"}


@click.command("try", short_help="Run one test under one fault, in pytest's own words.")
@click.argument("fault")
@click.argument("test")
@root_option
@with_options(_PROJECT, _TRIAL)
def attempt(fault: str, test: str, root: Path, **given: Any) -> ExitCode:
    """Run one test under one fault of the last run, and see what pytest says.

    FAULT is an id that refute has printed, of a mutant (m-...) or of a double fault (d-...); its
    first characters are enough. TEST is a test's node id, its name, or a part that no other
    test has. pytest prints what it would print if you had made the change yourself, but your
    files stay as they are. Before that the test is run once without the fault, in silence. Both
    run under the interpreter of the last run, unless you name one with --python.

    The last line says whether the test noticed, and how. So does the exit code: 0 if it noticed,
    1 if it did not.

    \b
    Examples:
      refute try m-3f9a12 tests/test_orders.py::test_total
      refute try 3f9a test_total                      the same, if no others are called so
      refute try m-3f9a12 test_total --pytest-args "-vv -l"
    """
    settings = load(root, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute import attempt as trying
    from refute.interpreter import as_before
    from refute.judgement import load as load_report
    from refute.report import lookup

    last = load_report(settings.root)
    if given["python"] is None:
        settings = as_before(settings, last.environment.interpreter)
    chosen: trying.Fault
    if fault.strip().lower().startswith("d-"):
        chosen = lookup.find_fault(last, fault).fault
    else:
        chosen = lookup.find_mutant(last, fault).mutant
    return trying.run(settings, last, chosen, lookup.find_test(last, test))
