"""``refute contracts``: would the real thing have accepted it?"""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refute.cli.options import root_option
from refute.errors import ExitCode, nearest

if TYPE_CHECKING:
    from refute.contracts.survey import Part


class _OfProject(click.Group):
    """A group that takes a project's root in the place of a command, as `refute run` does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``PATH`` is ``--root PATH``, unless it is one of the commands."""
        _, rest, _ = self.make_parser(ctx).parse_args(args=list(args))
        word = rest[0] if rest else ""
        if word and word not in self.commands:
            if not (os.sep in word or Path(word).exists()):
                advice = nearest(word, self.commands)
                raise click.UsageError(f"`{word}` is no folder here, and no command: {advice}", ctx)
            before = args[: len(args) - len(rest)]
            args = [*(one for one in before if one != "--"), "--root", *rest]
        return super().parse_args(ctx, args)


@click.group(
    cls=_OfProject,
    invoke_without_command=True,
    short_help="Ask whether the real thing would have accepted it.",
    subcommand_metavar="[PATH | COMMAND [ARGS]...]",
)
@root_option
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Have this cluster check what the charts render; nothing of it is kept there.",
)
@click.pass_context
def contracts(ctx: click.Context, root: Path, kubeconfig: Path | None) -> ExitCode | None:
    """Hold what your code says to others against what those others accept.

    Nothing is executed for real: programs are asked for their help and their completions alone.
    An answer is given only where it can be: what can't be told is said, with the reason.

    Without a COMMAND, all that applies to a project is checked: what doubles took and gave, by
    the last `refute run`; the Helm charts in the tree, and what helm renders of them; and, if
    [tool.refute.contracts] names them, its application against its OpenAPI document, and its
    models and queries against a database that its migrations have made. PATH is the project's
    root; the current folder if not given.

    The exit code is 0 if nothing was found, 1 if something was, and 4 if there was nothing to
    check or nothing of it could be told.

    \b
    Examples:
      refute contracts
      refute contracts ../service
      refute contracts --kubeconfig test-cluster.yaml
      refute contracts command -- kubectl deleet pod web
      refute contracts helm deploy/chart --values production.yaml
    """
    if ctx.invoked_subcommand:
        return None
    from refute.settings import existing_folder

    return _all(existing_folder(root), kubeconfig)


def _all(root: Path, kubeconfig: Path | None) -> ExitCode:
    """Check what there is, and say of each kind what was checked and what could not be."""
    from refute.agreements import options, parts

    named = options.read(root)
    click.echo(f"{'':<11}{'checked':>8}{'found':>8}{'can not tell':>14}")
    done = []
    for part in parts.all_parts(root, named, lambda: _python(root), kubeconfig):
        done.append(part)
        counts = (part.checked, len(part.found), len(part.untold))
        cells = ("-", "-", "-") if part.absent else tuple(map(str, counts))
        row = f"{part.name:<11}{cells[0]:>8}{cells[1]:>8}{cells[2]:>14}"
        click.echo(f"{row}   {part.absent}".rstrip())
    for part in done:
        _details(part)
    if any(part.found for part in done):
        return ExitCode.FINDINGS
    return ExitCode.OK if any(part.checked for part in done) else ExitCode.NOTHING_JUDGED


def _details(part: Part) -> None:
    """What was found, and what can't be told, a line each, and more below it."""
    if part.found or part.untold:
        click.echo(f"\n{part.name}")
    for mark, lines in ((click.style("found", fg="red"), part.found), ("can't tell", part.untold)):
        for text in lines:
            first, *rest = text.splitlines() or [""]
            click.echo(f"  {mark}  {first}")
            for line in rest:
                click.echo(f"      {line.strip()}")


def _python(root: Path) -> Path:
    from refute import settings
    from refute.interpreter import choose_for

    return choose_for(root, settings.load(root).python, os.environ).path


@contracts.command(short_help="Check a command line against the program's own grammar.")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> ExitCode:
    """Would this program take this command line? It is not executed.

    Verbs, options, their values, and the number of arguments where the program holds to what its
    usage says: for git, for programs built with cobra (kubectl, helm, docker, gh ...), and for
    Python programs that use click, Typer, argparse or optparse. The program is looked for on the
    PATH; helm and kubectl also where `refute real install` puts them.

    The exit code is 0 if the line is accepted, 1 if it is refused, and 4 if it can't be told.

    \b
    Examples:
      refute contracts command -- kubectl deleet pod web     did you mean `delete`?
      refute contracts command -- git push --force-with-lease
    """
    from refute.agreements.programs import environment
    from refute.contracts import Accepted, Unknown, check

    shown = shlex.join(words)
    answer = check(words, environment())
    if isinstance(answer, Accepted):
        rest = f" (not looked at: {', '.join(answer.unchecked)})" if answer.unchecked else ""
        click.echo(f"accepted: {shown}{rest}")
        return ExitCode.OK
    if isinstance(answer, Unknown):
        click.echo(f"can't tell: {shown}\n  {answer.reason}", err=True)
        return ExitCode.NOTHING_JUDGED
    click.echo(f"refused: {shown}", err=True)
    for refusal in answer.refusals:
        click.echo(f"{_pointer(words, refusal.argument)}\n  {refusal}", err=True)
    return ExitCode.FINDINGS


