"""The catalogue of everything that refute stops for or warns of, each under a stable slug.

docs/messages/ is generated from it, one page a slug, by tools/docs.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; docs/exit-codes.md says the same in more words."""

    OK = 0
    """The command did what it was asked to."""
    FINDINGS = 1
    """It worked, and what it found is bad: a disagreement of verdicts, a gate not passed."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    SUITE = 3
    """The suite can't be collected, or its unchanged run is unusable."""
    NOTHING_JUDGED = 4
    """The run came to its end without judging one mutant."""
    ENVIRONMENT = 5
    """The environment lacks something: an interpreter, pytest, a seal, a writable tree."""
    INTERNAL = 70
    """A fault of refute's own."""
    INTERRUPTED = 130
    """Ctrl-C. What was finished is kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue, in words that hold for every occurrence."""

    slug: str
    #: A few words, for headings and lists.
    title: str
    #: What it means, in whole sentences.
    meaning: str
    #: What to do next, in whole sentences.
    remedy: str
    #: The code the process ends with, or None for a warning that stops nothing.
    exit_code: ExitCode | None


_ENTRIES = (
    # Command line and configuration.
    Message(
        "unknown-setting",
        "a setting that refute does not know",
        "A key under [tool.refute] in pyproject.toml is not one of refute's settings. It would "
        "have had no effect, so refute stops instead of ignoring it.",
        "Correct the key; the message names the nearest right one. All of them are listed in "
        "docs/configuration.md.",
        ExitCode.USAGE,
    ),
    Message(
        "bad-setting",
        "a setting with a wrong value",
        "A setting, from pyproject.toml or from the command line, has a value of the wrong "
        "type, or one that names something unknown (an operator, a rule).",
        "Correct the value; the message says what is expected, or the nearest right name.",
        ExitCode.USAGE,
    ),
    Message(
        "no-such-path",
        "a path that does not exist",
        "A path given on the command line or in the configuration does not exist. Paths in "
        "the configuration, and those of --paths, are taken from the project's root.",
        "Check the spelling, and the folder that the path starts from.",
        ExitCode.USAGE,
    ),
    Message(
        "not-a-project",
        "not a folder with a project",
        "PATH is the folder where you would type pytest. A file was given, or a folder that "
        "can't be read.",
        "Give the project's folder, as in `refute run path/to/project`. To judge a few files "
        "only, add `--paths src/package/module.py`.",
        ExitCode.USAGE,
    ),
    Message(
        "no-sources",
        "no Python sources found",
        "refute looked for the project's code (in what pyproject.toml and setup.cfg say, in a "
        "src folder, in packages and modules at the root) and found none that is not a test, "
        "documentation or an example.",
        'Name the folders or files to judge: `refute run --source PATH`, or `source = ["PATH"]` '
        "under [tool.refute] in pyproject.toml.",
        ExitCode.USAGE,
    ),
    Message(
        "several-projects",
        "several projects below one folder",
        "The folder holds several independent projects and no pytest configuration of its own, "
        "so there is no one suite to run.",
        "Judge one of them at a time with the commands that the message lists; or, if one run "
        "of pytest at the root runs them all, give the root a pytest configuration.",
        ExitCode.USAGE,
    ),
    Message(
        "name-clash",
        "two files with one module name",
        "Two source files would be imported under the same name. Python would load only one "
        "of them, and a verdict on the other would be a guess.",
        "Leave one out with `--exclude PATH` (or `exclude` under [tool.refute]), or narrow "
        "`source` to the one that the tests import.",
        ExitCode.USAGE,
    ),
    Message(
        "unknown-mutant",
        "no mutant with this id",
        "The last report holds no mutant with the id, or several whose ids begin like that.",
        "Copy the id from the summary or from .refute/report.json. Ids change when the mutated "
        "code does: after an edit, run `refute run` again.",
        ExitCode.USAGE,
    ),
    Message(
        "no-report",
        "no report yet",
        "The command reads the report of the last run, .refute/report.json in the project's "
        "root, and there is none.",
        "Run `refute run` first, or give the root with `--root`.",
        ExitCode.USAGE,
    ),
    Message(
        "bad-report",
        "a report that can't be read",
        "The file .refute/report.json is damaged, or another version of refute wrote it.",
        "Run `refute run` again; it writes a new one.",
        ExitCode.USAGE,
    ),
    # The project and its suite.
    Message(
        "no-tests",
        "pytest collected no tests",
        "pytest collected nothing, so there is nothing to judge with.",
        "See what `pytest --collect-only` says in the project's root. Name the tests with "
        "`--tests PATH`, or with `tests` under [tool.refute].",
        ExitCode.SUITE,
    ),
    Message(
        "collection-failed",
        "the suite can't be collected",
        "pytest stopped while it collected the unchanged suite: an import failed, a conftest "
        "raised, a plugin is missing. pytest's own reason is shown.",
        "Make plain `pytest --collect-only` work under the interpreter that refute names.",
        ExitCode.SUITE,
    ),
    Message(
        "baseline-red",
        "tests that fail without any fault",
        "Some tests fail, or change their outcome, on unchanged code. They can't tell a fault "
        "from their own trouble, so they are set aside and named; the run goes on without them.",
        "Mend them, or leave them be: the verdicts rest on the other tests alone.",
        None,
    ),
    Message(
        "nothing-judged",
        "the run judged nothing",
        "The run ended without one verdict that counts: no mutant was made in the chosen files, "
        "or all were suppressed, or none could be run. That is never a success.",
        "Read the reason in the message. Widen --paths or --operators, or look at the errors "
        "in the report.",
        ExitCode.NOTHING_JUDGED,
    ),
    Message(
        "syntax-error",
        "a source file that does not compile",
        "The project's interpreter can't compile one of the source files, so no fault can be "
        "put into it.",
        "Correct the file. If it is a template, leave it out with `--exclude PATH`.",
        ExitCode.SUITE,
    ),
    Message(
        "imported-elsewhere",
        "the tests import another copy of the code",
        "The tests import the project from another place than its sources, for example from an "
        "installed wheel. Faults in the sources would never reach them, and every mutant would "
        "seem to survive.",
        "Install the project in editable mode (`python -m pip install -e .`), or put its "
        "sources on the path (`pythonpath` in pytest's configuration), then run refute again.",
        ExitCode.SUITE,
    ),
    Message(
        "control-failed",
        "tests fail in trials without any fault",
        "The null control failed: in a trial's process, tests failed although no fault was "
        "made. The tests named depend on something that the trial does not give them, often on "
        "the order of tests or on state that an earlier test left behind.",
        "Run the named tests alone with pytest. `refute run --isolation cold` judges the suite "
        "in fresh processes, slowly and without this trouble.",
        ExitCode.SUITE,
    ),
    # The environment.
    Message(
        "no-python",
        "no interpreter to run the tests with",
        "refute found no Python interpreter for the project, or the one that was named does "
        "not start.",
        "Activate the project's environment, or name its interpreter: `refute run --python "
        ".venv/bin/python`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "no-pytest",
        "the interpreter has no pytest",
        "The interpreter that was chosen, or each that was found, can't import pytest.",
        "Install pytest into the project's environment, or name another with `--python`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "old-python",
        "the interpreter is too old",
        "The project's interpreter is older than Python 3.11, or it is not CPython.",
        "Judge the project under CPython 3.11 or newer: `--python 3.12`, or a path.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "old-pytest",
        "pytest is too old",
        "The project's pytest is older than the versions that refute is tested with.",
        "Upgrade it there: `python -m pip install -U pytest`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "read-only-tree",
        "the project can't be written to",
        "refute keeps its report in .refute/ in the project's root, and that folder can't be "
        "made or written.",
        "Give yourself the right to write there, or judge a copy of the project.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "no-seal",
        "no seal here, and one was demanded",
        "`--seal strict` was given, and this machine lets refute make no namespaces, so that "
        "mutants could reach files, processes and the network.",
        "`refute doctor` says what is missing. Without `--seal strict` refute runs here and "
        "leaves out faults on files, processes and commands.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "unsealed",
        "running without a seal",
        "No seal can be had on this machine. Faults on files, processes and commands are left "
        "out, unless `--unsealed` accepts the risk.",
        "`refute doctor` says what is missing. In a throw-away machine or container "
        "`--unsealed` is safe enough.",
        None,
    ),
    # The run itself.
    Message(
        "interrupted",
        "stopped by Ctrl-C",
        "The run was stopped. Verdicts that were finished are kept.",
        "Run the same command again to go on from there.",
        ExitCode.INTERRUPTED,
    ),
    Message(
        "worker-died",
        "the process beside the tests died",
        "The process that imports and runs the suite ended by itself, more often than refute "
        "is willing to start it again: a crash in a compiled module, no memory left, or "
        "something that kills it.",
        "Read the last words of the process in the message. Fewer `--jobs` need less memory; "
        "`--isolation cold` starts a fresh process for each mutant.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "wire-mismatch",
        "two versions of refute speak to each other",
        "The half of refute that runs beside the tests has another version than the half that "
        "you started, for example because another copy is first on PYTHONPATH.",
        "Remove the other copy from PYTHONPATH, or upgrade both to one version.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "disagreement",
        "a verdict that a cold run does not confirm",
        "`refute verify` repeated a sample of verdicts in fresh processes, and at least one "
        "came out otherwise. Random or time-dependent tests are the common cause; a fault of "
        "refute's is the other.",
        "Run `refute show ID` for each mutant that is named. If the test isn't random, please "
        "report it: a wrong verdict is our worst bug.",
        ExitCode.FINDINGS,
    ),
    Message(
        "internal-error",
        "a fault of refute's own",
        "refute ran into something that it did not foresee. This is our bug, not yours.",
        "Please report it, with the traceback in the file that the message names.",
        ExitCode.INTERNAL,
    ),
)

MESSAGES: dict[str, Message] = {entry.slug: entry for entry in _ENTRIES}
"""Slug to entry, in the order of a run."""
