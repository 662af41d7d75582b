"""What stands for the result of a call that was not made: it goes along with anything."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any


class Blank:
    """Has every attribute, takes every call, and holds nothing.

    It never swallows an exception as a context manager, so that what is raised below one that
    is not known gets out.
    """

    def __init__(self, name: str = "") -> None:
        #: The attribute that it is, of another blank.
        self._refute_name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Blank(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Blank:
        return Blank()

    def __getitem__(self, key: object) -> Blank:
        return Blank()

    def __setitem__(self, key: object, value: object) -> None:
        return None

    def __contains__(self, key: object) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter((Blank(),))

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return ""

    def __format__(self, spec: str) -> str:
        return ""

    def __enter__(self) -> Blank:
        return Blank()

    def __exit__(self, *args: object) -> None:
        return None

    async def __aenter__(self) -> Blank:
        return Blank()

    async def __aexit__(self, *args: object) -> None:
        return None

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from ()
        return Blank()

    async def __aiter__(self) -> Any:
        yield Blank()

    def _other(self, *others: object) -> Blank:
        return Blank()

    def _no(self, other: object) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _other
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _other
    __mod__ = __rmod__ = __or__ = __ror__ = __and__ = __rand__ = _other
    __lt__ = __gt__ = __le__ = __ge__ = _no


def instance_of(kind: type) -> Any:
    """An object of this class whose constructor was not run; what it lacks is blank.

    Raises TypeError for a class that can't be had so.
    """
    lenient = type(kind)(
        kind.__name__, (kind,), {"__getattr__": lambda self, name: Blank(), "__slots__": ()}
    )
    lenient.__module__, lenient.__qualname__ = kind.__module__, kind.__qualname__
    return object.__new__(lenient)
