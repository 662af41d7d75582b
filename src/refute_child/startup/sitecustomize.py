"""Runs at the start of interpreters that tests start: observes there, or mutates there.

Found because this folder is put first on PYTHONPATH of the tests' child processes, and only of
those. Whatever goes wrong here must not disturb the program that starts.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _load() -> None:
    import importlib.util

    folder = os.path.dirname(_HERE)
    place = importlib.util.spec_from_file_location(
        "_refute_child", folder + "/__init__.py", submodule_search_locations=[folder]
    )
    assert place is not None
    assert place.loader is not None
    package = importlib.util.module_from_spec(place)
    sys.modules["_refute_child"] = package
    place.loader.exec_module(package)
    from _refute_child import elsewhere  # type: ignore[import-not-found]

    elsewhere.begin(os.environ)


def _next_customization() -> None:
    """Give the environment's own sitecustomize, hidden by this one, its turn."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        if ours is not None:
            sys.modules["sitecustomize"] = ours


if "REFUTE_ELSEWHERE" in os.environ:
    try:
        _load()
    except Exception as error:
        sys.stderr.write(f"refute: this process is not observed: {error}\n")
_next_customization()
