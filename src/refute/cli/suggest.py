"""``refute suggest``: the missing assertion, proven."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refute.cli.options import OUTPUT, PROJECT, TRIALS, root_option, with_options
from refute.errors import ExitCode
from refute.settings import Settings, load

if TYPE_CHECKING:
    from refute.judgement import Judgement
    from refute.suggesting.session import Suggestions
    from refute.suggesting.taking import Suggestion


@click.command(short_help="Suggest assertions that notice survivors, each proven.")
@click.argument("wanted", nargs=-1)
@root_option
@click.option("--since", metavar="REV", help="Survivors on lines that changed since the branch "
              "left REV.")  # fmt: skip
@click.option("--all", "all_of_them", is_flag=True, help="All survivors of the last run.")
@click.option("--patch", is_flag=True, help="Print a patch for `git apply`, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
@click.option(
    "--interactive", is_flag=True, help="Ask of each whether to take it, or to edit it first."
)
@with_options(PROJECT, TRIALS, OUTPUT)
def suggest(wanted: tuple[str, ...], root: Path, **given: Any) -> ExitCode:
    """Suggest the smallest changes to your tests that notice what nobody noticed.

    WANTED is what refute has printed or you have written: a survivor (m-...), a blind place
    (p-...), a double fault (d-...), a source file (its survivors), a test or a test file (what
    it runs over and does not notice). Without it, the ten survivors that matter most.

    The tests are watched on the unchanged code in several worlds (another order, hash seed, time
    of day), and under each fault. What differs under the fault and is always the same without it
    is made into an assertion: on a result that nobody looked at, on what a double was really
    sent, on the text of an expected exception. Each is tried before you see it: it passes on
    the unchanged code in at least five runs, and the test is told of the fault. Where no
    assertion holds, you are told why. What was found is kept beside the report, and shown by
    `refute html`, `refute report` (agent, sarif) and `refute mcp`.

    Your files stay as they are, but for what you take with --interactive. The exit code is 1 if
    a fault is left without a suggestion.

    \b
    Examples:
      refute suggest                        for the ten survivors that matter most
      refute suggest m-3f9a12               for one
      refute suggest src/shop/orders.py     for those of one file
      refute suggest --patch | git apply    take them all
      refute suggest --interactive          one by one
    """
    own = ("since", "all_of_them", "patch", "as_json", "interactive")
    mine = {name: given.pop(name) for name in own}
    settings = load(root, given)
    # The engine is imported late, so that --help and completion are quick.
    from refute.console import Console
    from refute.interpreter import as_before
    from refute.judgement import load as load_report
    from refute.judgement import save_suggested
    from refute.suggesting import session
    from refute.suggesting.document import to_keep

    last = load_report(settings.root)
    if given["python"] is None:
        settings = as_before(settings, last.environment.interpreter)
    silent = settings.quiet or mine["patch"] or mine["as_json"]
    with Console(quiet=silent, plain=settings.plain) as progress:
        found = session.run(
            settings, last, wanted, progress,
            since=mine["since"], all_of_them=mine["all_of_them"],
        )  # fmt: skip
    save_suggested(settings.root, to_keep(found))
    if mine["interactive"]:
        _ask(found, settings, last, plain=settings.plain)
    else:
        _tell(found, mine, plain=settings.plain)
    return ExitCode.FINDINGS if found.nothing else ExitCode.OK


def _tell(found: Suggestions, mine: dict[str, Any], *, plain: bool) -> None:
    """Print it in the form that was asked for."""
    from refute.report import console_for
    from refute.suggesting import text
    from refute.suggesting.document import to_json

    if mine["patch"]:
        sys.stdout.buffer.write(found.patch(found.found))
    elif mine["as_json"]:
        print(json.dumps(to_json(found), indent=1, ensure_ascii=False))
    else:
        text.render(found, console_for(plain=plain))


def _ask(found: Suggestions, settings: Settings, last: Judgement, *, plain: bool) -> None:
    """Show one after the other, and write those that are taken, each at once."""
    from refute.report import console_for
    from refute.suggesting import taking, text

    console = console_for(plain=plain)
    taken: list[Suggestion] = []
    for number, one in enumerate(found.found, 1):
        text.show(found, one, number, console)
        answer = click.prompt(
            "Take it? (y)es, (n)o, (e)dit, (q)uit",
            type=click.Choice(["y", "n", "e", "q"]),
            default="n",
            show_choices=False,
        )
        if answer == "q":
            break
        chosen = _edited(found, one, settings, last) if answer == "e" else one
        if answer != "n" and chosen is not None:
            taking.take(found, settings.root, [*taken, chosen], taken)
            taken.append(chosen)
    console.print(f"{len(taken)} of {len(found.found)} taken.")


def _edited(
    found: Suggestions, one: Suggestion, settings: Settings, last: Judgement
) -> Suggestion | None:
    """The suggestion as the user writes it, if that is proven as well."""
    from refute.suggesting.session import again

    says = (click.edit(one.candidate.says, extension=".py") or "").strip()
    if not says:
        return None
    proven = one if says == one.candidate.says else again(settings, last, found, one, says)
    click.echo("Proven, and taken." if proven else "It does not hold, or notices nothing: left.")
    return proven
