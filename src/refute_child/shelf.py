"""Our modules, out of the sight of the tests.

A library that walks through all modules (to freeze the clock, say) would pay for ours in each
test, and a test that looks at them would find what is not the project's. So they leave
``sys.modules`` before the tests run. They work as before: their functions hold what they need.
When one of them imports another, all are put back, for that process.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from copy import copy
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = __name__.partition(".")[0]


class Shelf(MetaPathFinder, Loader):
    """Holds our modules, and hands them out to whoever imports one by name."""

    def __init__(self) -> None:
        self._kept: dict[str, ModuleType] = {}

    def hide(self) -> None:
        """Take our modules out of ``sys.modules``."""
        ours = [name for name in sys.modules if f"{name}.".startswith(f"{_PACKAGE}.")]
        self._kept = {name: sys.modules.pop(name) for name in ours}
        sys.meta_path.insert(0, self)

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The module's own specification, with this as its loader; none of others' modules."""
        known = self._kept.get(name)
        if known is None or known.__spec__ is None:
            return None
        # All but the one that is being imported: there, the import would take the old
        # specification from it, and execute the module anew.
        sys.modules.update({other: kept for other, kept in self._kept.items() if other != name})
        sys.meta_path.remove(self)
        spec = copy(known.__spec__)
        spec.loader = self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module as it has always been."""
        return self._kept[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """It was executed long ago."""
