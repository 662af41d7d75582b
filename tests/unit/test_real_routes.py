"""Which way to a real dependency is taken, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refute.errors import RefuteError
from refute.real.install import Installed
from refute.real.routes import Route, choose, is_local, named

NO = Route("address", False, "REFUTE_THING is not set")
FIRST = Route("path", True, "thing 1.0 in /usr/bin")
SECOND = Route("ours", True, "a small server", real=False)


def test_first_route_that_works_is_taken() -> None:
    assert choose("thing", [NO, FIRST, SECOND]) is FIRST


def test_route_can_be_asked_for() -> None:
    assert choose("thing", [NO, FIRST, SECOND], "ours") is SECOND


def test_without_a_route_each_reason_is_told() -> None:
    with pytest.raises(RefuteError) as caught:
        choose("thing", [NO, Route("installed", False, "nothing", "refute real install thing")])
    assert caught.value.slug == "real-unavailable"
    assert caught.value.message == "thing can't be had here"
    assert caught.value.detail == ("address: REFUTE_THING is not set", "installed: nothing")
    assert caught.value.remedy == "Try: refute real install thing"


def test_unknown_route_is_named() -> None:
    with pytest.raises(RefuteError, match="by the route `plane`"):
        choose("thing", [FIRST], "plane")


def test_stand_in_is_called_one() -> None:
    assert named([NO, SECOND]) == [
        "no    address: REFUTE_THING is not set",
        "works ours, a stand-in: a small server",
    ]


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("localhost", True),
        ("localhost:5432", True),
        ("127.0.0.1:5432", True),
        ("127.8.9.1", True),
        ("[::1]:80", True),
        ("http://127.0.0.1:9/x", True),
        ("postgresql://me:secret@localhost/x", True),
        ("/run/postgresql", True),
        ("unix:///run/docker.sock", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("db.example.com:5432", False),
        ("localhost.example.com", False),
        ("https://cluster.example.com:6443", False),
        ("postgresql://localhost@db.example.com/x", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_what_counts_as_this_machine(address: str, local: bool) -> None:
    assert is_local(address) is local


REFUSE = (
    "import sys\nfrom refute.errors import RefuteError\n"
    "from refute.real.routes import refuse_foreign\n"
    "try:\n    refuse_foreign('thing', sys.argv[1])\n"
    "except RefuteError as error:\n    print(error.slug, error.message, error.remedy)"
)


REFUSED = (
    "real-refused thing at db.example.com is not on this machine If it is meant for "
    "tests, allow it by name: REFUTE_REAL_ALLOW=thing\n"
)


@pytest.mark.parametrize(
    ("address", "allowed", "said"),
    [
        ("localhost", "", ""),
        (
            "https://me:secret@db.example.com",
            "",
            REFUSED,
        ),
        ("db.example.com", "other, thing", ""),
    ],
)
def test_other_machines_are_refused_unless_allowed(address: str, allowed: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REFUSE, address],
        env={"REFUTE_REAL_ALLOW": allowed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", said)


ROUTES = """
from refute.real.packages import package_routes, python
route = package_routes("thing", "no-such-package-of-ours")[1]
print(route.works, route.detail)
if route.works:
    print(python("thing", route)[1]["PYTHONPATH"])
"""


def test_a_package_for_another_python_takes_nothing_away(tmp_path: Path) -> None:
    own = f"py{sys.version_info.major}.{sys.version_info.minor}"

    def said() -> str:
        env = {"REFUTE_REAL_CACHE": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
        return subprocess.check_output([sys.executable, "-c", ROUTES], env=env, text=True)

    def install(folder: str, version: str, seconds: int) -> Path:
        place = tmp_path / "thing" / folder
        place.mkdir(parents=True)
        Installed("thing", version, "PyPI thing", {}, place).write()
        os.utime(place / "installed.json", (seconds, seconds))
        return place

    install("1.0-py2.7", "1.0", 1000)
    assert said() == (
        "False no-such-package-of-ours in the cache is for another Python than "
        f"{own.removeprefix('py')}\n"
    )
    ours = install(f"1.0-{own}", "1.0", 2000)
    install("1.1-py2.7", "1.1", 3000)
    assert said() == f"True no-such-package-of-ours 1.0 in {ours}\n{ours}\n"
