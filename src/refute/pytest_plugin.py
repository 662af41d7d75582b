"""The pytest plugin of refute: it adds ``--refute``, and does nothing until that is given.

pytest imports it in every run of every project that has refute installed. So it imports nothing
that pytest has not imported already; the rest is loaded when somebody asks for it.
"""

from __future__ import annotations

import os

import pytest

ASKED = "refute-asked"
"""The plugin that ``--refute`` brings goes by this name. The tests that refute itself runs get
`-p no:refute-asked`: there the options are known, since a project may have them in `addopts`,
and mean nothing."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("refute", "refute: can these tests fail?")
    group.addoption(
        "--refute",
        action="store_true",
        default=False,
        help="After the tests, judge them: which faults in the code would they notice? "
        "As `refute run` does, with the tests that are chosen here.",
    )
    group.addoption(
        "--refute-since",
        metavar="REV",
        help="Judge only what changed since the branch left REV, as `refute run --since` does. "
        "Says nothing without --refute.",
    )
    group.addoption(
        "--refute-args",
        action="append",
        default=[],
        metavar="ARGS",
        help="Further options of `refute run`, in one string: "
        "--refute-args='--paths src/shop --score-only'. Says nothing without --refute.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Set up what ``--refute`` asks for, before anybody changes the environment."""
    given = early_config.known_args_namespace
    if given.refute and not early_config.pluginmanager.is_blocked(ASKED):
        from refute.pytesting.session import Asked

        since = () if given.refute_since is None else (f"--since={given.refute_since}",)
        asked = Asked(parser, since, given.refute_args, dict(os.environ))
        early_config.pluginmanager.register(asked, ASKED)
