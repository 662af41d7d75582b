"""What each kind of finding means: the texts of docs/findings.md, for reports with rules."""

from __future__ import annotations

from refute.judgement import Severity, Slug

TITLES = {
    Slug.SURVIVOR: "A fault that tests ran over, and none noticed",
    Slug.MISSED_BUG: "A bug of the past that today's tests miss",
    Slug.UNTESTED_FUNCTION: "A function that no test runs",
    Slug.UNNOTICED_FUNCTION: "A function that tests run without noticing its faults",
    Slug.SILENT_TEST: "A test that noticed nothing so far",
    Slug.RED_TEST: "A test that fails on unchanged code",
    Slug.FLAKY_TEST: "A test that passes or fails by chance",
    Slug.PRAYER: "A test that can't fail",
    Slug.ECHO: "A test that checks its own doubles",
    Slug.SMOKE_TEST: "A test that knows only that nothing crashed",
    Slug.FAINT_WITNESS: "A test that sees little",
    Slug.UNTOUCHED_TEST: "A test that executes no line of the project",
    Slug.BLIND_PLACE: "A call on a double whose arguments nobody looks at",
    Slug.DEAF_TEST: "A test that looks at nothing its doubles receive",
    Slug.UNREAD_ARRANGEMENT: "Something that tests arrange and the project never uses",
    Slug.UNCLEAR_FAILURE: "A failure that hardly says anything",
    Slug.LYING_DOUBLE: "A double that does what the real object could not",
    Slug.EMPTY_CLAIM: "A test that claims more than it does",
    Slug.LEAK: "A test that looks isolated and crosses a real boundary",
    Slug.UNJUDGED_CODE: "Faults that could not be judged",
    Slug.UNSEALED: "The trials ran without a seal",
}
"""Each kind in a few words."""

USUAL = {
    Slug.SURVIVOR: Severity.MEDIUM,
    Slug.MISSED_BUG: Severity.HIGH,
    Slug.SILENT_TEST: Severity.LOW,
    Slug.PRAYER: Severity.HIGH,
    Slug.ECHO: Severity.HIGH,
    Slug.FAINT_WITNESS: Severity.LOW,
    Slug.UNTOUCHED_TEST: Severity.LOW,
    Slug.UNREAD_ARRANGEMENT: Severity.LOW,
    Slug.UNCLEAR_FAILURE: Severity.LOW,
    Slug.UNJUDGED_CODE: Severity.LOW,
}
"""How much a kind matters if nothing else is known; the others are medium."""

