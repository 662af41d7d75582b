"""Write the generated pages of docs/, or check that they are complete and up to date.

    python tools/docs.py           write them
    python tools/docs.py --check   exit with 1 and name each page that is missing or out of date

Commands come from the command line's own help, operators and suppression rules from their
metadata, messages from the catalogue. All else in docs/ is written by hand. Counts and kill
rates of operators are read from benches/operators.json, which benches/operators.py writes.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from refute.cli.app import app
from refute.errors import MESSAGES, Message
from refute_child.operators import OPERATORS
from refute_child.operators.base import Operator
from refute_child.suppress import RULES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FIGURES = ROOT / "benches" / "operators.json"
GENERATED = ("commands", "operators", "messages")
"""Folders of docs/ that hold generated pages alone."""

NOTICE = "<!-- Written by tools/docs.py; `make docs` writes it again. -->\n\n"


def pages() -> dict[str, str]:
    """All generated pages: path below docs/ to text."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    found = {f"commands/{name}.md": command_page(app, name) for name in app.commands}
    found["commands/README.md"] = commands_index()
    for operator in OPERATORS.values():
        found[f"operators/{operator.name}.md"] = operator_page(operator, figures)
    found["operators/README.md"] = operators_index(figures)
    found["operators/suppression.md"] = suppression_page()
    for slug, message in MESSAGES.items():
        found[f"messages/{slug}.md"] = message_page(message)
    found["messages/README.md"] = messages_index()
    return {path: NOTICE + text for path, text in found.items()}


def stale(folder: Path = DOCS) -> list[str]:
    """What is wrong with the generated pages on disk, a sentence each; empty: all is well."""
    wanted = pages()
    found = []
    for path, text in wanted.items():
        file = folder / path
        if not file.exists():
            found.append(f"docs/{path} is missing")
        elif file.read_text(encoding="utf-8") != text:
            found.append(f"docs/{path} is out of date")
    found += [f"docs/{path} is of nothing that exists" for path in _extra(folder, wanted)]
    return found


def write(folder: Path = DOCS) -> None:
    """Write all generated pages and remove those of things that are gone."""
    wanted = pages()
    for path in _extra(folder, wanted):
        (folder / path).unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _extra(folder: Path, wanted: Iterable[str]) -> list[str]:
    on_disk = (
        file.relative_to(folder).as_posix()
        for name in GENERATED
        for file in (folder / name).glob("*.md")
    )
    return sorted(set(on_disk).difference(wanted))


def command_page(group: click.Group, name: str) -> str:
    """A command's help as a page, with a section for each command that it has below it."""
    command = group.commands[name]
    parts = _command("#", name, command)
    if isinstance(command, click.Group):
        for below, one in command.commands.items():
            parts += ["", *_command("##", f"{name} {below}", one)]
    parts.append("\n[All commands](README.md) · [Exit codes](../exit-codes.md)\n")
    return "\n".join(parts)


def _command(heading: str, name: str, command: click.Command) -> list[str]:
    """What a command does, how to call it, its options."""
    # Written from the parameters, not from click's own help: that differs between versions.
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    own = command.subcommand_metavar if isinstance(command, click.Group) else ""
    below = [own.replace(" [ARGS]...", "")] if own else []
    words = [name, *(["[OPTIONS]"] if options else []), *map(_argument, arguments), *below]
    usage = " ".join(words)
    parts = [f"{heading} refute {name}\n", f"    refute {usage}\n", _markdown(command.help or "")]
    if options:
        parts.append("| option | meaning |\n| --- | --- |")
        parts += [_option_row(option) for option in options]
    if isinstance(command.epilog, str):
        parts.append(_markdown(command.epilog).rstrip())
    return parts


def _argument(argument: click.Argument) -> str:
    name = (argument.name or "").upper()
    if isinstance(argument.type, click.Choice):
        name = "|".join(map(str, argument.type.choices))
    return name if argument.required else f"[{name}]"


def _option_row(option: click.Option) -> str:
    value = option.metavar or ""
    if isinstance(option.type, click.Choice):
        value = "|".join(map(str, option.type.choices))
    names = ", ".join(option.opts) + (f" {value}" if value else "")
    default = f" Default: {option.default}." if option.show_default else ""
    return f"| `{_cell(names)}` | {_cell((option.help or '') + default)} |"


