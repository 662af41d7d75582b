"""Could the real one raise what its double does? Real functions, asked under a real pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.asking_cloud import CLOUD
from tests.unit.benches import answers

from refute_child.callsites import units_of
from refute_child.units import Module

#: Case -> what the project calls, the exception of the double, and the verdict on it.
PLAIN: dict[str, tuple[str, str, str]] = {
    "swallows": ("cloud.swallows('u')", "KeyError('x')", "lies"),
    "swallows_oserror": ("cloud.swallows('u')", "OSError('x')", "lies"),
    "swallows_plain": ("cloud.swallows('u')", "Exception('x')", "lies"),
    "lets_out": ("cloud.lets_out('u')", "OSError('x')", "escapes"),
    "lets_out_own": ("cloud.lets_out('u')", "TimeoutError('x')", "escapes"),
    "catches_other": ("cloud.catches_other('u')", "OSError('x')", "escapes"),
    "translates": ("cloud.translates(['ls'])", "subprocess.TimeoutExpired('ls', 1)", "lies"),
    "translates_to": ("cloud.translates(['ls'])", "cloud.CloudError('x')", "escapes"),
    "translates_to_less": ("cloud.translates(['ls'])", "cloud.Gone('x')", "escapes"),
    "speaks": ("cloud.speaks(['ls'])", "FileNotFoundError('ls')", "lies"),
    "retries": ("cloud.retries('u')", "OSError('x')", "escapes"),
    "retries_and_gives_up": ("cloud.retries_and_gives_up('u')", "OSError('x')", "lies"),
    "remembers": ("cloud.remembers('u')", "OSError('x')", "escapes"),
    "depends": ("cloud.depends('u')", "OSError('x')", "not_examined"),
    "depends_strict": ("cloud.depends('u', strict=True)", "OSError('x')", "escapes"),
    "raises_itself": ("cloud.raises_itself(1)", "cloud.Gone('x')", "escapes"),
    "behind": ("cloud.behind('u')", "ConnectionError('x')", "lies"),
    "behind_both": ("cloud.behind_both('u')", "ConnectionError('x')", "escapes"),
    "two_ways": ("cloud.two_ways('u')", "ConnectionError('x')", "not_examined"),
    "unreached": ("cloud.unreached('u')", "OSError('x')", "not_examined"),
    "after_the_boundary": ("cloud.after_the_boundary('u')", "OSError('x')", "escapes"),
    "suppresses": ("cloud.suppresses('p')", "FileNotFoundError('x')", "lies"),
    "suppresses_less": ("cloud.suppresses('p')", "PermissionError('x')", "escapes"),
    "under_a_guard": ("cloud.under_a_guard('p')", "OSError('x')", "escapes"),
    "in_the_handler": ("cloud.in_the_handler('p')", "OSError('x')", "escapes"),
    "pure": ("cloud.pure(1, 2)", "OSError('x')", "not_examined"),
    "lazily": ("cloud.lazily('u')", "OSError('x')", "escapes"),
    "eagerly": ("cloud.eagerly(['b', 'a'])", "OSError('x')", "lies"),
    "endless": ("cloud.endless('u')", "OSError('x')", "not_examined"),
    "lines": ("cloud.lines('u')", "OSError('x')", "not_examined"),
    "decorated": ("cloud.decorated('u')", "OSError('x')", "lies"),
    "ping": ("cloud.Client.ping('u')", "OSError('x')", "lies"),
    "resolve": ("cloud.Client.resolve('u')", "OSError('x')", "lies"),
    "library": ("os.stat('p')", "OSError('x')", "outside"),
}

OTHERS = """\
import asyncio
from unittest.mock import AsyncMock, Mock, create_autospec, patch

import cloud
import shop


def quietly(work):
    try:
        return work()
    except Exception:
        return None


def test_stub(monkeypatch):
    def stub(url):
        raise OSError("down")

    monkeypatch.setattr(cloud, "swallows", stub)
    quietly(lambda: shop.stub("u"))


def test_accident(monkeypatch):
    rows = {}
    monkeypatch.setattr(cloud, "swallows", lambda url: rows[url])
    quietly(lambda: shop.stub("u"))


def test_wraps():
    with patch("cloud.lets_out", wraps=lambda url: cloud.translates([])), patch(
        "cloud.subprocess.run", side_effect=OSError("gone")
    ):
        quietly(lambda: shop.wrapped("u"))


def test_spec():
    client = Mock(spec=cloud.Client)
    client.get.side_effect = OSError("down")
    quietly(lambda: shop.get(client))


def test_spec_out():
    client = create_autospec(cloud.Client, instance=True)
    client.post.side_effect = OSError("down")
    quietly(lambda: shop.post(client))


def test_method():
    with patch.object(cloud.Client, "get", side_effect=OSError("down")):
        quietly(lambda: shop.get(cloud.Client("http://x", 3)))


def test_method_stub(monkeypatch):
    def get(self, path):
        raise ConnectionResetError(path)

    monkeypatch.setattr(cloud.Client, "get", get)
    quietly(lambda: shop.get(cloud.Client("http://x", 3)))


def test_overridden():
    with patch.object(cloud.Client, "shared", side_effect=OSError("down")):
        quietly(lambda: shop.shared(cloud.Client("http://x", 3)))


def test_async():
    with patch("cloud.sends", side_effect=ConnectionRefusedError("no")):
        quietly(lambda: asyncio.run(shop.send("hello")))


