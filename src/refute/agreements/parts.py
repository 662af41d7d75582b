"""The parts of ``refute contracts``: what was checked of each, what was found, what can't be told.

An application and models are the project's own code: what its settings don't name is not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from refute.agreements import hints
from refute.agreements.charts import manifests
from refute.agreements.database import Schema, empty, migrated
from refute.agreements.options import Options
from refute.agreements.process import Json, ask
from refute.agreements.programs import environment
from refute.agreements.statements import check_statements
from refute.contracts import Refused, Unknown, survey
from refute.contracts.survey import Part, Taken
from refute.errors import RefuteError
from refute.judgement import load

Python = Callable[[], Path]
"""Finds the project's own interpreter. Raises RefuteError."""


def all_parts(
    root: Path, options: Options, python: Python, kubeconfig: Path | None
) -> Iterator[Part]:
    """One part after the other, each as soon as it is known. Raises RefuteError ``real-refused``
    for a cluster that is not on this machine.
    """
    yield doubles(root, options, python)
    yield survey.charts(root)
    yield manifests(root, kubeconfig)
    yield application(root, options, python)
    yield models(root, options, python)


def doubles(root: Path, options: Options, python: Python) -> Part:
    """What doubles took and gave, by the last report."""
    try:
        judgement = load(root)
    except RefuteError as error:
        if error.slug != "no-report":
            raise
        return Part("doubles", absent="no report here; `refute run` makes one")
    if judgement.theatre is None:
        return Part("doubles", absent="the report says nothing of doubles")
    names = {double.id: double.shown for double in judgement.theatre.doubles}
    taken = [
        Taken(
            one.command,
            one.verdict,
            one.why,
            f"{one.file}:{one.line} ({names.get(one.double, one.double)})",
            one.kind,
            one.database,
        )
        for one in judgement.theatre.contracts
    ]
    return survey.commands(_statements(taken, root, options, python), environment())


def _statements(
    taken: list[Taken], root: Path, options: Options, python: Python
) -> Iterator[Taken]:
    """What the report could not tell of statements is asked again, if there is a schema now."""
    unsure = [one for one in taken if one.kind == "sql" and one.verdict == "unknown"]
    asked = [(one.command, one.database) for one in unsure if not one.command.endswith("…")]
    said = {}
    if asked and options.migrations:
        said = check_statements([*dict.fromkeys(asked)], options, root, python())
    for one in taken:
        answer = said.get((one.command, one.database)) if one in unsure else None
        if answer is None:
            yield one
        elif isinstance(answer, Unknown):
            yield replace(one, why=answer.reason)
        else:
            refused = isinstance(answer, Refused)
            verdict, why = ("refused", str(answer)) if refused else ("accepted", "")
            yield replace(one, verdict=verdict, why=why)


def application(root: Path, options: Options, python: Python) -> Part:
    """The responses of the project's application against its own OpenAPI document."""
    part = Part("app")
    if not options.app:
        part.absent = _absent(hint) if (hint := hints.app(root)) else "no application is named"
        return part
    job = {"do": "app", "app": options.app, "document": options.document}
    if not options.url_variable:
        return _told_of_app(part, ask(python(), root, job, options.timeout))
    named = bool(options.migrations)
    try:
        with (
            migrated(options, root, python(), all_of_it=False) if named else empty(options.database)
        ) as schema:
            if named and not schema.migrated:
                part.untold += schema.done.get("trouble", ())
                return part
            more = {"url": schema.url, "driver": options.driver, "variable": options.url_variable}
            return _told_of_app(part, ask(python(), root, {**job, **more}, options.timeout))
    except RefuteError as error:
        part.untold.append(error.message)
        return part


def _told_of_app(part: Part, done: Json) -> Part:
    part.checked = done.get("operations", 0)
    for one in done.get("failing", ()):
        part.found.append(f"{one['operation']}: {one['message']}\n{one['reproduce']}")
    part.untold += done.get("trouble", ())
    if not part.checked and not part.untold:
        part.untold.append("its document names no operation")
    return part


def models(root: Path, options: Options, python: Python) -> Part:
    """Models and queries against the schema that the project's own migrations make."""
    part = Part("database")
    named = options.models or options.queries
    if not named and not options.migrations:
        lines = hints.database(root)
        part.absent = _absent(*lines) if lines else "no models or migrations are named"
        return part
    if not options.migrations:
        lines = [one for one in hints.database(root) if one.startswith("migrations")]
        part.untold.append(_absent(*lines) if lines else "no `migrations` are named")
        return part
    try:
        with migrated(options, root, python(), all_of_it=True) as schema:
            return _told_of_models(part, schema, bool(named))
    except RefuteError as error:
        part.untold.append(error.message)
        return part


def _told_of_models(part: Part, schema: Schema, named: bool) -> Part:
    done = schema.done
    part.checked = done.get("tables", 0) + done.get("prepared", 0) + len(done.get("refused", ()))
    part.found += [*done.get("differences", ()), *done.get("refused", ())]
    part.untold += done.get("trouble", ())
    if schema.migrated and not named:
        part.checked = 1
        part.untold.append("the migrations run to their end, and no `models` are named")
    return part


def _absent(*lines: str) -> str:
    """Which lines would have it checked."""
    return f"not named, so not run; [tool.refute.contracts] takes {', '.join(lines)}"