def _markdown(text: str) -> str:
    """Help text as Markdown: a paragraph that click is told to leave alone is a code block."""
    # Python 3.13 takes the indentation from docstrings by itself, earlier versions do not.
    found = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        lines = paragraph.strip("\n").split("\n")
        if lines[0].strip() == "\b":
            lead = [lines[1]] if not lines[1].startswith(" ") else []
            block = [f"    {line.strip()}" for line in lines[1 + len(lead) :]]
            found.append("\n".join([*lead, *([""] if lead else []), *block]))
        else:
            found.append("\n".join(lines))
    return "\n\n".join(found) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def commands_index() -> str:
    """The list of all commands."""
    lines = [
        f"- [refute {name}]({name}.md): {command.get_short_help_str(200)}"
        for name, command in app.commands.items()
    ]
    return "# Commands\n\n" + "\n".join(lines) + "\n"


def operator_page(operator: Operator, figures: dict[str, Any]) -> str:
    """What an operator changes, why a tester should care, an example, and measured figures."""
    before, after = operator.example
    diff = [f"- {line}" for line in before.splitlines()]
    diff += [f"+ {line}" for line in after.splitlines()]
    return "\n".join(
        [
            f"# {operator.name}\n",
            f"Family: {operator.family}.\n",
            f"{operator.changes}\n",
            f"**Why care?** {operator.why}\n",
            "```diff",
            *diff,
            "```\n",
            f"{_figures(operator.name, figures)}\n",
            f"Leave it out with `refute run --operators=-{operator.name}`.\n",
            f"On one line of code: `# refute: skip[{operator.name}]`.\n",
            "[All operators](README.md)\n",
        ]
    )


def _figures(name: str, figures: dict[str, Any]) -> str:
    if not figures:
        return "Measured: not yet."
    lead = f"Measured on {figures['measured'].split(',')[0]} on {', '.join(figures['packages'])}:"
    counts = figures["operators"].get(name)
    if counts is None:
        return f"{lead} no mutants."
    if not counts["scored"]:
        return f"{lead} {counts['mutants']} mutants, none of them scored."
    rate = f"{100 * counts['noticed'] / counts['scored']:.0f}%"
    return (
        f"{lead} {counts['mutants']} mutants; of {counts['scored']} scored, "
        f"{counts['noticed']} were noticed ({rate})."
    )


def operators_index(figures: dict[str, Any]) -> str:
    """The list of all operators, by family, with their figures."""
    lines = ["# Operators\n", "Each is one way to break code. `refute operators` lists them too.\n"]
    for family, members in groupby(OPERATORS.values(), key=lambda operator: operator.family):
        lines += [
            f"## {family}\n",
            "| operator | what it changes | mutants | noticed |",
            "| --- | --- | --- | --- |",
        ]
        for operator in members:
            counts = figures.get("operators", {}).get(operator.name, {})
            mutants, noticed = counts.get("mutants", ""), counts.get("noticed", "")
            scored = f" of {counts['scored']}" if counts else ""
            link = f"[{operator.name}]({operator.name}.md)"
            cells = (link, _cell(operator.changes), f"{mutants}", f"{noticed}{scored}")
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines.append("Places that are left alone: [suppression rules](suppression.md).\n")
    return "\n".join(lines)


def suppression_page() -> str:
    """The rules by which uninteresting places are left alone."""
    lines = [
        "# Suppression rules\n",
        "Some places are not worth a mutant. Each rule is counted in the report.\n",
        'Switch one off with `--rules-off NAME`, or `rules-off = ["NAME"]` under [tool.refute].\n',
        "| rule | what it leaves alone |",
        "| --- | --- |",
    ]
    lines += [f"| `{name}` | {_cell(rule.description)} |" for name, rule in RULES.items()]
    lines.append("\n[All operators](README.md)\n")
    return "\n".join(lines)


def message_page(message: Message) -> str:
    """What a message means and what to do."""
    code = message.exit_code
    end = (
        "This is a warning: the run goes on."
        if code is None
        else f"Exit code: [{int(code)}](../exit-codes.md)."
    )
    return (
        f"# {message.slug}\n\n*{message.title[0].upper()}{message.title[1:]}.*\n\n"
        f"{message.meaning}\n\n**What to do.** {message.remedy}\n\n{end}\n\n"
        "[All messages](README.md)\n"
    )


def messages_index() -> str:
    """The list of all messages."""
    lines = ["# Messages\n", "| slug | what happened | exit code |", "| --- | --- | --- |"]
    for slug, message in MESSAGES.items():
        code = "warning" if message.exit_code is None else str(int(message.exit_code))
        lines.append(f"| [{slug}]({slug}.md) | {_cell(message.title)} | {code} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; see the module's own words."""
    if arguments == ["--check"]:
        problems = stale()
        print("\n".join([*problems, "`make docs` writes them."] if problems else ["docs: fine"]))
        return 1 if problems else 0
    if arguments:
        print(__doc__)
        return 2
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
