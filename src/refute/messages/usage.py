"""Messages about the command line and the configuration."""

from __future__ import annotations

from refute.messages.entry import ExitCode, Message

ENTRIES = (
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
        "A path given on the command line or in the configuration does not exist, or --paths "
        "means none of the files with the project's code. Paths in the configuration, and those "
        "of --paths, are taken from the project's root.",
        "Check the spelling, and the folder that the path starts from.",
        ExitCode.USAGE,
    ),
    Message(
        "browse-extra",
        "the package that `refute browse` needs",
        "`refute browse` draws on the whole screen by Textual, which is not installed beside "
        "refute. Nothing else needs it.",
        "Install refute with its extra: `pip install 'refute[browse]'` (pipx: `pipx install "
        "'refute[browse]'`). `refute report` and `refute html` show the same run without it.",
        ExitCode.ENVIRONMENT,
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
        "unknown-fault",
        "no double fault with this id",
        "The last report holds no double fault with the id, or several whose ids begin like that.",
        "Copy the id from what refute printed, or from .refute/report.json. Ids change when the "
        "code around the call does: after an edit, run `refute run` again.",
        ExitCode.USAGE,
    ),
    Message(
        "unknown-test",
        "no test with this name",
        "The last report holds no test whose node id is, ends like or holds what was given, or "
        "holds several such.",
        "Give the node id as pytest prints it, such as `tests/test_orders.py::test_total`. Tests "
        "that are newer than the report need a `refute run` first.",
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
    Message(
        "no-git",
        "no git repository to compare with",
        "`--since` and `--staged` judge what has changed, and git tells what that is. The "
        "project lies in no git work tree, the repository has no commit, or git could not be "
        "run.",
        "Run it in a git work tree, or leave the option out to judge everything. `--paths` "
        "chooses files without git.",
        ExitCode.USAGE,
    ),
    Message(
        "unknown-revision",
        "a revision that git does not know",
        "The revision given to `--since` is no commit of this repository, or has no commit in "
        "common with the current one. In CI the clone is often shallow and holds the last commit "
        "alone.",
        "Check the name (`git log REV` must work). In a shallow clone fetch more: "
        "`git fetch --unshallow`, or `fetch-depth: 0` in the checkout step.",
        ExitCode.USAGE,
    ),
    Message(
        "cant-merge",
        "reports that are no shards of one run",
        "`refute merge` puts together the shards of one run: all of them, each once, of the same "
        "code, tests, versions and options. These reports are something else.",
        "The message says what is wrong. Run the missing shard, or run all of them on the same "
        "commit with the same options and interpreter.",
        ExitCode.USAGE,
    ),
    Message(
        "no-gate",
        "nothing to hold the report against",
        "A gate was asked for, and the project has none: no floor or ceiling in "
        "[tool.refute.gate] of pyproject.toml, and no refute-ratchet.toml.",
        "Write a line such as `mutation-score = 80` under [tool.refute.gate], or let `refute "
        "ratchet` write down what is reached. docs/gates.md lists all metrics.",
        ExitCode.USAGE,
    ),
    Message(
        "partial-report",
        "a report on a part",
        "The last run was stopped before its end, or looked at some files only (`--paths`), so "
        "that its values can't be kept as those of the project.",
        "Run `refute run` without a filter, to its end; it goes on from what is known.",
        ExitCode.USAGE,
    ),
    Message(
        "bad-import",
        "another tool's file that can't be read",
        "A file that the gate was given (pytest-benchmark JSON, SARIF 2.1.0, coverage XML) is "
        "damaged, of another format, far too large, or holds what such a file has no need for.",
        "Let the tool write it again, and look whether it came to its end; the message says what "
        "is wrong.",
        ExitCode.USAGE,
    ),
    Message(
        "bad-acceptance",
        "an acceptance that accepts nothing",
        "A comment `# refute: accept[...]` names no finding or an unknown one, gives no reason, "
        "or a day that does not exist. It was left out, so that the finding still counts.",
        "Write it like `# refute: accept[prayer] checked by hand, until 2027-01-31`.",
        None,
    ),
    Message(
        "acceptance-expired",
        "an acceptance that has expired",
        "Somebody accepted a finding up to a day that has passed. The finding counts again.",
        "Mend what it is about, or write a later day with a reason that still holds.",
        None,
    ),
    Message(
        "acceptance-unused",
        "an acceptance that meets no finding",
        "A comment or an entry of refute-accept.toml accepts a finding that is not there any "
        "more: it was mended, or the acceptance stands in the wrong place.",
        "Remove it. If the finding is still there, put the comment on its line, right above it, "
        "or at the header of its function.",
        None,
    ),
    Message(
        "no-history",
        "no git history",
        "`refute defects` reads the bugs that were fixed from the project's git history. Here "
        "there is no git, no repository, or no commit; git's own words are in the message.",
        "Run it in a clone of the project, or replay bugs of your own: "
        "`refute defects --catalogue FOLDER`, with one patch a bug.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "no-patches",
        "a catalogue without patches",
        "A catalogue is a folder with one patch a bug, in files that end in .patch or .diff. Each "
        "patch puts the bug into today's code.",
        "Give the folder that holds the patches. `git diff > bugs/name.patch` makes one of an "
        "edit, and `git diff -R` takes a fix back.",
        ExitCode.USAGE,
    ),
    Message(
        "no-bugs",
        "no bug fixes found",
        "No commit within the limits counts as a bug fix that changes source. The rule reads "
        "messages: a fix, a linked issue, a revert; docs/measures/defects.md has it in full.",
        "Say how your project names its fixes: `refute defects --rule REGEX`, or `pattern` under "
        "[tool.refute.defects]; or look further back with another `--since`.",
        ExitCode.NOTHING_JUDGED,
    ),
    Message(
        "shallow-clone",
        "a shallow clone",
        "The clone holds the last commits alone, so that older bug fixes are not seen, and the "
        "first commit that is there can't be taken back.",
        "`git fetch --unshallow` brings the whole history; in GitHub Actions, `fetch-depth: 0`.",
        None,
    ),
    Message(
        "mcp-extra",
        "the MCP server needs a package more",
        "`refute mcp` is built on the official Python SDK of the Model Context Protocol, the "
        "package `mcp`, version 2 or newer. It is no part of a plain installation, and could not "
        "be imported.",
        "Install it where refute is installed: `pip install 'refute[mcp]'`, `pipx inject refute "
        "mcp`, or `uv tool install 'refute[mcp]'`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "file-changed",
        "a file changed while its change was shown",
        "`refute init` shows what it will write, and writes it only into the file that it has "
        "shown. The file was changed, or made, by somebody else meanwhile.",
        "Run `refute init` again, and look at what it shows now.",
        ExitCode.USAGE,
    ),
)