def test_async_out():
    with patch("cloud.sends_out", AsyncMock(side_effect=ConnectionRefusedError("no"))):
        quietly(lambda: asyncio.run(shop.send_out("hello")))


def test_promise():
    with patch("cloud.promise", AsyncMock(side_effect=ConnectionRefusedError("no"))):
        quietly(lambda: asyncio.run(shop.promised("hello")))


def test_in_turn():
    with patch("cloud.swallows", side_effect=[OSError("first"), {}, ]):
        quietly(lambda: shop.stub("u"))
        assert shop.stub("u") == {}


def test_autospec_refuses():
    with patch("cloud.swallows", autospec=True):
        quietly(lambda: shop.refused("u"))


def test_nothing_raised():
    with patch("cloud.swallows", return_value=None):
        shop.stub("u")
"""

SHOP = """\
import os

import cloud


def stub(url):
    return cloud.swallows(url)


def refused(url):
    return cloud.swallows(url, 1, 2)


def wrapped(url):
    return cloud.lets_out(url)


def get(client):
    return client.get("/")


def post(client):
    return client.post("/")


def shared(client):
    return client.shared()


async def send(text):
    return await cloud.sends(text)


async def send_out(text):
    return await cloud.sends_out(text)


async def promised(text):
    return await cloud.promise(text)
"""

#: Test -> the call in the shop, and the verdict; None where nothing is asked.
IDIOMS: dict[str, tuple[str, str | None]] = {
    "stub": ("cloud.swallows(url)", "lies"),
    "accident": ("cloud.swallows(url)", None),
    "wraps": ("cloud.lets_out(url)", None),
    "spec": ('client.get("/")', "lies"),
    "spec_out": ('client.post("/")', "escapes"),
    "method": ('client.get("/")', "lies"),
    "method_stub": ('client.get("/")', "lies"),
    "overridden": ("client.shared()", "not_examined"),
    "async": ("cloud.sends(text)", "lies"),
    "async_out": ("cloud.sends_out(text)", "escapes"),
    "promise": ("cloud.promise(text)", "not_examined"),
    "in_turn": ("cloud.swallows(url)", "lies"),
    "autospec_refuses": ("cloud.swallows(url, 1, 2)", None),
    "nothing_raised": ("cloud.swallows(url)", None),
}

ANSWER = """\
from refute_child.asking.asking import ask


def answer(bench, fault, test):
    (item,) = [item for item in bench.suite.items if item.name == test]
    bench.arming.prepare(fault)

    def work(report):
        bench.ticks.begin(1 << 60, lambda: None)
        return ask(bench, item, fault)

    return bench.forks.run(work, [Limit(60.0, 60.0)])[1][-1]
"""


def shop() -> str:
    """The shop with one caller for each plain case."""
    callers = (
        f"\n\ndef call_{case}():\n    return {call}\n" for case, (call, _, _) in PLAIN.items()
    )
    return SHOP + "".join(callers)


def suite() -> str:
    """The tests of all cases."""
    plain = (
        f"\n\ndef test_plain_{case}():\n"
        f"    with patch({target(call)!r}, side_effect={error}):\n"
        f"        quietly(shop.call_{case})\n"
        for case, (call, error, _) in PLAIN.items()
    )
    return "import subprocess\n" + OTHERS + "".join(plain)


def target(call: str) -> str:
    """What a call calls, as a path to patch."""
    return call.partition("(")[0]


def fault(project: Path, line: int, column: int, length: int) -> dict[str, Any]:
    """What a child needs to put its hook in at this call."""
    place = (line, column, line, column + length)
    (unit,) = units_of(Module("shop.py", shop()), [place])
    assert unit is not None
    keys = ("line", "column", "end_line", "end_column")
    return {
        "path": str(project / "shop.py"),
        "unit": unit[0],
        "unit_line": unit[1],
        "elsewhere": False,
        "double": {**dict(zip(keys, place, strict=True)), "path": "returns", "change": "none"},
    }


def at(project: Path, text: str, after: str = "") -> dict[str, Any]:
    """The same for the first call that reads so."""
    source = shop()
    start = source.index(text, source.index(after))
    line = source.count("\n", 0, start) + 1
    return fault(project, line, start - source.rfind("\n", 0, start), len(text))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each case came to."""
    folder = tmp_path_factory.mktemp("shop").resolve()
    (folder / "shop.py").write_text(shop())
    (folder / "cloud.py").write_text(CLOUD)
    (folder / "test_shop.py").write_text(suite())
    asked = [
        *((at(folder, call), f"test_{name}") for name, (call, _) in IDIOMS.items()),
        *(
            (at(folder, call, f"def call_{case}()"), f"test_plain_{case}")
            for case, (call, _, _) in PLAIN.items()
        ),
    ]
    found = answers(folder, ANSWER, asked)
    return dict(zip([*IDIOMS, *(f"plain_{case}" for case in PLAIN)], found, strict=True))


@pytest.mark.parametrize("case", PLAIN)
def test_what_the_real_one_lets_out(told: dict[str, Any], case: str) -> None:
    (found,) = told[f"plain_{case}"]["found"]
    assert found["verdict"] == PLAIN[case][2], found


@pytest.mark.parametrize("case", IDIOMS)
def test_doubles_of_all_kinds(told: dict[str, Any], case: str) -> None:
    verdict = IDIOMS[case][1]
    found = told[case]["found"]
    assert [one["verdict"] for one in found] == ([] if verdict is None else [verdict]), found
