"""Ask the real things about what doubles took and gave: programs, databases, and the OpenAPI
documents of providers.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from refute.agreements import options
from refute.agreements.statements import check_statements
from refute.contracts import Accepted, Answer, Family, Unknown, check
from refute.contracts.http import (
    Breach,
    Breached,
    OpenApi,
    check_call,
    check_response,
    load_openapi,
)
from refute.contracts.outputs import Part, check_output
from refute.errors import RefuteError
from refute.observed import Observed
from refute.theatre.commands import Answered, Command, Taken, all_taken
from refute.theatre.outputs import Given
from refute.theatre.requests import HttpCall, HttpReturn
from refute.theatre.statements import Statement

MOST = 300
"""Command lines and calls that are asked about in one run."""
_SAFE = frozenset({Family.GIT, Family.COBRA})
"""Programs that a run may ask by itself. A Python program may be the project's own, and to ask
it for its help would run the project's code outside of the seal."""
_DOCUMENT = re.compile(r"(?i).*(openapi|swagger).*\.(json|ya?ml)")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "env", "build"})


def answers(
    observed: Observed,
    root: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    families: frozenset[Family] = _SAFE,
    python: Path | None = None,
) -> dict[Taken, Answered]:
    """What the real things say to all that doubles took. Nothing is executed, and nothing sent.

    ``root`` is the project's folder, in which OpenAPI documents of providers are looked for: one
    that names the host of a call among its servers decides on that call. Its migrations run in
    ``python``, the project's own, if its settings name them and a double took a statement.
    """
    given = os.environ if environment is None else environment
    taken = all_taken(observed)
    calls = any(isinstance(one, HttpCall | HttpReturn) for one in taken)
    providers = _providers(root) if calls and root is not None else {}
    asked = [one for one in taken[:MOST] if isinstance(one, Statement)]
    found: dict[Taken, Answered] = dict(
        _answer_statements(asked, root or Path.cwd(), python or Path(sys.executable))
    )
    for number, one in enumerate(taken):
        if number >= MOST:
            found[one] = Answered("unknown", f"only {MOST} of them are asked about in a run")
        elif isinstance(one, Statement):
            continue
        elif isinstance(one, Given):
            found[one] = _answer_output(one)
        elif isinstance(one, HttpCall | HttpReturn):
            found[one] = _answer_http(one, providers)
        else:
            found[one] = _answer(one, given, families)
    return found


def _answer_statements(
    asked: Sequence[Statement], root: Path, python: Path
) -> Iterator[tuple[Taken, Answered]]:
    if not asked:
        return
    try:
        named = options.read(root)
    except RefuteError as error:
        yield from ((one, Answered("unknown", error.message)) for one in asked)
        return
    whole = [(one.text, one.database) for one in asked if one.whole]
    said = check_statements([*dict.fromkeys(whole)], named, root, python)
    for one in asked:
        answer = said.get((one.text, one.database))
        if answer is None:
            yield one, Answered("unknown", "the end of the statement was not recorded")
        else:
            yield one, _answered(answer)


def _answer_output(one: Given) -> Answered:
    """What a double gave in the place of a program's output."""
    parts = {part.name: Part(part.kind, part.text, part.json) for part in one.output}
    return _answered(
        check_output(
            one.words,
            parts,
            way=one.way,
            reads=one.reads,
            captured=one.captured,
            check=one.check,
            whole=one.whole,
        )
    )


def _answered(answer: Answer) -> Answered:
    if isinstance(answer, Accepted):
        return Answered("accepted")
    if isinstance(answer, Unknown):
        return Answered("unknown", answer.reason)
    return Answered("refused", str(answer.refusals[0]))


def _answer(
    command: Command, environment: Mapping[str, str], families: frozenset[Family]
) -> Answered:
    answer = check(command.words, environment, families=families)
    if isinstance(answer, Accepted):
        return Answered("accepted")
    if isinstance(answer, Unknown):
        return Answered("unknown", answer.reason)
    first = answer.refusals[0]
    if command.presumed and not (first.slug == "unknown-verb" and first.suggestion):
        # A slip in a verb is one whatever stands around it; the rest the function may see to.
        return Answered(
            "unknown", f"how the words are handed on to {command.words[0]} is not known"
        )
    if first.argument in command.vague:
        return Answered("unknown", "the word that matters was not recorded to the letter")
    if not command.whole and first.argument >= len(command.words) - 1:
        return Answered("unknown", "the end of the command was not recorded")
    return Answered("refused", str(first))


def _answer_http(one: HttpCall | HttpReturn, providers: Mapping[str, OpenApi]) -> Answered:
    host = urlsplit(one.url).netloc
    api = providers.get(host)
    if api is None:
        return Answered("unknown", f"no OpenAPI document in the project names {host} as a server")
    body = json.loads(one.body) if one.body is not None else None
    try:
        if isinstance(one, HttpReturn):
            return _answer_return(one, body, api)
        answer = check_call(api, one.method, one.url, body=body if one.body_known else b"?")
    except RefuteError as error:
        return Answered("unknown", error.message)
    if isinstance(answer, Accepted):
        return Answered("accepted")
    if isinstance(answer, Unknown):
        return Answered("unknown", answer.reason)
    return Answered("refused", str(answer.breaches[0]))


def _answer_return(one: HttpReturn, body: Any, api: OpenApi) -> Answered:
    """A value that some good answer to the call may hold; its status was not recorded."""
    vague = set(_vague(body, "body"))
    wrong: list[Breach] = []
    for status in _GOOD:
        answer = check_response(api, one.method, one.url, status, body=body)
        if isinstance(answer, Unknown):
            return Answered("unknown", answer.reason)
        if not isinstance(answer, Breached):
            return Answered("accepted")
        if answer.breaches[0].slug.startswith("un"):
            # The path, the method or this status is not in the document.
            continue
        found = [breach for breach in answer.breaches if not _within(breach.where, vague)]
        if not found:
            return Answered("unknown", "the part that matters was not recorded")
        wrong += found
    if not wrong:
        return Answered("unknown", "the document tells no good answer to this call")
    return Answered("refused", str(wrong[0]))


_GOOD = (200, 201, 202, 203, 206)


def _vague(value: Any, at: str) -> Iterator[str]:
    """Where something was not recorded to the letter."""
    if isinstance(value, str):
        if "…" in value or "***" in value:
            yield at
    elif isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in inner:
            if key == "…" or item == "…":
                yield at
            yield from _vague(item, f"{at}.{key}")


def _within(where: str, vague: set[str]) -> bool:
    return any(where == one or where.startswith(f"{one}.") for one in vague)


def _providers(root: Path) -> dict[str, OpenApi]:
    """The documents of the project by the hosts of their servers; one host in two decides none."""
    found: dict[str, OpenApi | None] = {}
    for path in _documents(root):
        try:
            api = load_openapi(path)
        except RefuteError:
            continue
        for host in {host for host, _ in api.servers if host}:
            found[host] = api if host not in found else None
    return {host: api for host, api in found.items() if api is not None}


def _documents(root: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(
            name for name in below if name not in _SKIPPED and not name.startswith(".")
        )
        yield from (Path(folder, name) for name in sorted(files) if _DOCUMENT.fullmatch(name))
