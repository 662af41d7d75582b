"""``refute contracts`` and ``check``: programs of this machine, and small ones made here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.unit.test_cli import refute

from refute.contracts import Accepted, Family, Refused, Unknown, check, pyhelp

ARGPARSE = """\
import argparse
reader = argparse.ArgumentParser(prog="ships")
below = reader.add_subparsers(dest="verb")
sail = below.add_parser("sail")
sail.add_argument("--to", choices=["north", "south"], required=True)
sail.add_argument("--crew", nargs=2)
pace = sail.add_mutually_exclusive_group()
pace.add_argument("--fast", action="store_true")
pace.add_argument("--slow", action="store_true")
sail.add_argument("name")
sail.add_argument("ports", nargs="*")
sink = below.add_parser("sink")
sink.add_argument("-f", "--force", action="store_true")
open({marker!r}, "a").write("asked\\n")
reader.parse_args()
raise SystemExit("it was run")
"""

CLICK = """\
import click

@click.group()
def ships(): ...

@ships.command()
@click.option("--to", type=click.Choice(["north", "south"]), required=True)
@click.option("--crew", type=int)
@click.option("--fast/--slow")
@click.option("--hidden", hidden=True)
@click.argument("name")
@click.argument("port", required=False)
def sail(**given):
    raise SystemExit("it was run")

ships()
"""

ALONE = """\
import click

@click.group(invoke_without_command=True)
@click.option("--loud", is_flag=True)
def fleet(loud): ...

@fleet.command()
def sail():
    raise SystemExit("it was run")

