"""What a run keeps, and for whom: the context of its facts, and the tree that they rest on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from refute import __version__
from refute.baseline import Baseline
from refute.contents import digest, read_contents
from refute.interpreter import Interpreter
from refute.project import Project
from refute.reuse import Tree
from refute.settings import Settings
from refute.store import Store
from refute.tree import make_tree, test_modules, tops_of
from refute.trials.engine import Engine
from refute.trials.observation import Collected
from refute.trials.slot import Launch

_ALWAYS = ("PYTHON", "PYTEST_", "LC_", "LANG", "TZ", "DJANGO_")
"""Variables that begin like this can change what tests do without being named in their code."""


def context_of(
    settings: Settings, project: Project, interpreter: Interpreter, launch: Launch
) -> str:
    """A digest of what all verdicts of a run depend on, beside the Python files of the tree."""
    variables = sorted(item for item in os.environ.items() if item[0].startswith(_ALWAYS))
    return digest(
        [
            __version__,
            str(project.root),
            project.contents.data,
            project.contents.variables,
            *(text for item in variables for text in item),
            str(interpreter.path),
            interpreter.version,
            interpreter.pytest,
            interpreter.packages,
            repr(settings.pytest_args),
            repr(project.tests),
            repr(settings.timeout_factor),
            settings.isolation,
            # Tests that fail without a service are not the same suite as with it.
            repr((launch.shared, bool(launch.brokered))),
        ]
    )


def read_tree(engine: Engine, project: Project, collected: Collected, baseline: Baseline) -> Tree:
    """What the trials of this run can rest on."""
    modules = test_modules(project, baseline).values()
    pieces = engine.pieces([*project.files, *modules], tops_of(project))
    return make_tree(project, collected, baseline, pieces)


@contextmanager
def open_store(project: Project, warn: Callable[[str, str], None]) -> Iterator[Store]:
    """The store of a project, for the time of a run."""
    with (
        closing(Store.open(project.root, warn)) as store,
        unless_changed(store, project, warn),
    ):
        yield store


@contextmanager
def unless_changed(
    store: Store, project: Project, warn: Callable[[str, str], None]
) -> Iterator[None]:
    """Take back what is kept meanwhile if somebody changes the tree meanwhile: it can't be told
    which trials saw what.
    """
    try:
        yield
    finally:
        now = read_contents(project.root, os.environ)
        if now.fingerprint != project.contents.fingerprint:
            store.forget()
            warn(
                "changed-meanwhile",
                "Files of the project changed during the run; its verdicts are not kept.",
            )