@contracts.command(short_help="Check values of a Helm chart, and what it renders.")
@click.argument("chart", type=click.Path(path_type=Path))
@click.option(
    "--values",
    "-f",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Values, laid over the chart's own; may be repeated, the last one on top.",
)
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Have this cluster check what is rendered; nothing of it is kept there.",
)
def helm(chart: Path, files: tuple[Path, ...], kubeconfig: Path | None) -> ExitCode:
    """Would this chart take these values, and do they do what you think?

    Values are held against values.schema.json, against the kinds of the chart's own values, and
    against its templates: what is required, what no template uses, what templates print and
    nobody gives. Then helm renders the chart, if it is on the PATH or
    installed by `refute real install helm`, and with --kubeconfig a cluster
    checks the manifests. Without --values the chart's own values are looked at.

    The exit code is 0 if nothing was found, and 1 if something was.

    \b
    Examples:
      refute contracts helm deploy/chart --values deploy/production.yaml
      refute contracts helm deploy/chart --kubeconfig test-cluster.yaml
    """
    with tempfile.TemporaryDirectory(prefix="refute-values-") as folder:
        kept = [_readable(path, Path(folder) / f"{at}.yaml") for at, path in enumerate(files)]
        return _helm(chart, kept, kubeconfig)


def _readable(path: Path, copy: Path) -> Path:
    """A file that can be read more than once; what a shell hands over as a pipe can't."""
    if path.is_file():
        return path
    copy.write_bytes(path.read_bytes())
    return copy


def _helm(chart: Path, files: Sequence[Path], kubeconfig: Path | None) -> ExitCode:
    from refute.agreements.charts import rendered
    from refute.contracts.helm import check_values, load_helm_chart, merged, read_values

    loaded = load_helm_chart(chart)
    given: dict[str, Any] = {}
    for path in files:
        given = merged(given, read_values(path))
    answer = check_values(loaded, given if files else None)
    for problem in answer.problems:
        click.echo(f"{problem.slug}: {problem}", err=True)
    refused, unchecked = rendered(chart, files, kubeconfig)
    for line in refused:
        click.echo(line, err=True)
    for line in (*answer.unchecked, *unchecked):
        click.echo(f"not looked at: {line}", err=True)
    count = len(answer.problems) + len(refused)
    click.echo(f"{loaded.name}: {f'{count} found' if count else 'nothing found'}")
    return ExitCode.FINDINGS if count else ExitCode.OK


@contracts.command(short_help="Check an HTTP call against an OpenAPI document.")
@click.argument("document", type=click.Path(path_type=Path))
@click.argument("method")
@click.argument("url")
@click.option("--body", metavar="JSON", help="What is sent; @FILE reads it from a file.")
@click.option("--status", type=int, metavar="CODE", help="Check a response with this status.")
def http(document: Path, method: str, url: str, body: str | None, status: int | None) -> ExitCode:
    """Would this server take this call, by its OpenAPI document? Nothing is sent.

    Path, method, parameters and a JSON body are looked at. With --status, a response is: its
    status, and --body as what came back. DOCUMENT is JSON or YAML, of OpenAPI 3.0 or 3.1.

    The exit code is 0 if the document allows it, 1 if not, and 4 if it can't be told.

    \b
    Examples:
      refute contracts http api.yaml GET '/items?limti=5'     did you mean `limit`?
      refute contracts http api.yaml POST /orders --body @order.json
      refute contracts http api.yaml GET /items --status 200 --body '[]'
    """
    from refute.contracts import Unknown
    from refute.contracts.http import Breached, check_call, check_response, load_openapi

    api = load_openapi(document)
    data = _json(body)
    answer = (
        check_call(api, method, url, body=data)
        if status is None
        else check_response(api, method, url, status, body=data)
    )
    shown = f"{method.upper()} {url}" if status is None else f"{status} to {method.upper()} {url}"
    if isinstance(answer, Unknown):
        click.echo(f"can't tell: {shown}\n  {answer.reason}", err=True)
        return ExitCode.NOTHING_JUDGED
    if not isinstance(answer, Breached):
        click.echo(f"accepted: {shown}")
        return ExitCode.OK
    click.echo(f"refused: {shown}", err=True)
    for breach in answer.breaches:
        click.echo(f"  {breach}", err=True)
    return ExitCode.FINDINGS


def _json(text: str | None) -> Any:
    """What was given as JSON, or in a file of it."""
    if text is None:
        return None
    try:
        plain = Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
        return json.loads(plain)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--body: {error}") from error


def _pointer(words: tuple[str, ...], argument: int) -> str:
    """Marks below the word that is refused, in the line above."""
    before = shlex.join(words[:argument])
    width = len(shlex.quote(words[argument])) if argument < len(words) else 1
    return " " * (len("refused: ") + len(before) + bool(before)) + "^" * width
