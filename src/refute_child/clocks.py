"""Another time of day, for the Python code of one process.

``time`` and ``datetime`` are replaced before anything else is imported; the clock goes on from
the given moment. What asks the system by itself (libraries in C, child processes) is not
shifted; times of files that this run has written are, when they are asked for by ``os.stat``.
Monotonic clocks stay as they are.
"""

from __future__ import annotations

import datetime
import os
import time
from typing import Any

_time = time.time
_time_ns = time.time_ns
_BILLION = 10**9
_DAY = 86_400
_STATS = ("stat", "lstat", "fstat")


def shift_to(moment: list[int] | None) -> None:
    """Make it this moment of local time: year, month, day, hour, minute, second; None leaves
    the time as it is and puts everything else in place, to tell what that does by itself.
    """
    offset = 0
    if moment is not None:
        offset = round(time.mktime((*moment, 0, 0, -1))) - round(_time())  # type: ignore[arg-type]
    _shift_time(offset)
    _shift_datetime(offset)
    _shift_files(offset)


def _shift_time(offset: int) -> None:
    """The functions of ``time``."""
    clock_gettime, clock_gettime_ns = time.clock_gettime, time.clock_gettime_ns

    def now() -> float:
        return _time() + offset

    def now_ns() -> int:
        return _time_ns() + offset * _BILLION

    def gettime(clock: int) -> float:
        return clock_gettime(clock) + (offset if clock == time.CLOCK_REALTIME else 0)

    def gettime_ns(clock: int) -> int:
        more = offset * _BILLION if clock == time.CLOCK_REALTIME else 0
        return clock_gettime_ns(clock) + more

    def of_seconds(name: str) -> Any:
        original = getattr(time, name)

        def wrapped(seconds: float | None = None, /) -> Any:
            return original(now() if seconds is None else seconds)

        return wrapped

    def of_tuple(name: str, leading: int) -> Any:
        original = getattr(time, name)

        def wrapped(*arguments: Any) -> Any:
            given = arguments if len(arguments) > leading else (*arguments, time.localtime())
            return original(*given)

        return wrapped

    replaced = {name: of_seconds(name) for name in ("localtime", "gmtime", "ctime")}
    replaced |= {"asctime": of_tuple("asctime", 0), "strftime": of_tuple("strftime", 1)}
    replaced |= {"time": now, "time_ns": now_ns}
    replaced |= {"clock_gettime": gettime, "clock_gettime_ns": gettime_ns}
    for name, function in replaced.items():
        function.__name__ = function.__qualname__ = name
        function.__module__ = "time"
        setattr(time, name, function)


class _Date(type):
    """Instances of the original classes are instances of the shifted ones."""

    _original: type

    def __instancecheck__(cls, instance: object) -> bool:
        # Subclasses that the project makes of them are classes like any other.
        own = "_original" in cls.__dict__
        return isinstance(instance, cls._original) if own else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        own = "_original" in cls.__dict__
        return issubclass(subclass, cls._original) if own else super().__subclasscheck__(subclass)


def _shift_datetime(offset: int) -> None:
    """``datetime.datetime`` and ``datetime.date``, as classes that pass for the original ones."""
    real_date, real = datetime.date, datetime.datetime
    delta = datetime.timedelta(seconds=offset)

    def shown(self: Any) -> str:
        if type(self) not in (made, moments):
            return str(super(moments if isinstance(self, real) else made, self).__repr__())
        if not isinstance(self, real):
            return repr(real_date(self.year, self.month, self.day))
        words = (*self.timetuple()[:6], self.microsecond, self.tzinfo)
        return repr(real(*words, fold=self.fold))

    def now(cls: Any, tz: Any = None) -> Any:
        moment = real.fromtimestamp(_time() + offset, tz)
        return _as(cls, moment)

    def utcnow(cls: Any) -> Any:
        moment = real.fromtimestamp(_time() + offset, datetime.UTC)
        return _as(cls, moment.replace(tzinfo=None))

    def today(cls: Any) -> Any:
        moment = real.now() + delta
        return _as(cls, moment) if issubclass(cls, real) else cls(*moment.timetuple()[:3])

    def _as(cls: Any, one: datetime.datetime) -> Any:
        words = (*one.timetuple()[:6], one.microsecond, one.tzinfo)
        return cls(*words, fold=one.fold)

    common = {"today": classmethod(today), "__repr__": shown, "__module__": "datetime"}
    made: Any = _Date("date", (real_date,), {**common, "_original": real_date})
    moments: Any = _Date(
        "datetime",
        (real,),
        {**common, "_original": real, "now": classmethod(now), "utcnow": classmethod(utcnow)},
    )
    datetime.date, datetime.datetime = made, moments  # type: ignore[misc]
    for one, plain in ((made, real_date), (moments, real)):
        one.min = _copy(one, plain.min)
        one.max = _copy(one, plain.max)


def _copy(cls: Any, one: Any) -> Any:
    size = 7 if isinstance(one, datetime.datetime) else 3
    words = (*one.timetuple()[: min(size, 6)], *([one.microsecond] if size == 7 else []))
    return cls(*words)


def _shift_files(offset: int) -> None:
    """Times of files that were written since this process began."""
    began = _time() - 1

    def shifted(found: os.stat_result) -> os.stat_result:
        names = [name for name in dir(found) if name.startswith("st_")]
        values = {name: getattr(found, name) for name in names}
        for kind in ("st_atime", "st_mtime", "st_ctime"):
            # What a test has set by itself comes from the shifted clock already.
            if began <= values[kind] <= began + _DAY:
                values[kind] += offset
                values[f"{kind}_ns"] += offset * _BILLION
        order = ("mode", "ino", "dev", "nlink", "uid", "gid", "size")
        # The first ten stand in a row, and what has a name there must not be named again.
        plain = [values.pop(f"st_{name}") for name in order]
        plain += [int(values[f"st_{name}"]) for name in ("atime", "mtime", "ctime")]
        return os.stat_result(plain, values)

    def wrapped(name: str) -> Any:
        original = getattr(os, name)

        def function(*arguments: Any, **named: Any) -> os.stat_result:
            return shifted(original(*arguments, **named))

        function.__name__ = function.__qualname__ = name
        return function

    supports = [(group, {one.__name__ for one in group}) for group in _capabilities()]
    for name in _STATS:
        replaced = wrapped(name)
        for group, names in supports:
            if name in names:
                # shutil and others ask whether the very function is in there.
                group.add(replaced)
        setattr(os, name, replaced)


def _capabilities() -> list[Any]:
    return [os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks]
