"""The table of real packages that refute is measured and verified on: pinned, none of them ours.

A package is in the table for what its suite stands for. Its source distribution holds its
tests, they pass under plain pytest on Python 3.12 without network in under twenty seconds, and
a test that is left out is named with the reason. `packages.py` fetches and installs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PYTEST = "pytest==9.2.0"


@dataclass(frozen=True, slots=True)
class Package:
    """A source distribution that holds its own tests, and how to run them."""

    name: str
    version: str
    #: Where the code lies: ``src``, ``flat``, ``module`` (one file), ``src, tests inside``.
    layout: str
    #: What kind of suite it stands for.
    stands_for: str
    #: Tests that pass under plain pytest, at the pinned versions.
    tests: int
    #: Further requirements of the tests.
    requires: tuple[str, ...] = ()
    #: The pytest that its suite works with.
    pytest: str = PYTEST
    #: Written into ``[tool.refute]``: arguments of pytest, such as tests left out.
    pytest_args: tuple[str, ...] = ()
    #: Written into ``[tool.refute]``: where the tests are, if plain pytest would take more.
    test_paths: tuple[str, ...] = ()
    #: The modules that `compare.py` measures, or that a large package is narrowed to.
    paths: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name and version, as in a folder's name."""
        return f"{self.name}-{self.version}"

    @property
    def own_args(self) -> list[str]:
        """What to hand to plain pytest."""
        return [*self.pytest_args, *self.test_paths]


def _leave_out(*tests: str) -> tuple[str, ...]:
    return tuple(f"--deselect={test}" for test in tests)


SUBJECTS = (
    Package(
        "itsdangerous", "2.2.0", "src", "parametrised classes; warnings are errors", 297,
        requires=("freezegun",), paths=("src/itsdangerous",),
    ),
    Package(
        "cachetools", "8.0.1", "src", "shared unittest mixins, threads, subtests", 465,
        paths=("src/cachetools/__init__.py", "src/cachetools/keys.py"),
    ),
    Package(
        "tenacity", "9.2.1", "flat", "asyncio, tornado and trio; mocks; tests that sleep", 185,
        requires=("tornado", "trio"), paths=("tenacity/wait.py", "tenacity/stop.py"),
    ),
)  # fmt: skip
"""The packages that refute is measured on, side by side with its peers."""

FURTHER = (
    Package(
        "async-lru", "2.4.0", "flat",
        "async tests (pytest-asyncio, auto mode); cov and timeout plugins switched on", 89,
        requires=("pytest-asyncio", "pytest-cov", "pytest-timeout"),
        # Its warnings are errors, and newer pytest-asyncio warns when this is not set.
        pytest_args=("-o", "asyncio_default_fixture_loop_scope=function"),
    ),
    Package(
        "requests-oauthlib", "2.0.0", "flat", "heavy mocks; no pyproject.toml", 69,
        requires=("requests==2.31.0", "requests-mock", "oauthlib[signedtoken]==3.2.2"),
        # The examples need a browser; the three tests need a server on the internet.
        pytest_args=(
            "--ignore=tests/examples",
            *_leave_out(
                "tests/test_core.py::OAuth1Test::testCanPostBinaryData",
                "tests/test_core.py::OAuth1Test::test_content_type_override",
                "tests/test_core.py::OAuth1Test::test_url_is_native_str",
            ),
        ),
        test_paths=("tests",),
    ),
    Package(
        "flask", "3.1.3", "src", "session fixture, conftest hierarchy, handlers; pytest 8", 484,
        requires=("asgiref", "werkzeug<3.2"), pytest="pytest==8.4.2",
        # Newer werkzeug answers this request in another way.
        pytest_args=_leave_out("tests/test_reqctx.py::test_bad_environ_raises_bad_request"),
    ),
    Package(
        "httpbin", "0.10.4", "flat", "a web service: every handler is decorated", 70,
    ),
    Package(
        "flask-httpauth", "4.8.1", "src", "unittest classes; handlers made in setUp", 121,
        requires=("asgiref",),
    ),
    Package(
        "hyperlink", "21.0.0", "src, tests inside", "unittest classes; Hypothesis", 111,
        requires=("hypothesis",),
        # Newer Hypothesis draws names that newer idna refuses.
        pytest_args=_leave_out(
            *(
                f"src/hyperlink/test/test_hypothesis.py::TestHypothesisStrategies::{test}"
                for test in ("test_hostnames_ascii", "test_hostnames_ascii_nolead")
            )
        ),
    ),
    Package(
        "python-dotenv", "1.2.4", "src", "mocks; child processes, temporary folders, zip imports",
        259, requires=("click", "ipython", "sh"),
    ),
    Package("xmltodict", "1.0.4", "module", "one module in the root; plain functions", 119),
    Package(
        "tinydb", "4.9.0", "flat", "parametrised fixtures, files", 219, requires=("pyyaml",),
    ),
    Package(
        "typeguard", "4.6.0", "src", "match statements; code that rewrites code", 545,
        # These start a type checker of their own.
        pytest_args=("--ignore=tests/mypy",), paths=("src/typeguard/_transformer.py",),
    ),
    Package(
        "starlette", "1.10.0", "flat", "a web framework; anyio tests on asyncio and trio", 1412,
        requires=(
            "blockbuster", "httpx", "httpx2[zstd]>=2", "itsdangerous", "jinja2",
            "opentelemetry-sdk", "pytest-codspeed", "python-multipart", "pyyaml", "trio",
        ),
        # Both fail where the tests run as root, who may read everything.
        pytest_args=_leave_out(
            *(
                "tests/test_staticfiles.py::"
                f"test_staticfiles_with_invalid_dir_permissions_returns_401[{loop}]"
                for loop in ("asyncio", "trio")
            )
        ),
        paths=("starlette/routing.py", "starlette/responses.py"),
    ),
)  # fmt: skip

PACKAGES = SUBJECTS + FURTHER
"""Every package that refute's verdicts are verified on."""


def named(names: Iterable[str], among: Sequence[Package] = PACKAGES) -> tuple[Package, ...]:
    """The packages of those names, in the order of the table; all of them for no name."""
    wanted = set(names)
    unknown = wanted - {package.name for package in among}
    if unknown:
        known = ", ".join(package.name for package in among)
        raise SystemExit(f"No such package: {', '.join(sorted(unknown))}. There are: {known}.")
    return tuple(package for package in among if not wanted or package.name in wanted)
