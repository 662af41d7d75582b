"""Test files as pytest rewrites them, kept in memory for all forks of a process.

pytest keeps them on disk beside the tests, but not where writing bytecode is switched off or
the tree is fresh (a CI job, a container); then each fork that imports test files anew would
rewrite them anew, which takes longer than the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from os.path import exists as _exists
from os.path import realpath as _realpath
from pathlib import Path
from typing import Any

from _pytest.assertion import rewrite


class Rewritten:
    """Stands before pytest's rewriting of a file: what is known is not done again."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        # Not public, so it may be gone in some pytest: then nothing is kept.
        module: Any = rewrite
        self._rewrite: Any = getattr(module, "_rewrite_test", None)
        if self._rewrite is not None:
            module._rewrite_test = self._look_up

    def prepare(self, paths: Iterable[str]) -> None:
        """Rewrite these files now, unless pytest has them on disk or does not rewrite."""
        hooks = (f for f in sys.meta_path if isinstance(f, rewrite.AssertionRewritingHook))
        hook = next(hooks, None)
        if hook is None or self._rewrite is None:
            return
        for path in paths:
            if path not in self._known and not _on_disk(Path(path)):
                # What can't be read or parsed fails in the fork, where it belongs.
                with suppress(OSError, SyntaxError, ValueError):
                    self._known[path] = self._rewrite(Path(path), hook.config)

    def _look_up(self, file: Path, config: Any) -> Any:
        return self._known.get(_realpath(file)) or self._rewrite(file, config)


def _on_disk(file: Path) -> bool:
    return _exists(rewrite.get_cache_dir(file) / (file.stem + rewrite.PYC_TAIL))
