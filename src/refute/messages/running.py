"""Messages about the environment, and about the run itself."""

from __future__ import annotations

from refute.messages.entry import ExitCode, Message

ENTRIES = (
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
        "no seal here, and one is needed",
        "This machine lets refute make no namespaces. `--seal strict` demands them, and cold "
        "runs (`refute verify`, `--isolation cold`) put mutated source in place with them.",
        "`refute doctor` says what is missing. A plain `refute run` works here, and leaves out "
        "faults on files, processes and commands.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "no-links",
        "no link that could be made bad",
        "`refute chaos` makes the links to services bad that tests use on this machine's "
        "loopback. There is none: nothing listens there, or no test that passes connects to it "
        "while it is called.",
        "Start what the tests need before `refute chaos`, or have the tests ask `refute.real` "
        "for it. A server that a test starts by itself lies inside of the seal, and is no link.",
        ExitCode.USAGE,
    ),
    Message(
        "no-such-link",
        "no link of this name",
        "`--link` names a service that no test uses.",
        "The links that are used are listed with the message.",
        ExitCode.USAGE,
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
    Message(
        "changed-since-read",
        "a file is no longer what was read",
        "A suggestion was to be written into a test file that somebody has changed since it was "
        "read. What was proven, was proven of the file as it was, so nothing was written.",
        "Run `refute run`, then `refute suggest` again.",
        ExitCode.USAGE,
    ),
    Message(
        "changed-meanwhile",
        "files changed during the run",
        "A file of the project, or the environment, changed between the beginning and the end of "
        "the trials. It can't be told which trials saw which content, so nothing of this run is "
        "kept for the next one.",
        "Nothing is needed; the next run tries everything again that was tried in this one. If "
        "the verdicts matter, run again and leave the files alone meanwhile.",
        None,
    ),
    Message(
        "store-broken",
        "the kept verdicts are damaged",
        "The file .refute/verdicts.sqlite, which keeps verdicts between runs, could not be read "
        "as what it should be. It was set aside and a new one begun, so that this run starts "
        "from nothing. The report is not touched by it.",
        "Nothing, if it happened once: a full disk or a machine that lost power can do it. The "
        "damaged file may be deleted.",
        None,
    ),
    Message(
        "store-locked",
        "another run keeps verdicts at the same time",
        "Two runs of one project go on at once, and the other one is writing to the store. This "
        "run goes on, and keeps no more of its verdicts for the next.",
        "Let one run end before you start another in the same folder.",
        None,
    ),
    Message(
        "store-unwritable",
        "verdicts can't be kept",
        "The folder .refute/ or the store in it can't be written, so that the next run will "
        "have to begin anew.",
        "Look at the rights of the folder and the room on the disk.",
        None,
    ),
    Message(
        "interrupted",
        "stopped by Ctrl-C or a signal",
        "The run was stopped: by Ctrl-C, or by a signal that asks for it (SIGTERM, SIGHUP). "
        "Verdicts that were finished are kept.",
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
