"""After pytest's own summary: the run of refute, as a process of its own.

The pytest process has imported the project, and the controller never may; so the controller is
another process, of the same interpreter, with the environment that pytest was started with.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path

import pytest

from refute import subrun
from refute.errors import ExitCode
from refute.pytesting.words import Selection, positional, select

PYTEST_ITSELF = ("PYTEST_VERSION", "PYTEST_CURRENT_TEST")
"""Variables that pytest sets for its own process."""

ONLY_SHOWN = ("collectonly", "showfixtures", "show_fixtures_per_test", "setuponly", "setupplan")
"""Options of pytest with which no test is run."""


class Asked:
    """The plugin that stands for ``--refute`` in one pytest process.

    ``words`` are options of ``refute run``, ``further`` more of them, to be split as a shell
    does; ``environment`` are the variables that it gets.
    """

    def __init__(
        self,
        parser: pytest.Parser,
        words: Iterable[str],
        further: Iterable[str],
        environment: Mapping[str, str],
    ) -> None:
        self._parser = parser
        try:
            self._further = [*words, *(word for text in further for word in shlex.split(text))]
        except ValueError as error:
            raise pytest.UsageError(f"--refute-args: {error}.") from error
        self._environment = {
            name: value for name, value in environment.items() if name not in PYTEST_ITSELF
        }

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run refute when everybody else, the terminal's summary too, is done."""
        result = yield
        config = session.config
        only_shown = any(getattr(config.option, name, False) for name in ONLY_SHOWN)
        # A worker of xdist has a part of the tests; the process that started it has them all.
        if only_shown or hasattr(config, "workerinput"):
            return result
        reason = _not_now(session)
        if reason:
            self._say(config, f"refute was not run: {reason}.")
            return result
        code = self._run(config)
        if code and not session.exitstatus:
            session.exitstatus = code
        return result

    def _run(self, config: pytest.Config) -> int:
        typed = [os.fspath(word) for word in config.invocation_params.args]
        folder, root = _places(config)
        chosen = select(typed, positional(typed, self._paths_of), folder, root)
        by_folder = config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR
        if folder != root and by_folder and not chosen.tests:
            # Typed in a folder below the root, pytest runs the tests of that folder alone.
            here = folder.relative_to(root).as_posix()
            chosen = Selection((here,), chosen.arguments, chosen.left_out)
        words = ["--python", sys.executable, *chosen.words(), *_shown(config), *self._further]
        self._say(config, "", *(_left_out(name) for name in chosen.left_out))
        program = subrun.start(root, words, environment=self._environment)
        code = subrun.wait(program)
        if code:
            self._say(config, f"`refute run` ended with {_named(code)}; see docs/exit-codes.md.")
        return code if code >= 0 else int(ExitCode.INTERNAL)

    def _paths_of(self, words: list[str]) -> list[str]:
        """What pytest's parser takes for paths and node ids in these words."""
        try:
            found = self._parser.parse_known_args(words)
        except pytest.UsageError:
            return []
        return [os.fspath(path) for path in found.file_or_dir]

    def _say(self, config: pytest.Config, *lines: str) -> None:
        """Print below pytest's summary: an empty line begins the part of refute."""
        terminal = config.pluginmanager.getplugin("terminalreporter")
        if terminal is None:
            return
        for line in lines:
            if line:
                terminal.write_line(line)
            else:
                terminal.write_sep("=", "refute")
        terminal.flush()


def _not_now(session: pytest.Session) -> str:
    """Why there is nothing to judge at the end of this session; empty when there is."""
    status = session.exitstatus
    if status == pytest.ExitCode.NO_TESTS_COLLECTED:
        return "there are no tests"
    if session.shouldfail or session.shouldstop:
        return "pytest was told to stop at a failure, and did"
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return "pytest did not come to its end"
    return ""


def _places(config: pytest.Config) -> tuple[Path, Path]:
    """Where pytest was typed, and the root that is judged, links resolved.

    That is the folder where pytest was typed, or the one with its configuration above it.
    """
    folder, root = config.invocation_params.dir.resolve(), config.rootpath.resolve()
    return folder, root if folder.is_relative_to(root) else folder


def _shown(config: pytest.Config) -> list[str]:
    """pytest's `-q` and `--color` in refute's words."""
    quiet = ["--quiet"] if config.getoption("verbose", 0) < 0 else []
    return [*quiet, *(["--plain"] if config.getoption("color", "auto") == "no" else [])]


def _left_out(name: str) -> str:
    return f"{name} is left out here: it goes by what earlier runs of pytest have left."


def _named(code: int) -> str:
    try:
        return f"code {code} ({ExitCode(code).name})"
    except ValueError:
        return f"code {code}" if code >= 0 else f"signal {-code}"
