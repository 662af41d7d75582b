"""Project modules as they are imported: watched, or executed from mutated source."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable
from os.path import realpath as _realpath
from types import CodeType
from typing import Any

Before = Callable[[str], None]
"""Called with the real path of a project file just before its module's code is made."""


class Sources:
    """Stands before the file loader's ``get_code``, for project files alone.

    Everything that runs a module from its file comes this way: import, reload, ``runpy``.
    """

    def __init__(self, files: frozenset[str]) -> None:
        self._files = files
        self._mutated: dict[str, Callable[[], CodeType]] = {}
        self.on_code: Callable[[CodeType], object] | None = None
        self.before: Before | None = None
        #: True once a module was executed from mutated source.
        self.used = False

    def install(self) -> None:
        """Put the hook in place, for the life of this process and its forks."""
        original: Any = importlib.machinery.SourceFileLoader.get_code
        sources = self

        def get_code(loader: Any, fullname: str) -> CodeType | None:
            path = _realpath(loader.path)
            if path not in sources._files:
                code: CodeType | None = original(loader, fullname)
                return code
            if sources.before is not None:
                sources.before(path)
            make = sources._mutated.get(path)
            if make is None:
                code = original(loader, fullname)
            else:
                sources.used = True
                code = make()
            if sources.on_code is not None and code is not None:
                sources.on_code(code)
            return code

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]

    def mutate(self, path: str, make: Callable[[], CodeType]) -> None:
        """From now on the file's module is executed from the code that ``make`` returns."""
        self._mutated[_realpath(path)] = make

    def restore(self) -> None:
        """From now on all modules are executed as they are."""
        self._mutated.clear()
