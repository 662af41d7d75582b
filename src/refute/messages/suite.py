"""Messages about the project and its suite."""

from __future__ import annotations

from refute.messages.entry import ExitCode, Message

ENTRIES = (
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
        "baseline-died",
        "the unchanged suite ends its own process",
        "While the unchanged suite ran, its process ended before the last test: a test calls "
        "`os._exit`, a compiled module crashes, or the memory or time that a run may take was "
        "used up. The message says after how many tests.",
        "Find the test with `pytest -x -v`; the last name printed is the one. Leave it out with "
        '`pytest-args = ["--deselect", "TEST"]` under [tool.refute], or mend it.',
        ExitCode.SUITE,
    ),
    Message(
        "reference-red",
        "plain pytest fails without any fault",
        "`refute verify` first runs plain pytest, without refute's worker, on the unchanged "
        "project. It failed, so it can't tell which verdicts are right. Tests that the last run "
        "set aside are left out of it already. `refute try` does the same with its one test.",
        "Read pytest's words below the message. A test that fails at times is the usual cause: "
        "run `refute run` again, which sets it aside, then verify.",
        ExitCode.SUITE,
    ),
    Message(
        "nothing-judged",
        "the run judged nothing",
        "The run ended without one verdict that counts: no mutant was made in the chosen files, "
        "or all were suppressed, or none could be run. That is never a success, but for one shard "
        "of a run, where the others have the faults.",
        "Read the reason in the message. Widen --paths or --operators, or look at the errors "
        "in the report.",
        ExitCode.NOTHING_JUDGED,
    ),
    Message(
        "syntax-error",
        "a source file that does not compile",
        "The project's interpreter can't compile one of the source files, so no fault can be "
        "put into it. The others are judged.",
        "Correct the file. If it is a template, leave it out with `--exclude PATH`.",
        None,
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
        "order-not-tried",
        "the suite does not come to its end in the reverse order",
        "The unchanged suite is run twice, in its own order and in reverse, to find tests that "
        "depend on the order. In reverse it ended its own process, or a test in it never ended. "
        "The second run was made in the suite's own order instead, so tests that depend on the "
        "order are found only when they fail in a trial.",
        "Find the test that hangs or ends the process when others have not run before it, for "
        "example with pytest-reverse, and give it what it needs. The verdicts are right as they "
        "are; where such a test fails without a fault it is set aside.",
        None,
    ),
    Message(
        "doubles-not-observed",
        "the observer of test doubles failed, and was taken out",
        "refute sees mocks and patches by hooks on unittest.mock and on pytest's monkeypatch. Here "
        "these are not as Python and pytest bring them: something has replaced or removed a part "
        "that the hooks need, and the exception says which. The unchanged suite was run all the "
        "same. Faults in the project's code, the score, and boundaries are not touched; no fault "
        "was made in a double, so blind places, deaf tests, lying doubles and what doubles "
        "swallowed are missing. Tests are judged by the project's code alone, and none of them is "
        "called a prayer, an echo or smoke: it might have noticed a fault in a double.",
        "Look in conftest.py and in plugins for what changes unittest.mock (an old backport, a "
        "patch of its classes), and take it out. If nothing does, this is a fault of refute's: "
        "please report it, with the words of the exception.",
        None,
    ),
    Message(
        "control-failed",
        "tests fail in trials without any fault",
        "The null control failed for many tests: in a trial's process they failed although no "
        "fault was made. They depend on something that a fork does not give them, often on the "
        "order of tests, on threads, or on state that an earlier test left behind. The rest of "
        "the run goes cold: a fresh process for each mutant, slow and without this trouble.",
        "Run the named test alone with pytest, and mend what it needs from others. Until then "
        "the verdicts are right, and take longer.",
        None,
    ),
)