HELP = {
    Slug.SURVIVOR: (
        "A fault on a line that tests execute, and all of them passed. The most telling fault "
        "of the line leads; the others on it are counted. Assert on what the changed code "
        "decides or returns, in one of the tests that run over it."
    ),
    Slug.MISSED_BUG: (
        "A bug that the project once had (or one of a catalogue) was put back into today's "
        "code, and all tests that can meet it passed. refute defects looks for these. Write "
        "the test that the fix should have come with; `refute show b-...` has the change that "
        "it must notice. Some fixes change nothing that a test could see: then leave it."
    ),
    Slug.UNTESTED_FUNCTION: (
        "No test runs the function, so that any fault in it would go unseen. Write a first "
        "test for it, or delete it if nothing uses it."
    ),
    Slug.UNNOTICED_FUNCTION: (
        "Tests run the function, and most of the faults in it went unnoticed: it is executed "
        "by the way, while nobody looks at what it does. Begin with the first fault listed."
    ),
    Slug.SILENT_TEST: (
        "The test ran against several faults and noticed none so far. That alone does not "
        "condemn it, because another test may have been quicker each time: refute stops at "
        "the first kill. Read what it asserts."
    ),
    Slug.RED_TEST: (
        "The test fails on unchanged code, so that it can't notice anything. It was set "
        "aside. The command of the finding runs it in plain pytest. If it fails there too, "
        "mend the test or the code. If it passes, it can't be run in the seal: it needs "
        "another machine, a Unix socket, or something else that is not to be had there, such "
        "as a hard link between two files of the tree (the first write to one of them makes a "
        "copy). See also baseline-red."
    ),
    Slug.FLAKY_TEST: (
        "The test passes or fails by chance, on unchanged code. It was set aside, since its "
        "failures would be taken for kills. Find what it depends on: order, time, randomness, "
        "or state that another test left behind."
    ),
    Slug.PRAYER: (
        "The test notices nothing at all. It was run against every fault that can be made on "
        "the lines it executes and in its doubles, five at the least, and passed each time; "
        "the message has the count. Assert on what the project decides, returns or sends. The "
        "command of the finding runs the test under one of these faults, so that you can "
        "watch it pass."
    ),
    Slug.ECHO: (
        "The test notices faults in its doubles, and none of all that can be made in project "
        "code: it checks that its doubles return what they were told to. Assert on what "
        "project code makes of those values."
    ),
    Slug.SMOKE_TEST: (
        "The test was told none of all faults. It notices some, but only because something "
        "blew up: it knows that the code runs, and not that it is right. Assert on a result."
    ),
    Slug.FAINT_WITNESS: (
        "The test was told something, and yet of fewer than 10% of the mild faults that make "
        "a difference in it (those that change a value or a branch a little, rather than take "
        "a whole body away), and it is the only one to be told on fewer than 4. It is a test, "
        "and it sees little. The share is that of a sample of 30 where there are more."
    ),
    Slug.UNTOUCHED_TEST: (
        "The test executes no line of the project, so that no fault could reach it. Let it "
        "call the project, or delete it. This is information: a test of a literal table or of "
        "the test helpers can be meant."
    ),
    Slug.BLIND_PLACE: (
        "A call of the project's on a test double, and arguments of it of which no test that "
        "receives the call notices a change: a wrong command, key or value would pass. Each "
        "change was tried on each of these tests. The message shows one, as the value before "
        "and after. Assert on the whole call (`assert_called_once_with`), or use the real "
        "thing."
    ),
    Slug.DEAF_TEST: (
        "The doubles of the test receive five or more arguments, and the test notices no "
        "change of any. It may still check what comes back. Assert on what the doubles were "
        "called with, not only that they were."
    ),
    Slug.UNREAD_ARRANGEMENT: (
        "A return value or side effect that tests configure, and that the project uses in "
        "none of them. Either it is a left-over, or the code takes another way than the "
        "test's author thought. What a shared fixture arranges counts as read when one of its "
        "tests reads it."
    ),
    Slug.UNCLEAR_FAILURE: (
        "The test noticed a fault, and what pytest then printed hardly helps: a bare `assert "
        "False`, or only that a double was not called. The text is quoted, as it was taken "
        "under the fault. Compare the value with what it should be in the `assert` itself, or "
        "assert on what the call should have been given. See clarity."
    ),
    Slug.LYING_DOUBLE: (
        "A double does what the real object could not: it raises what the real one never lets "
        "out, returns what its annotation forbids, takes a call that the real signature "
        "refuses, has an attribute that the real one lacks, or is sync for async, or takes a "
        "command line or an HTTP call that the real one refuses (contracts). The test then "
        "checks a case that can't happen. A double that is put where nobody looks it up is "
        "listed here as well. Exceptions are tried on the real function, not guessed at."
    ),
    Slug.EMPTY_CLAIM: (
        "The test is called integration, end to end, database, network or live, by name, path "
        "or marker, and crosses no real boundary: no child process, no connection, no "
        "database (SQLite counts as one, in memory too), no file outside of temporary "
        "folders. The doubles that took the boundaries' place are named. Let it use the real "
        "thing, or call it what it is."
    ),
    Slug.LEAK: (
        "The test looks isolated (`unit` in its name, or doubles all around it), and project "
        "code under it really starts a process, connects to something, or changes files "
        "outside of temporary folders. What leaves the machine, or is likely to by a "
        "configured context, such as `kubectl` or `aws`, is grave. Put a double in its place "
        "too, or say by name, path or marker that the test needs the real thing."
    ),
    Slug.UNJUDGED_CODE: (
        "Faults that could not be judged, with the reason. They stand outside the score."
    ),
    Slug.UNSEALED: (
        "The trials ran without a seal, and dangerous faults were left out unless "
        "`--unsealed` was given. See unsealed."
    ),
}
"""What each kind means and what to do: the sections of docs/findings.md, without links."""
