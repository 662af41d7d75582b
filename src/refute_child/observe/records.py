"""The doubles of one test and what was done with them, gathered while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from .arguments import Flattening, Head, Leaf, learn, told
from .audits import identity
from .masks import MASK
from .reals import Real
from .shown import LONGEST, Opaque, Secrets, kind_of, plain, shortened
from .sides import Place, Sides
from .sites import CallSite, Sites, argument_names
from .wholes import outputs_of, told_output

MOST_CALLS = 200
MOST_DOUBLES = 60
"""Different calls, and doubles, that are told of one test."""
_MOST_LIES = 12

Told = dict[str, Any]


@dataclass(eq=False, slots=True)
class Info:
    """What a double is, apart from any one test: it may live longer than that."""

    target: str = ""
    name: str = ""
    kind: str = "mock"
    spec: bool = False
    place: Place | None = None
    real: Real | None = None
    #: Put in the place of something by ``patch`` or ``monkeypatch``.
    placed: bool = False
    #: Made or placed by the body or a decorator of the test numbered ``test``.
    own: bool = False
    test: int = -1
    #: It is to be used in this test alone: never being used says something.
    used: bool = False
    #: False for what libraries make for themselves.
    counts: bool = True

    def __deepcopy__(self, memo: object) -> Info:
        """A copied mock stands for the same thing."""
        return self


@dataclass(eq=False, slots=True)
class Call:
    """One call by project code; alike ones are one."""

    site: CallSite
    method: str
    leaves: list[Leaf]
    #: Positions and keywords whose parameter's name says that they are secrets.
    secret: set[Head] = field(default_factory=set)
    result: str = ""
    returned: object = ""
    #: What it gave in the place of a program's output, by name.
    output: list[tuple[str, object]] = field(default_factory=list)
    awaited: bool = False


@dataclass(eq=False, slots=True)
class Record:
    """One double in one test."""

    info: Info
    #: The mock or the thing that was put in place, kept alive so that its identity holds.
    thing: object
    calls: dict[object, Call] = field(default_factory=dict)
    looked: dict[str, None] = field(default_factory=dict)
    lies: dict[tuple[str, str], None] = field(default_factory=dict)
    #: Whether anything but the test's own code came to it.
    reached: bool = False
    #: The value in the place of another, as it was then.
    value: object = None
    has_value: bool = False

    def lie(self, kind: str, message: str) -> None:
        """Note what the real one could not have done."""
        if len(self.lies) < _MOST_LIES:
            self.lies[kind, message] = None


class Book:
    """All records of the test that runs; the hooks write, ``Doubles.take`` reads."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.sites = Sites(sides)
        self.secrets = Secrets()
        self.flat = Flattening(self.secrets, self._met)
        #: Told of each object that a double is handed.
        self.met: list[Callable[[object], None]] = []
        self.active = False
        self.test = 0
        #: Exceptions of the observer's own, which no test may see.
        self.failures = 0
        self.records: dict[int, Record] = {}
        #: Identities of mocks that were called, by anybody.
        self.called: set[int] = set()
        #: Mocks and names of attributes that project code has read.
        self.read: set[tuple[int, str]] = set()
        #: The same of what anybody has looked at, of calls that were recorded.
        self.looked: set[tuple[int, str]] = set()
        #: Mocks whose return value or side effect the test's own code set.
        self.arranged: dict[tuple[int, str], object] = {}
        self._own: frozenset[int] = frozenset()
        self._calls = 0

    def begin(self, own: frozenset[int]) -> None:
        """A new test, whose own code objects have these identities."""
        self.test += 1
        self.records, self.arranged = {}, {}
        self.called, self.read, self.looked = set(), set(), set()
        self._own, self._calls = own, 0
        self.active = True

    def safely(self, work: Callable[..., Any], *args: Any) -> Any:
        """The one place where mistakes of ours end: the test goes on as if nobody looked."""
        try:
            return work(*args)
        except Exception:
            self.failures += 1
            return None

    def is_own(self, place: Place | None) -> bool:
        """Whether a place is in the body, or a decorator, of the test that runs."""
        return place is not None and place.code is not None and identity(place.code) in self._own

    def record(self, thing: object, info: Info) -> Record | None:
        """The record of a double; None for one that is not told."""
        found = self.records.get(identity(thing))
        if found is None and info.counts and self.active and len(self.records) < MOST_DOUBLES:
            found = self.records[identity(thing)] = Record(info, thing)
        return found

    def call(
        self, record: Record, frame: FrameType, method: str, leaves: list[Leaf]
    ) -> tuple[Call | None, bool]:
        """The call that project code makes in this frame, and whether it is a new one."""
        site = self.sites.at(frame)
        if site is None:
            return None, False
        key = (identity(site), method, tuple([leaf[1] for leaf in leaves]))
        call = record.calls.get(key)
        if call is not None:
            return call, False
        if self._calls >= MOST_CALLS:
            return None, False
        self._calls += 1
        call = record.calls[key] = Call(site, method, leaves)
        return call, True

    def returned(self, call: Call, value: object, mock: bool = False) -> None:
        """What a call gave; the first time counts."""
        if not call.result:
            call.result = "mock" if mock else kind_of(value)
            call.returned = Opaque(plain(value)) if mock else self.flat.copy(value)
            call.output = outputs_of(value, call.site.text)

    def hides(self, info: Info, method: str = "") -> bool:
        """Whether what a double gives, or is, goes by the name of a secret."""
        way = method.removesuffix("()") or info.target or info.name
        return self.secrets.named(way.rpartition(".")[2])

    def tell(self, record: Record) -> Told:
        """The fields of ``Double``, without what only mocks have; what is empty is left out."""
        info, place = record.info, record.info.place
        fields: Told = {
            "target": self.clean(info.target),
            "name": self.clean(info.name),
            "kind": info.kind,
            "spec": info.spec,
            "file": place.file if place else "",
            "line": place.line if place else 0,
        }
        if record.has_value:
            fields["returns"] = MASK if self.hides(info) else self.secrets.words(record.value)
        if record.calls:
            fields["calls"] = [self._tell_call(info, call) for call in record.calls.values()]
        if record.looked:
            fields["looked"] = list(record.looked)
        if record.lies:
            fields["lies"] = [
                {"kind": kind, "message": self.clean(text, 300)} for kind, text in record.lies
            ]
        return fields

    def clean(self, text: str, longest: int = 2 * LONGEST) -> str:
        """A text of the user's, masked and shortened."""
        return shortened(self.secrets.mask(text), longest)

    def learn(self) -> None:
        """Find all secrets of the test, before the first word of it is told."""
        for record in list(self.records.values()):
            if record.has_value and self.hides(record.info):
                self.secrets.learn(record.value)
            for call in list(record.calls.values()):
                if self.is_secret(call):
                    call.secret |= call.site.secret or frozenset()
                    learn(call.leaves, frozenset(call.secret), self.secrets)
                if self.hides(record.info, call.method):
                    self.secrets.learn(call.returned)

    def is_secret(self, call: Call) -> bool:
        """Whether the names of anything that it hands over say that it is a secret."""
        if call.site.secret is None:
            call.site.secret = self._secret_heads(call.site)
        return bool(call.site.secret or call.secret or [1 for leaf in call.leaves if leaf[4]])

    def _secret_heads(self, site: CallSite) -> frozenset[Head]:
        """Positions and keywords of a call at which the caller's own names say secret."""
        return frozenset(
            head
            for head, names in argument_names(site).items()
            if any(self.secrets.named(name) for name in names)
        )

    def _tell_call(self, info: Info, call: Call) -> Told:
        fields: Told = {
            "site": call.site.fields,
            "method": self.clean(call.method),
            "arguments": told(call.leaves, frozenset(call.secret), self.secrets),
            "result": call.result or "object",
            "returned": self._tell_returned(info, call),
        }
        if call.output and not self.hides(info, call.method):
            fields["output"] = [told_output(name, one, self.secrets) for name, one in call.output]
        if call.awaited:
            fields["awaited"] = True
        return fields

    def _tell_returned(self, info: Info, call: Call) -> str:
        if call.result == "raises":
            return self.clean(str(call.returned))
        if not call.result:
            # Only a coroutine that nobody awaited has no result.
            return "<coroutine>"
        hidden = call.result not in ("mock", "none") and self.hides(info, call.method)
        return MASK if hidden else self.secrets.words(call.returned)

    def _met(self, value: object) -> None:
        for tell in self.met:
            tell(value)


def own_codes(code: CodeType | None) -> frozenset[int]:
    """Identities of a function's code and of all that is nested in it; the code has to live."""
    found: set[int] = set()
    pending = [code] if code is not None else []
    while pending:
        one = pending.pop()
        found.add(identity(one))
        pending.extend(const for const in one.co_consts if isinstance(const, CodeType))
    return frozenset(found)