fleet()
"""


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """A PATH with programs of our own before the others, and a cache of its own."""
    for name, text in (("ships", ARGPARSE), ("boats", CLICK), ("fleet", ALONE)):
        program = tmp_path / name
        text = text.replace("{marker!r}", repr(str(tmp_path / "asked")))
        program.write_text(f"#!{sys.executable}\n{text}")
        program.chmod(0o755)
    return {
        "PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


@pytest.mark.parametrize("program", ["ships", "boats"])
@pytest.mark.parametrize(
    ("line", "slug", "argument", "suggestion"),
    [
        ("sial --to north x", "unknown-verb", 1, "sail"),
        ("sail --too north x", "unknown-flag", 2, "--to"),
        ("sail --to nroth x", "bad-value", 3, "north"),
        ("sail x --to", "no-value", 3, ""),
        ("sail x", "missing-flag", 3, ""),
        ("sail --to north", "missing-argument", 4, ""),
        ("sail --to north --fast=yes x", "unwanted-value", 4, ""),
    ],
)
def test_what_is_wrong_and_where(
    program: str,
    line: str,
    slug: str,
    argument: int,
    suggestion: str,
    environment: Mapping[str, str],
) -> None:
    answer = check([program, *line.split()], environment)
    assert isinstance(answer, Refused)
    (refusal,) = answer.refusals
    assert (refusal.slug, refusal.argument, refusal.suggestion) == (slug, argument, suggestion)


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("ships sail --to north --fast --slow x", "conflicting-flag"),
        ("ships sail --to north --crew a", "no-value"),
        ("ships sink -x", "unknown-flag"),
        ("ships sink now", "surplus-argument"),
        ("boats sail --to north --crew many x", "bad-value"),
        ("boats sail --to north x y z", "surplus-argument"),
    ],
)
def test_what_one_library_alone_knows(line: str, slug: str, environment: Mapping[str, str]) -> None:
    answer = check(line.split(), environment)
    assert isinstance(answer, Refused)
    assert answer.refusals[0].slug == slug


@pytest.mark.parametrize(
    "line",
    [
        "ships sail --to north x",
        "ships sail --to=south --crew a b x p q r",
        "ships sail --t north --fa x",
        "ships sail --help --nonsense",
        "ships sink -f",
        "ships --help",
        "boats sail --to north x",
        "boats sail x p --to SOUTH --slow --crew 5",
        "boats sail --hidden=5 --to north x",
    ],
)
def test_what_is_right(line: str, environment: Mapping[str, str]) -> None:
    assert check(line.split(), environment) == Accepted()


def test_whether_a_command_must_follow_is_not_known(environment: Mapping[str, str]) -> None:
    open_question = Accepted(("whether a command must follow",))
    assert check(["ships"], environment) == open_question
    assert check(["boats"], environment) == open_question
    # Newer versions of click say in the usage that there may be none.
    assert check(["fleet", "--loud"], environment) in (Accepted(), open_question)
    assert check(["fleet", "sail"], environment) == Accepted()
    wrong = check(["fleet", "sial"], environment)
    assert isinstance(wrong, Refused)
    assert [(one.slug, one.suggestion) for one in wrong.refusals] == [("unknown-verb", "sail")]


def test_commands_in_brackets_are_commands() -> None:
    found = pyhelp.read(
        "Usage: fleet [OPTIONS] [COMMAND] [ARGS]...\n\nOptions:\n  --help  Show this message and "
        "exit.\n\nCommands:\n  sail  Go.\n"
    )
    assert found is not None
    assert (found.verbs, found.alone, found.arity) == (("sail",), True, None)


@pytest.mark.parametrize("link", ["a path", "a finder"])
def test_a_program_that_is_being_worked_on(
    link: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """As ``pip install --editable`` leaves it: its packages hold a link to the sources."""
    packages = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "env" / "bin").mkdir()
    python = tmp_path / "env" / "bin" / "python"
    source = tmp_path / "work" / "fleet_of_ours"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text("")
    # Stands in for an environment's Python: with the sources on its path, as the link would.
    python.write_text(f'#!/bin/sh\nPYTHONPATH={source.parent} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    if link == "a path":
        (packages / "_fleet.pth").write_text(f"import os\n{source.parent}\n")
    else:
        (packages / "__editable___fleet_1_finder.py").write_text(
            f"MAPPING: dict[str, str] = {{'fleet_of_ours': {str(source)!r}}}\n"
        )
    program = python.parent / "fleet"
    program.write_text(f"#!{python}\nfrom fleet_of_ours.main import main\nmain()\n")
    program.chmod(0o755)
    text = (
        "import argparse\ndef main():\n    reader = argparse.ArgumentParser()\n"
        "    reader.add_subparsers().add_parser('VERB')\n    reader.parse_args()\n"
    )
    (source / "main.py").write_text(text.replace("VERB", "sail"))
    assert check([str(program), "sail"], environment) == Accepted()
    assert isinstance(check([str(program), "sink"], environment), Refused)
    # It is there, though it has nothing to say when it is run as a module.
    answer = check([str(python), "-m", "fleet_of_ours.main"], environment)
    assert isinstance(answer, Unknown)
    assert not answer.missing
    (source / "main.py").write_text(text.replace("VERB", "sink-it"))
    assert isinstance(check([str(program), "sail"], environment), Refused)


def test_answers_are_kept_until_the_program_changes(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    line = ["ships", "sail", "--to", "north", "x"]
    for _ in range(3):
        check(line, environment)
    assert (tmp_path / "asked").read_text().count("asked") == 2
    program = tmp_path / "ships"
    program.write_text(program.read_text().replace('"north", "south"', '"east", "west"'))
    assert isinstance(check(line, environment), Refused)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\ntouch ran\n", "is a script that can't be asked without running it"),
        ("#!/usr/bin/env python3\nprint(open('ran', 'w'))\n", "is a script that can't be asked"),
    ],
)
def test_programs_that_would_do_something_are_not_started(
    text: str, reason: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "deploy").write_text(text)
    (tmp_path / "deploy").chmod(0o755)
    answer = check(["deploy", "--help"], environment)
    assert isinstance(answer, Unknown)
    assert reason in answer.reason
    assert list(tmp_path.rglob("ran")) == []


def test_what_can_not_be_told(environment: Mapping[str, str]) -> None:
    assert check(["no-such-program"], environment) == Unknown(
        "`no-such-program` is not installed here: it is not on the PATH, and only the program "
        "itself tells what it takes",
        missing=True,
    )
    absent = check([sys.executable, "-m", "no_such_module"], environment)
    assert isinstance(absent, Unknown)
    assert absent.missing
    assert "`no_such_module` is not installed here: it is not among the packages" in absent.reason
    away = check(["./away", "x"], environment)
    assert isinstance(away, Unknown)
    assert away.missing
    assert "there is no such file" in away.reason
    assert check([], environment) == Unknown("the command is empty")
    assert isinstance(check(["sh", "-c", "git push"], environment), Unknown)
    assert isinstance(check([sys.executable, "script.py"], environment), Unknown)
    only_git = frozenset({Family.GIT})
    assert isinstance(check(["ships", "sial"], environment, families=only_git), Unknown)


def test_exit_codes_of_the_command(tmp_path: Path) -> None:
    for line, code, said in [
        ("git commit -m x", 0, "accepted: git commit -m x"),
        ("git comit -m x", 1, "did you mean `commit`?"),
        ("no-such-program", 4, "can't tell: no-such-program"),
    ]:
        done = refute("contracts", "command", "--", *line.split(), cwd=tmp_path)
        assert done.returncode == code
        assert said in done.stdout + done.stderr


def test_the_word_that_is_refused_is_marked(tmp_path: Path) -> None:
    done = refute("contracts", "command", "--", "git", "push", "--forse", cwd=tmp_path)
    assert done.stderr.splitlines()[:2] == [
        "refused: git push --forse",
        "                  ^^^^^^^",
    ]


def test_all_that_applies_to_a_project(tmp_path: Path) -> None:
    done = refute("contracts", cwd=tmp_path)
    assert done.returncode == 4
    assert "no report here" in done.stdout
    chart = tmp_path / "deploy" / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("replicas: 1\n")
    (chart / "templates" / "a.yaml").write_text("replicas: {{ .Values.replicas }}\n")
    assert refute("contracts", cwd=tmp_path).returncode == 0
    (chart / "values-production.yaml").write_text("replcas: 3\n")
    done = refute("contracts", cwd=tmp_path)
    assert done.returncode == 1
    assert ["helm", "2", "1", "0"] in [line.split() for line in done.stdout.splitlines()]
    assert "deploy/shop/values-production.yaml: unused-value: `replcas`" in done.stdout
    assert "did you mean `replicas`?" in done.stdout


def test_the_project_is_named_as_in_all_commands(tmp_path: Path) -> None:
    chart = tmp_path / "shop" / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("unused: 1\n")
    here = refute("contracts", cwd=tmp_path / "shop")
    assert here.returncode == 1
    for words in (
        ["shop"],
        ["./shop"],
        [tmp_path / "shop"],
        ["--root", "shop"],
        ["--", "shop"],
    ):
        done = refute("contracts", *words, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (1, here.stdout, "")
    # A command is no folder, also where a folder is called like it, and goes on after options.
    (tmp_path / "command").mkdir()
    for words in ([], ["--root", "shop"], ["shop"]):
        done = refute("contracts", *words, "command", "git", "psuh", cwd=tmp_path)
        assert done.returncode == 1
        assert "did you mean `push`?" in done.stderr


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words, said in (
        (["../no/such"], "error[no-such-path]"),
        (["--root", "nowhere"], "error[no-such-path]"),
        (["file"], "error[not-a-project]"),
        (["comand"], "`comand` is no folder here, and no command: did you mean `command`?"),
    ):
        done = refute("contracts", *words, cwd=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
